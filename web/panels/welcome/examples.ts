import type { TemplateResult } from "lit-html";
import { BOOKED } from "../booking/examples";
import { welcome } from "./view";

const nothingToDo = (): void => undefined;
const booked = { come: nothingToDo, cancelling: nothingToDo, cancel: nothingToDo, undo: nothingToDo };
const on = { start: nothingToDo, needs: nothingToDo, message: nothingToDo, booked };

export const examples: Record<string, () => TemplateResult> = {
  first: () => welcome({ signs: false, hasMessage: false, booked: null }, on),
  signing: () => welcome({ signs: true, hasMessage: false, booked: null }, on),
  "something-open": () => welcome({ signs: false, hasMessage: true, booked: BOOKED }, on),
};
