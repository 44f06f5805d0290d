/** The layers of this page's own picture: the full one, and a small one for those whose line cannot take it. */

import type { MediaAdvice } from "./messages";

const FULL_BITRATE = 1_500_000;
const SMALL_BITRATE = 100_000;

export interface Layers {
  full: boolean;
  small: boolean;
}

/** Which layers are worth sending: none that nobody looks at. */
export function layersOf(advice: Pick<MediaAdvice, "watched" | "small"> | null): Layers {
  if (!advice) return { full: true, small: false };
  return { full: advice.watched, small: advice.watched && advice.small };
}

/** Lets the sender send these layers. */
export function shape([full, small]: RTCRtpEncodingParameters[], layers: Layers): void {
  if (full) Object.assign(full, { active: layers.full, scaleResolutionDownBy: 1, maxBitrate: FULL_BITRATE });
  if (small) Object.assign(small, { active: layers.small, scaleResolutionDownBy: 2, maxBitrate: SMALL_BITRATE });
}
