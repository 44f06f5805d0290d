/** The top of every staff page: who is signed in, the language, the size and contrast of the text, the way out. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Preferences } from "../../call/preferences";
import { language, t } from "../../call/words";
import { type PreferencesChange, preferencesPanel } from "../preferences/view";
import "./style.css";

export interface StaffBar {
  title: string;
  /** Null before the sign-in. */
  name: string | null;
  /** What the page is doing for this person, in words; shown beside the name. */
  status: string;
  preferences: Preferences;
}

export interface StaffBarEvents {
  prefer: PreferencesChange;
  signOut: () => void;
}

export function staffBarView(state: StaffBar, on: StaffBarEvents): TemplateResult {
  return html`
    <header class="staffbar">
      <p class="staffbar-title">${state.title}</p>
      ${state.name === null ? nothing : html`<p><bdi>${state.name}</bdi> <span class="staffbar-status">${state.status}</span></p>`}
      <div class="staffbar-controls">${preferencesPanel(state.preferences, on.prefer)} ${otherLanguage()}</div>
      ${state.name === null ? nothing : html`<button class="button quiet" @click=${on.signOut}>${t("Sign out")}</button>`}
    </header>
  `;
}

/** The server sets a cookie and draws the page anew; a call comes back by itself. */
function otherLanguage(): TemplateResult {
  const other = language() === "ar" ? "en" : "ar";
  return html`
    <a class="button quiet" lang=${other} dir=${other === "ar" ? "rtl" : "ltr"} href="?language=${other}">
      ${other === "ar" ? "العربية" : "English"}
    </a>
  `;
}
