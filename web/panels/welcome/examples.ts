import type { TemplateResult } from "lit-html";
import { welcome } from "./view";

const on = { start: (): void => undefined, needs: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  first: () => welcome(false, on),
  signing: () => welcome(true, on),
};
