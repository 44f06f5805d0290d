/** Words, numbers and times in the language of the page. The page carries its catalogue as JSON. */

export type Numbering = "arab" | "latn";
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>>;
export type Values = Record<string, string | number>;

/** The value of `<script type="application/json" id="wasl-messages">`. */
export interface Words {
  language: "ar" | "en";
  direction: "rtl" | "ltr";
  numbering: Numbering;
  /** The time zone of the desk, in which days and hours are named; without it that of the device. */
  zone?: string;
  /** Key: the (singular) msgid. */
  messages: Record<string, string | PluralForms>;
}

const TIME = { hour: "numeric", minute: "2-digit" } as const;
const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

let words: Words = { language: "en", direction: "ltr", numbering: "latn", messages: {} };
let plurals = new Intl.PluralRules("en");
let chosenNumbering: Numbering | null = null;

export function setWords(next: Words): void {
  words = next;
  plurals = new Intl.PluralRules(next.language);
}

/** Reads the catalogue that the server wrote into the page. Call once, before anything is shown. */
export function loadWords(page: Document = document): void {
  const json = page.getElementById("wasl-messages")?.textContent;
  if (json) setWords(JSON.parse(json) as Words);
}

/** The digits that the person chose; null for those of the language. */
export function setNumbering(numbering: Numbering | null): void {
  chosenNumbering = numbering;
}

export const language = (): Words["language"] => words.language;
export const direction = (): Words["direction"] => words.direction;
export const numbering = (): Numbering => chosenNumbering ?? words.numbering;

/** The sentence `msgid` in the language of the page; strings put into it are isolated from its direction. */
export function t(msgid: string, values: Values = {}): string {
  const found = words.messages[msgid];
  return fill(typeof found === "string" ? found : msgid, values);
}

/** As `t`, in the plural form that the language wants for `n`, which fills `%(n)s`. */
export function tn(one: string, other: string, n: number, values: Values = {}): string {
  const forms = words.messages[one];
  const source = n === 1 ? one : other;
  const found = typeof forms === "object" ? (forms[plurals.select(n)] ?? forms.other) : forms;
  return fill(found ?? source, { n, ...values });
}

function fill(sentence: string, values: Values): string {
  return sentence.replace(/%\((\w+)\)s/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === "number" ? num(value) : FIRST_STRONG_ISOLATE + value + POP_ISOLATE;
  });
}

/** The locale with the digits named: `ar` alone gives 0–9 in one browser and ٠–٩ in the next. */
export function locale(): string {
  return `${words.language}-u-nu-${numbering()}`;
}

export function num(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

/** A string of ASCII digits (a reference, a code) in the page's digits; everything else stays. */
export function digits(text: string): string {
  if (numbering() === "latn") return text;
  return text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)));
}

/**
 * ASCII digits four by four, the way people read them out, in the page's digits. A space between two Arabic numbers runs
 * from right to left and would swap them: marks keep the order wherever it stands.
 */
export function grouped(reference: string): string {
  return digits(reference.replace(/\d{4}(?=\d)/g, "$&\u200E \u200E"));
}

/** ٠–٩ and ۰–۹ as 0–9, for what people type. */
export function asciiDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/** Seconds as whole minutes in words, at least one: "3 minutes". */
export function minutes(seconds: number): string {
  return tn("%(n)s minute", "%(n)s minutes", Math.max(1, Math.round(seconds / 60)));
}

/** A range of seconds in words: "5 to 12 minutes"; one number where both ends round to the same. */
export function minutesRange(low: number, high: number): string {
  const from = Math.max(1, Math.floor(low / 60));
  const to = Math.max(1, Math.ceil(high / 60));
  if (from >= to) return minutes(high);
  return tn("%(low)s to %(n)s minute", "%(low)s to %(n)s minutes", to, { low: from });
}

/** Seconds as a running clock: "3:05", "1:02:30". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...rest] = parts[0] === 0 ? parts.slice(1) : parts;
  return digits([String(first), ...rest.map((part) => String(part).padStart(2, "0"))].join(":"));
}

/** The time of day of a moment in milliseconds since the epoch; the desk's zone is named where the device shows another hour. */
export function timeOfDay(at: number): string {
  const here = timeHere(at);
  return here === formatted(at, TIME) ? here : formatted(at, { ...TIME, timeZoneName: "shortGeneric" });
}

/** The same by the clock of the device, for what has just happened. */
export function timeHere(at: number): string {
  return new Intl.DateTimeFormat(locale(), TIME).format(at);
}

/** The day of a moment in milliseconds since the epoch. */
export function day(at: number): string {
  return formatted(at, { dateStyle: "full" });
}

/** A moment in milliseconds since the epoch, by the clocks of the desk. */
export function formatted(at: number, options: Intl.DateTimeFormatOptions, of: string = locale()): string {
  return new Intl.DateTimeFormat(of, { timeZone: words.zone, ...options }).format(at);
}
