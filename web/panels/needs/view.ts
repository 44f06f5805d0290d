/** What a citizen needs, in words and pictures: her language, her sign language, how she takes part. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Modality } from "../../call/messages";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import "./style.css";

export interface Needs {
  language: "ar" | "en";
  sign_language: string | null;
  modality: Modality;
  /** Of a citizen, not of a line. */
  hearing?: boolean;
}

const ICONS: Record<Modality, string> = { video: "video", voice: "phone", text: "message-square-text", message: "mail" };

export function languageName(language: Needs["language"]): string {
  return language === "ar" ? t("Arabic") : t("English");
}

/** An unknown tag is shown as it is: better a code than nothing. */
export function signLanguageName(tag: string): string {
  return tag === "sgn-KW" ? t("Kuwaiti Sign Language") : tag;
}

export function modalityName(modality: Modality): string {
  switch (modality) {
    case "video":
      return t("Video call");
    case "voice":
      return t("Voice call, no picture");
    case "text":
      return t("Text only");
    case "message":
      return t("A message, no call");
  }
}

/** What it asks of whoever speaks to her. */
export function hearingSentence(): string {
  return t("Hears badly: speak slowly, and face the camera");
}

/** Everything above as one string, for search and for notices. */
export function needsText(needs: Needs): string {
  const signed = needs.sign_language === null ? [] : [signLanguageName(needs.sign_language)];
  const hearing = needs.hearing ? [hearingSentence()] : [];
  return [modalityName(needs.modality), ...signed, languageName(needs.language), ...hearing].join(" · ");
}

export function needsView(needs: Needs): TemplateResult {
  return html`
    <ul class="needs" role="list">
      <li>${icon(ICONS[needs.modality])} ${modalityName(needs.modality)}</li>
      ${
        needs.sign_language === null
          ? nothing
          : html`<li class="needs-sign">${icon("hand")} ${signLanguageName(needs.sign_language)}</li>`
      }
      <li>${icon("languages")} ${languageName(needs.language)}</li>
      ${needs.hearing ? html`<li class="needs-sign">${icon("ear")} ${hearingSentence()}</li>` : nothing}
    </ul>
  `;
}
