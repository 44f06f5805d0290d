/** What the desk has to show while she waits: nothing plays unasked, it can be ended, and her own devices stay off. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Slot } from "../../call/media";
import type { ClipView } from "../../call/messages";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import { film } from "./film";
import "./style.css";

export interface ClipData {
  clip: ClipView;
  /** What comes from the relay; null until the connection is made. */
  slot: Slot | null;
  /** The browser wants a tap before it plays sound. */
  silenced: boolean;
}

export interface ClipActions {
  watch: (wanted: boolean) => void;
  unblock: () => void;
}

export function clip(data: ClipData, on: ClipActions): TemplateResult {
  const { playing } = data.clip;
  // One and the same button, so that it keeps the focus when the clip ends by itself.
  return html`<section class="clip" aria-label=${t("While you wait")} data-playing=${playing}>
    ${playing ? screen(data, on) : nothing}
    <button class="button wide" type="button" data-act="clip" aria-describedby="clip-hint" @click=${() => { on.watch(!playing); }}>
      ${icon(playing ? "circle-stop" : symbol(data.clip))}<span>${playing ? t("Stop watching") : label(data.clip)}</span>
    </button>
    <p id="clip-hint" class="hint">${t("Your camera and microphone stay off. When it is your turn, the film gives way by itself.")}</p>
  </section>`;
}

function screen({ clip: { signed }, slot, silenced }: ClipData, on: ClipActions): TemplateResult {
  return html`<p role="status">${slot ? nothing : t("It begins in a moment.")}</p>
    ${film(signed, slot)}
    ${silenced
      ? html`<button class="button main wide" type="button" @click=${on.unblock}>${icon("volume-2")}<span>${t("Tap to continue and to hear")}</span></button>`
      : nothing}`;
}

function symbol({ signed }: ClipView): string {
  return signed ? "hand" : "circle-play";
}

function label({ signed }: ClipView): string {
  return signed ? t("Watch a film in sign language while you wait") : t("Watch a film while you wait");
}
