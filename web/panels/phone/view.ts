/** The field for a telephone number: any digits, any spaces, and what is wrong beside it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { asciiDigits, t } from "../../call/words";

export interface PhoneField {
  id: string;
  label: string;
  value: string;
  /** The person went on with a number that is none. */
  refused: boolean;
}

/** Enough for a number of Kuwait; whether it can be reached is for the desk to say. */
const LEAST_DIGITS = 8;

export function isPhone(text: string): boolean {
  return asciiDigits(text).replace(/\D/g, "").length >= LEAST_DIGITS;
}

export function phoneField({ id, label, value, refused }: PhoneField, change: (value: string) => void): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} type="tel" inputmode="tel" autocomplete="tel" dir="ltr" maxlength="40" aria-invalid=${refused}
      aria-describedby="${id}-problem" .value=${live(value)}
      @input=${(event: Event) => { change((event.target as HTMLInputElement).value); }} />
    <p id="${id}-problem" role="alert" class="problem">${refused ? t("This is not a whole number. Please write all of its digits.") : nothing}</p>
  </div>`;
}
