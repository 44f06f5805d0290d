/** How a recording stands, in sentences that are shown and said. */

import type { RecordingView } from "../../call/messages";
import { digits, language, t } from "../../call/words";

/** It has been asked for or goes on. */
export function isOpen({ state }: RecordingView): boolean {
  return state === "asked" || state === "on" || state === "paused";
}

/** This person has been asked, and has not answered. */
export function isAsked(recording: RecordingView): boolean {
  return isOpen(recording) && recording.your_answer === null;
}

/** Null while the question itself stands there, and once there is nothing to say any more. */
export function stateSentence(recording: RecordingView): string | null {
  if (isAsked(recording)) return null;
  switch (recording.state) {
    case "asked":
      return t("Nothing is recorded yet. The recording begins when everybody has agreed.");
    case "on":
      return onSentence(recording);
    case "paused":
      return t("Off the record: nothing is being recorded now.");
    case "refused":
      return recording.your_answer === false ? t("You said no. You are not recorded.") : t("Somebody said no. This call is not recorded.");
    case "withdrawn":
      return t("The recording was stopped, and what was recorded is deleted.");
    case "ended":
      return t("The recording has ended.");
    case "failed":
      return t("This call is not recorded any more: the desk cannot store it. Anything recorded before this is kept. The call goes on.");
  }
}

/** What the agent can do about a recording that failed. */
export function failureAdvice({ failure }: RecordingView): string {
  return failure === "no_room"
    ? t("The desk has no room for recordings. Tell whoever runs the desk. You can go on without a recording, or try again when there is room.")
    : t("The desk cannot write to the place where recordings are kept. Tell whoever runs the desk. You can go on without a recording, or try again.");
}

function onSentence({ runs, waits_for }: RecordingView): string {
  if (runs) return t("This call is being recorded.");
  if (waits_for.length === 0) return t("Nothing is being recorded at this moment. The recording goes on by itself.");
  return t("Nothing is being recorded until these people agree: %(names)s.", { names: names(waits_for) });
}

export function names(list: readonly string[]): string {
  return new Intl.ListFormat(language()).format(list);
}

/** What to say now that `before` became `after`; nothing most of the time. */
export function recordingNews(before: RecordingView | null | undefined, after: RecordingView | null | undefined): string | null {
  if (!after) return null;
  const said = sentence(after);
  return said === (before?.id === after.id ? sentence(before) : null) ? null : said;
}

function sentence(recording: RecordingView): string | null {
  if (!isAsked(recording)) return stateSentence(recording);
  return digits([...recording.question, t("Please choose Yes or No on this page.")].join(" "));
}
