import type { TemplateResult } from "lit-html";
import type { Opening } from "../../citizen/catalogue";
import { hours } from "./view";

const NOW = new Date(2026, 10, 28, 21, 30).getTime();
const CLOSED: Opening = { open: false, until: null, opens_at: new Date(2026, 10, 29, 8).getTime(), reason: null };
const on = { message: (): void => undefined, booking: (): void => undefined };

const shown = (opening: Partial<Opening>) => (): TemplateResult =>
  hours({ serviceName: "بدل الإيجار", opening: { ...CLOSED, ...opening }, now: NOW }, on);

export const examples: Record<string, () => TemplateResult> = {
  tomorrow: shown({}),
  holiday: shown({ reason: "العيد الوطني وعيد التحرير", opens_at: new Date(2026, 11, 1, 8).getTime() }),
  unknown: shown({ opens_at: null }),
};
