/** What the desk offers, and finding it by whatever people type. */

import { asciiDigits, language } from "../call/words";

/** Whether a service is open now. Times are milliseconds since the epoch. */
export interface Opening {
  open: boolean;
  /** When it closes; null when it is closed, or never closes. */
  until: number | null;
  /** When it opens; null when it is open, or nobody knows. */
  opens_at: number | null;
  /** Why this day differs from the week. */
  reason: string | null;
}

export interface Service {
  id: string;
  name: string;
  icon: string;
  search: string[];
  prepare: string[];
  /** Mean length of a visit. */
  minutes: number;
  opening: Opening;
}

export interface GovernmentBody {
  id: string;
  name: string;
  icon: string;
  services: Service[];
}

/** Raises TypeError or Error when the server cannot be reached or does not answer well. */
export async function loadCatalogue(): Promise<GovernmentBody[]> {
  const response = await fetch(`/api/v1/services?language=${language()}`);
  if (!response.ok) throw new Error(`services: ${response.status}`);
  return ((await response.json()) as { bodies: GovernmentBody[] }).bodies;
}

export function findService(bodies: readonly GovernmentBody[], id: string | null): Service | null {
  return bodies.flatMap((body) => body.services).find((service) => service.id === id) ?? null;
}

/** The bodies with those services only that `query` may mean: each of its words begins or is inside a word of theirs. */
export function search(bodies: readonly GovernmentBody[], query: string): GovernmentBody[] {
  const wanted = fold(query).split(" ").filter((word) => word !== "").map(withoutArticle);
  if (wanted.length === 0) return [...bodies];
  return bodies
    .map((body) => ({ ...body, services: body.services.filter((service) => matches(body, service, wanted)) }))
    .filter((body) => body.services.length > 0);
}

/** "الرعاية" is written "للرعاية" after "to": what stands behind the article is there in both. */
function withoutArticle(word: string): string {
  return word.replace(/^\u0627\u0644(?=.{3})/, "");
}

function matches(body: GovernmentBody, service: Service, wanted: readonly string[]): boolean {
  const text = fold([body.name, service.name, ...service.search].join(" "));
  return wanted.every((word) => text.includes(word));
}

/** Letters that people write one for the other become one; marks above and below, and stretching, go. */
export function fold(text: string): string {
  return asciiDigits(text)
    .normalize("NFKD")
    // A hamza before waw sits on ya, on waw or on the line: "شئون", "شؤون", "رءوس".
    .replace(/(?:[\u064A\u06CC]\u0654|\u0621)(?=[\p{Mn}\u0640]*\u0648)/gu, "\u0648")
    .replace(/[\p{Mn}\u0640]/gu, "")
    .replace(/[\u0671\u0622\u0623\u0625]/g, "\u0627")
    .replace(/[\u0629\u06BE\u06C1-\u06C3\u06D5]/g, "\u0647")
    .replace(/[\u0649\u06CC\u06D2]/g, "\u064A")
    .replace(/\u06A9/g, "\u0643")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .toLowerCase()
    .trim();
}
