/** What a check of the line found, in whole sentences: for her whose line it is, and for the employee who will meet her. */

import type { CheckCause, CheckView, Modality } from "../../call/messages";
import { t } from "../../call/words";

export interface Way {
  modality: Modality;
  signs: boolean;
}

/** Nobody is told of what she does not use. */
export function lineSentence({ result, cause }: CheckView, way: Way): string {
  if (cause === null) return t("Your connection is good.");
  const what = causeSentence(cause, way);
  return result === "text" && cause !== "blocked" ? `${what} ${t("On this connection, writing is better.")}` : what;
}

/** Not of the way to us. */
export function isOfDevices(cause: CheckCause | null): boolean {
  return cause === "silent" || cause === "no_picture" || cause === "no_tone";
}

interface Brief {
  found: CheckView | null;
  checking: boolean;
  untried: boolean;
  usual: boolean;
  way: Way;
}

/** In few words what a check does or has found; null when that is no news. */
export function briefSentence({ found, checking, untried, usual, way }: Brief): string | null {
  const [busy, missed, good, weak, quiet] = briefSentences();
  const quietly = usual || way.modality === "text";
  if (checking) return quietly ? null : (busy ?? null);
  if (untried) return quietly ? null : (missed ?? null);
  if (!found) return null;
  if (found.cause === null) return quietly ? null : (good ?? null);
  return (isOfDevices(found.cause) ? quiet : weak) ?? null;
}

/** All that can be said in few words. */
export function briefSentences(): readonly string[] {
  return [
    t("Checking your connection…"),
    t("Your connection was not checked. You can go on all the same."),
    t("Your connection is good."),
    t("Your connection is weak. What helps is below."),
    t("We do not hear or see you well yet. What helps is below."),
  ];
}

/** What she can do who is not in the line yet. */
export function beforeLineStep({ cause }: CheckView): string {
  const onward = t("You can go on all the same.");
  return cause === "silent" ? [t("Say a few words: the bar should move."), onward].join(" ") : onward;
}

/** What she can do who is in the line: how she takes part is settled, and the call lets her change it. */
export function inLineSteps({ cause }: CheckView, { modality, signs }: Way): string[] {
  if (isOfDevices(cause)) return [];
  const nearer = t("Go nearer to your Wi-Fi, or use another network, and check again.");
  if (modality === "text") return [nearer];
  const less = modality === "video" && !signs ? t("In the call you can switch your camera off, and write.") : t("In the call you can also write.");
  return [nearer, less];
}

function causeSentence(cause: CheckCause, { modality, signs }: Way): string {
  switch (cause) {
    case "blocked":
      return signs ? t("The picture does not get through on this network. Writing does.") : t("Sound does not get through on this network. Writing does.");
    case "no_picture":
      return t("Your camera is on, but its picture does not reach us.");
    case "no_tone":
      return t("Our sound does not reach this device.");
    case "silent":
      return t("We hear nothing from your microphone.");
    case "slow":
      return slowSentence(modality, signs);
    case "jerky":
    case "lossy":
    case "narrow":
      if (modality === "voice") return t("Your connection is weak: the sound may break up.");
      return signs ? t("Your connection is weak: your signs may be hard to read.") : t("Your connection is weak: the picture may stutter.");
  }
}

function slowSentence(modality: Modality, signs: boolean): string {
  if (modality === "text") return t("Your connection is slow: what you write arrives a little later.");
  if (signs) return t("Your connection is slow: your signs arrive late. Wait a moment for the answer.");
  return t("Your connection is slow: what you say arrives late. Wait a moment for the answer.");
}

/** One short line for whoever is about to meet her; null when all is well. */
export function lineForStaff({ result, cause }: CheckView, way: Way): string | null {
  if (cause === null) return null;
  if (cause === "silent") return t("The citizen's microphone was silent when it was checked.");
  if (cause === "no_picture") return t("No picture came from the citizen's camera when it was checked.");
  if (result === "text") return t("The citizen's connection carries little more than text: writing is better.");
  if (way.modality === "text") return t("The citizen's connection is slow: what you write arrives late.");
  if (way.signs) return t("The citizen's connection is weak: sign slowly; writing may help.");
  return t("The citizen's connection is weak: speak slowly; writing may help.");
}

/** In a word or two, for a list. */
export function lineName({ result, cause }: CheckView): string | null {
  if (cause === null) return null;
  return result === "text" ? t("Connection for text only") : t("Weak connection");
}
