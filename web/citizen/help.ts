/** What each screen is for, in plain words. */

import { t } from "../call/words";
import type { Screen } from "./visit";

export function helpFor(screen: Screen): string[] {
  const sentences: Record<Screen, () => string> = {
    welcome: () => t("Press Start, choose what you need, and wait for an employee. It costs nothing."),
    needs: () => t("Choose how you want to talk. You can change it until you join the line."),
    service: () => t("Touch what you need. If you do not find it, write one word of it in the search."),
    check: () => t("Here you see whether your camera and microphone work. You can go on without them."),
    waiting: () => t("You need to do nothing. We call you when it is your turn."),
    ringing: () => t("Please wait a few seconds. An employee is answering."),
    call: () => t("Speak as you would at a counter. If you hear nothing, press Writing and write to the employee."),
    dropped: () => t("The page connects again by itself. Please leave it open."),
    summary: () => t("Write the number down or print it. Nothing else is needed."),
    closed: () => t("You can start again at any time."),
    message: () => t("Write as you would speak. An employee reads it and answers on this page."),
    booking: () => t("Touch a day, then a time, then Yes. You can give the time back if you cannot come."),
  };
  const always = t("To make the letters larger, press Text size and colours at the top.");
  return [sentences[screen](), always];
}
