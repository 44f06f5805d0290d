import type { TemplateResult } from "lit-html";
import { type Closed, closed, dropped } from "./view";

const nothingToDo = (): void => undefined;
const on = { undo: nothingToDo, again: nothingToDo, here: nothingToDo, message: nothingToDo, booking: nothingToDo };
const shown = (why: Closed, undo: number | null) => (): TemplateResult => closed({ why, undo, asking: false }, on);

export const examples: Record<string, () => TemplateResult> = {
  left: shown("left", 95),
  "left-for-good": shown("left", null),
  expired: shown("expired", null),
  closed: shown("closed", null),
  replaced: shown("replaced", null),
  dropped: () => dropped(true),
  returning: () => dropped(false),
};
