/** How the people of a call come across now: the event `insight` tells between two states what changed. */

import type { CallView, InsightEvent, LegView, Trouble } from "./messages";

export function withInsight(call: CallView, event: InsightEvent): CallView {
  if (call.id !== event.call) return call;
  const legs = call.legs.map((leg) => {
    const news = event.legs.find((one) => one.leg === leg.id);
    return news ? { ...leg, speaking: news.speaking, trouble: news.trouble } : leg;
  });
  return { ...call, legs };
}

/** What is wrong with how this page's own person comes across. */
export function ownTrouble(legs: readonly LegView[]): Trouble | null {
  return legs.find((leg) => leg.you)?.trouble ?? null;
}
