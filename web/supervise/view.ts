/** The supervisor's page as a function of what it knows. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Preferences } from "../call/preferences";
import { t } from "../call/words";
import { notices } from "../panels/notices/view";
import { type SignInEvents, signInView } from "../panels/signin/view";
import { type StaffBarEvents, staffBarView } from "../panels/staffbar/view";
import { type WallEvents, wallView } from "../panels/wall/view";
import { type Wall, screenOf } from "./wall";

export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: number;
  preferences: Preferences;
  refusal: string | null;
}

export interface SuperviseEvents {
  bar: StaffBarEvents;
  signIn: SignInEvents;
  wall: WallEvents;
  /** This window takes the wall back from a newer one. */
  takeBack: () => void;
}

export function superviseView(wall: Wall, around: Surroundings, on: SuperviseEvents): TemplateResult {
  const name = wall.person?.name ?? null;
  const bar = { title: t("Wasl supervision"), name, status: "", preferences: around.preferences };
  return html`${staffBarView(bar, on.bar)} ${screenOf(wall) === "loading" ? nothing : body(wall, around, on)}`;
}

function body(wall: Wall, around: Surroundings, on: SuperviseEvents): TemplateResult {
  if (!wall.person) {
    return html`<main id="main">${signInView(t("Sign in to supervision"), wall.form, on.signIn)}</main>`;
  }
  return html`<main id="main" class="supervise">${content(wall, around, on)}</main>`;
}

function content({ status, server, filter }: Wall, around: Surroundings, on: SuperviseEvents): TemplateResult {
  if (status === "replaced") return replaced(on);
  if (status === "refused") return message(t("The wall is not open to you"), around.refusal ?? "");
  if (!server) return message(t("Opening the wall…"), t("This takes a moment."));
  return html`
    <div role="status">${status === "connected" ? nothing : notices([{ tone: "wait", text: stale() }])}</div>
    ${wallView({ server, filter, now: around.now }, on.wall)}
  `;
}

function stale(): string {
  return t("The connection is lost. You see how things were; the page catches up by itself.");
}

function replaced(on: SuperviseEvents): TemplateResult {
  return html`
    ${message(t("The wall is open in another window"), t("Go on there, or take it back into this window."))}
    <button class="button main" @click=${on.takeBack}>${t("Use this window")}</button>
  `;
}

function message(title: string, sentence: string): TemplateResult {
  return html`<h1 tabindex="-1">${title}</h1>
    <p>${sentence}</p>`;
}
