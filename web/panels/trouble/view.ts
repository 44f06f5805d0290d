/** What one must know of how one comes across: one sentence, the worst first, above the pictures. */

import { type TemplateResult, html, nothing } from "lit-html";
import { ownTrouble } from "../../call/insight";
import type { LegView, Trouble } from "../../call/messages";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import "./style.css";

export function troubleStrip(legs: readonly LegView[]): TemplateResult | typeof nothing {
  const trouble = ownTrouble(legs);
  if (trouble === null) return nothing;
  return html`<p class="trouble" data-trouble=${trouble}>${icon(ICONS[trouble])}<span>${troubleSentence(trouble)}</span></p>`;
}

const ICONS: Record<Trouble, string> = {
  frozen: "image-off",
  unreadable: "hand",
  hardly_readable: "hand",
  jerky_signs: "hand",
  jerky: "video",
  gaps: "audio-lines",
  faint: "volume-1",
  late: "hourglass",
};

export function troubleSentence(trouble: Trouble): string {
  const sentences: Record<Trouble, () => string> = {
    frozen: () => t("Your picture is standing still on the other side. It comes back by itself; please wait a moment."),
    unreadable: () => t("Your signing cannot be followed now: your picture jerks too much. Please write instead."),
    hardly_readable: () => t("Your picture jerks badly on the other side. Please sign very slowly, or write."),
    jerky_signs: () => t("Your picture jerks on the other side. Please sign slowly."),
    jerky: () => t("Your picture jerks on the other side. Please move slowly."),
    gaps: () => t("Your voice reaches the other side with gaps. Please speak slowly, and say important things twice."),
    faint: () => t("You are hardly heard on the other side. Please speak louder, or come closer."),
    late: () => t("You are heard late on the other side. Please wait a moment after each sentence."),
  };
  return sentences[trouble]();
}

/** What is announced when it begins, and when it is over. */
export function troubleNews(news: Trouble | "over"): string {
  return news === "over" ? t("You come across well again.") : troubleSentence(news);
}

/** What it means for those who look and listen: the line is to blame, not the person. */
export function troubleName(trouble: Trouble): string {
  switch (trouble) {
    case "gaps":
      return t("The voice has gaps");
    case "faint":
      return t("The voice is faint");
    case "late":
      return t("Arrives late");
    case "frozen":
      return t("The picture stands still");
    default:
      return t("The picture jerks");
  }
}
