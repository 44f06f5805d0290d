/** What a person's need asks of how this page sends. */

import type { CallView } from "./messages";

export interface Policy {
  /** Frame rate before sharpness: where the line is narrow, the picture becomes smaller and not slower. */
  movement: boolean;
  /** Sound in the full band with room to spare, for who hears badly. */
  richSound: boolean;
}

export const USUAL_POLICY: Policy = { movement: true, richSound: false };

/**
 * Signing needs movement. So does the face of whoever speaks to a citizen: most of the old read lips, and few say so. A
 * citizen who does not sign is looked at by an employee, who wants to see a face and a paper: both rate and sharpness
 * give way there.
 */
export function policyOf(call: CallView | null | undefined): Policy {
  const me = call?.legs.find((leg) => leg.you);
  if (!call || !me) return USUAL_POLICY;
  return { movement: me.signs || me.role !== "citizen", richSound: call.hearing && me.role !== "citizen" };
}
