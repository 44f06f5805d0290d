/** What people say, as a machine understood it: marked as such, with what it is unsure of, to be read back. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { UNSURE, textOf } from "../../call/captions";
import type { CaptionLine, CaptionWord, CaptionsView } from "../../call/messages";
import { CAPTION_SIZES, type Preferences } from "../../call/preferences";
import { t, timeHere } from "../../call/words";
import { icon } from "../icon/view";
import { roleName } from "../stage/view";
import "./style.css";

export interface CaptionsData {
  captions: CaptionsView;
  look: Pick<Preferences, "captionSize" | "captionsDark" | "captionsAbove">;
  /** The line that is being corrected. */
  correcting?: number | null;
}

export interface CaptionsActions {
  look: (change: Partial<Preferences>) => void;
  /** Without these two, nothing can be corrected here. */
  correct?: (line: number | null) => void;
  corrected?: (line: number, text: string) => void;
}

/**
 * The list is a log that stays silent by itself, because guesses change several times a second: read out, or shown on a
 * braille line, they would drown everything else. Announce a line of somebody else when it is final (`captionNews`).
 */
export function captions(data: CaptionsData, on: CaptionsActions): TemplateResult {
  return html`${captionsShown(data, on)} ${captionsLook(data.look, on.look)}`;
}

/** The captions alone; without `on` nothing can be corrected. */
export function captionsShown(data: CaptionsData, on: Omit<CaptionsActions, "look"> = {}): TemplateResult {
  const { lines, available } = data.captions;
  return html`<section class="captions" tabindex="-1" data-takes-focus="more" data-dark=${data.look.captionsDark} data-size=${data.look.captionSize} aria-label=${t("Captions")}>
    <p class="captions-mark">${icon("captions")}<span>${t("Automatic captions. They may be wrong.")}</span></p>
    ${available ? nothing : html`<p class="hint">${t("No captions can be made at the moment. You can write to each other.")}</p>`}
    <div class="captions-log" role="log" aria-live="off" tabindex="0" aria-label=${t("What has been said")}>
      <div>
        ${available && lines.length === 0 ? html`<p class="hint">${t("Nothing has been said yet.")}</p>` : nothing}
        ${lines.length === 0 ? nothing : html`<ul role="list">${repeat(lines, (line) => line.id, (line) => lineView(line, data, on))}</ul>`}
      </div>
    </div>
  </section>`;
}

/** What to announce of lines that have become final. */
export function captionNews(lines: readonly CaptionLine[]): string[] {
  return lines.map((line) => t("%(name)s says: %(text)s", { name: nameOf(line), text: textOf(line) }));
}

function nameOf(line: CaptionLine): string {
  return line.you ? t("You") : line.name || roleName(line.role);
}

function lineView(line: CaptionLine, data: CaptionsData, on: Omit<CaptionsActions, "look">): TemplateResult {
  if (line.missed) return html`<li class="captions-line missed">${t("Some words of %(name)s are missing here.", { name: nameOf(line) })}</li>`;
  const corrected = line.source === "corrected";
  return html`<li class="captions-line ${line.you ? "sent" : "received"}" data-final=${line.final}>
    <p class="captions-who">
      <bdi>${nameOf(line)}</bdi> · ${timeHere(line.began_at)}${corrected ? html` · ${t("corrected by the speaker")}` : nothing}
    </p>
    ${data.correcting === line.id && on.corrected
      ? correction(line, on)
      : html`<p class="captions-words" dir="auto">${line.words.map(wordView)}${line.final ? nothing : "…"}</p>
          ${line.you && line.final && on.correct ? correctButton(line, on.correct) : nothing}`}
  </li>`;
}

/** The mark is a character, so that it is there in braille, in speech and without colours. */
function wordView({ text, confidence }: CaptionWord): TemplateResult {
  if (confidence === null || confidence >= UNSURE) return html`<bdi>${text}</bdi> `;
  return html`<span class="captions-unsure" title=${t("The machine is not sure of this word")}><bdi>${text}</bdi>(?)</span> `;
}

function correctButton(line: CaptionLine, correct: (line: number) => void): TemplateResult {
  return html`<button class="button quiet" type="button" aria-label=${t("Correct: %(text)s", { text: textOf(line) })}
    @click=${() => { correct(line.id); }}>${icon("pencil")}<span>${t("Correct")}</span></button>`;
}

function correction(line: CaptionLine, on: Omit<CaptionsActions, "look">): TemplateResult {
  const save = (event: Event): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem("said") as HTMLInputElement;
    if (input.value.trim() !== "") on.corrected?.(line.id, input.value.trim());
  };
  const escape = (event: KeyboardEvent): void => { if (event.key === "Escape") on.correct?.(null); };
  return html`<form class="captions-correction" @submit=${save} @keydown=${escape}>
    <label for="caption-said">${t("What you said")}</label>
    <input id="caption-said" name="said" dir="auto" autocomplete="off" maxlength="1000" .value=${textOf(line)} />
    <div class="buttons">
      <button class="button main" type="submit">${t("Save")}</button>
      <button class="button" type="button" @click=${() => { on.correct?.(null); }}>${t("Cancel")}</button>
    </div>
  </form>`;
}

export function captionsLook(look: CaptionsData["look"], change: CaptionsActions["look"]): TemplateResult {
  const { captionSize: size, captionsDark: dark, captionsAbove: above } = look;
  const last = CAPTION_SIZES - 1;
  return html`<details class="menu captions-look">
    <summary class="button quiet">${icon("a-large-small")}<span>${t("How captions look")}</span></summary>
    <div class="menu-body">
      <div class="menu-row" role="group" aria-label=${t("Size of the captions")}>
        <button class="button" type="button" ?disabled=${size === 0} @click=${() => { change({ captionSize: size - 1 }); }}>
          ${icon("zoom-out")}<span>${t("Smaller captions")}</span>
        </button>
        <button class="button" type="button" ?disabled=${size === last} @click=${() => { change({ captionSize: size + 1 }); }}>
          ${icon("zoom-in")}<span>${t("Larger captions")}</span>
        </button>
      </div>
      ${toggle(t("White on black"), dark, () => { change({ captionsDark: !dark }); })}
      ${toggle(t("Above the picture"), above, () => { change({ captionsAbove: !above }); })}
    </div>
  </details>`;
}

export function toggle(label: string, on: boolean, act: () => void): TemplateResult {
  return html`<button class="button" type="button" aria-pressed=${on} @click=${act}>
    ${on ? icon("check") : nothing}<span>${label}</span>
  </button>`;
}
