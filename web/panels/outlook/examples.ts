import type { TemplateResult } from "lit-html";
import type { OutlookPoint } from "../../call/messages";
import { outlook } from "./view";

const at = (hour: number): number => new Date(2026, 10, 23, hour).getTime();
const point = (hour: number, low: number, high: number): OutlookPoint => ({ at: at(hour), estimate: { low, high } });

export const examples: Record<string, () => TemplateResult> = {
  known: () => outlook([point(9, 300, 600), point(11, 100, 130), point(13, 700, 1_500)]),
  unknown: () => outlook([{ at: at(9), estimate: null }, point(11, 100, 130)]),
  asked: () => outlook(null),
};
