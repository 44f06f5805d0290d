import type { TemplateResult } from "lit-html";
import type { LineView, PresenceView } from "../../call/messages";
import { linesView, presenceView } from "./view";
import { wrapUpView } from "./wrapup";

const NOW = Date.UTC(2026, 10, 23, 7, 30);
const MINUTE = 60_000;
const idle = { available: (): void => undefined, takeBreak: (): void => undefined };

const LINES: LineView[] = [
  { service_name: "سند الملكية", language: "ar", sign_language: null, modality: "video", waiting: 3, longest: NOW - 12 * MINUTE },
  { service_name: "Rent allowance", language: "en", sign_language: "sgn-KW", modality: "video", waiting: 1, longest: NOW - 20_000 },
  { service_name: "بدل الإيجار", language: "ar", sign_language: null, modality: "text", waiting: 0, longest: null },
];

function shown(presence: Partial<PresenceView>, notices: NotificationPermission): () => TemplateResult {
  const whole: PresenceView = { state: "offline", reason: null, since: NOW - 95_000, until: null, ...presence };
  return () => presenceView({ presence: whole, now: NOW, asking: false, notices }, idle);
}

function wrapUp(closed: boolean, interpreted = false): () => TemplateResult {
  const presence: PresenceView = { state: "wrap_up", reason: null, since: NOW, until: NOW + 65_000 };
  return () => wrapUpView({ presence, now: NOW, asking: false, closed, interpreted }, idle);
}

export const examples: Record<string, () => TemplateResult> = {
  offline: shown({}, "default"),
  "signed-in": shown({ state: "break", reason: "signed_in" }, "default"),
  available: shown({ state: "available" }, "granted"),
  break: shown({ state: "break", reason: "prayer" }, "granted"),
  "missed-offers": shown({ state: "break", reason: "missed_offers" }, "denied"),
  lines: () => linesView(LINES, NOW),
  "no-lines": () => linesView([], NOW),
  "wrap-up": wrapUp(false),
  "wrap-up-closed": wrapUp(true),
  "wrap-up-interpreter": wrapUp(true, true),
};
