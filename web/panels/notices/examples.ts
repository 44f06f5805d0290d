import type { TemplateResult } from "lit-html";
import { t } from "../../call/words";
import { notices } from "./view";

const nothingToDo = (): void => undefined;

export const examples: Record<string, () => TemplateResult | symbol> = {
  all: () =>
    notices([
      { tone: "info", text: t("We can see you.") },
      { tone: "wait", text: t("The employee's line dropped. Please wait; they are being reconnected.") },
      {
        tone: "problem",
        text: t("Another program is using your camera. Close it, and we will try again by ourselves."),
        actions: [{ label: t("Continue with voice"), act: nothingToDo }],
      },
    ]),
};
