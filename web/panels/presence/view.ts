/** Between two visits: whether the agent takes calls, and who waits in the lines she can serve. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { LineView, PresenceView, TakeBreak } from "../../call/messages";
import { clock, minutes, t, tn } from "../../call/words";
import { needsText, needsView } from "../needs/view";
import { presenceName, reasonName } from "./words";
import "./style.css";

export interface Presence {
  presence: PresenceView;
  /** Milliseconds since the epoch. */
  now: number;
  asking: boolean;
  notices: NotificationPermission;
}

export interface PresenceEvents {
  available: () => void;
  takeBreak: (reason: TakeBreak["reason"]) => void;
}

const REASONS: readonly TakeBreak["reason"][] = ["prayer", "meal", "rest", "training", "other"];

export function presenceView(state: Presence, on: PresenceEvents): TemplateResult {
  const { presence, now } = state;
  const isReady = presence.state === "available";
  return html`
    <section class="presence" data-presence=${presence.state}>
      <h1 tabindex="-1">${heading(presence)}</h1>
      <p class="presence-since">
        ${t("For %(time)s", { time: clock((now - presence.since) / 1000) })}
      </p>
      <p>${advice(presence)}</p>
      ${isReady ? nothing : availableButton(state, on)} ${noticesHint(state.notices, isReady)}
      ${isOnBreak(presence) ? nothing : breaks(state, on)}
    </section>
  `;
}

/** Whoever has just signed in is on no break yet: the server only holds the calls back. */
function isOnBreak({ state, reason }: PresenceView): boolean {
  return state === "break" && reason !== "signed_in";
}

function heading(presence: PresenceView): string {
  if (presence.state === "available") return t("You are available");
  if (isOnBreak(presence)) return presenceName(presence);
  return t("You are not taking calls");
}

function advice(presence: PresenceView): string {
  if (presence.reason === "missed_offers") {
    return t("Two calls rang here and were not answered, so they go to others. Come back when you are ready.");
  }
  if (presence.state === "available") return t("The next citizen rings here. You may do other work meanwhile.");
  return t("No citizen is sent to you until you say that you are available.");
}

function availableButton({ asking }: Presence, on: PresenceEvents): TemplateResult {
  return html`
    <button class="button main" type="button" aria-keyshortcuts="Alt+A" ?disabled=${asking} @click=${on.available}>
      ${t("I am available")} <kbd aria-hidden="true" dir="ltr">Alt+A</kbd>
    </button>
  `;
}

function noticesHint(notices: NotificationPermission, isReady: boolean): TemplateResult | typeof nothing {
  if (notices === "granted") return nothing;
  if (notices === "denied") {
    return html`<p class="hint">
      ${t("This browser shows no notices from the desk. Keep this page in sight, and the sound on.")}
    </p>`;
  }
  if (isReady) return nothing;
  return html`<p class="hint">
    ${t("Your browser will ask whether the desk may show notices. Allow them, so that you notice a call while another window is open.")}
  </p>`;
}

function breaks({ asking }: Presence, on: PresenceEvents): TemplateResult {
  const button = (reason: TakeBreak["reason"]): TemplateResult => html`
    <li>
      <button class="button" type="button" ?disabled=${asking} @click=${() => { on.takeBreak(reason); }}>${reasonName(reason)}</button>
    </li>
  `;
  return html`
    <h2 id="breaks">${t("Take a break")}</h2>
    <ul class="presence-breaks" role="list" aria-labelledby="breaks">${REASONS.map(button)}</ul>
  `;
}

/** The lines, the fullest first; those with nobody in them only as a number. */
export function linesView(lines: readonly LineView[], now: number): TemplateResult {
  const waiting = lines.filter((line) => line.waiting > 0).sort((a, b) => (a.longest ?? now) - (b.longest ?? now));
  return html`
    <section class="lines" aria-labelledby="lines-title">
      <h2 id="lines-title">${t("Waiting in your lines")}</h2>
      ${waiting.length === 0 ? html`<p>${t("Nobody is waiting now.")}</p>` : lineList(waiting, now)}
    </section>
  `;
}

function lineList(lines: readonly LineView[], now: number): TemplateResult {
  return html`
    <ul class="lines-list" role="list">
      ${repeat(lines, (line) => line.service_name + needsText(line), (line) => lineItem(line, now))}
    </ul>
  `;
}

function lineItem(line: LineView, now: number): TemplateResult {
  const longest = line.longest === null ? nothing : html`<p>${longestText((now - line.longest) / 1000)}</p>`;
  return html`
    <li class="line">
      <h3><bdi>${line.service_name}</bdi></h3>
      ${needsView(line)}
      <p class="line-count">${tn("%(n)s person waits", "%(n)s people wait", line.waiting)}</p>
      ${longest}
    </li>
  `;
}

function longestText(seconds: number): string {
  if (seconds < 60) return t("The longest wait is under a minute.");
  return t("The longest wait is %(time)s.", { time: minutes(seconds) });
}
