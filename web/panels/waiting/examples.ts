import type { TemplateResult } from "lit-html";
import { type WaitingData, waiting } from "./view";

const on = { leaving: (): void => undefined, leave: (): void => undefined };
const DATA: WaitingData = {
  wait: { position: 4, kept: 300, estimate: { low: 300, high: 720 }, why: "agents_busy" },
  serviceName: "بدل الإيجار",
  lost: false,
  draining: false,
  leaving: false,
  asking: false,
};

const shown = (change: Partial<WaitingData>) => (): TemplateResult => waiting({ ...DATA, ...change }, on);

export const examples: Record<string, () => TemplateResult> = {
  ahead: shown({}),
  next: shown({ wait: { position: 1, kept: 300, estimate: null, why: "waiting_for_signer" } }),
  leaving: shown({ leaving: true }),
  lost: shown({ lost: true, draining: true }),
};
