/**
 * Measures the line between this page and a relay, on a connection of its own that lasts some seconds.
 *
 * The relay plays a tone in slot 0 and sends the page's own sound and picture back in slot 1. What arrives at the relay
 * it measures itself; here is what only the page knows.
 */

import { type OwnTracks, gathered } from "./media";
import type { CheckDone, CheckView, MediaOffer } from "./messages";

const CONNECT_WITHIN_MS = 5_000;
/** The relay judges whole seconds, and not the first one. */
const MEASURE_MS = 3_600;
/** Whoever only writes has a round trip, and nothing else. */
const MEASURE_TEXT_MS = 500;
const RATE_OVER_MS = 1_500;
/** The energy that browsers tell is that after the volume: nobody is startled by this much, and it is not nothing. */
const HARDLY_AUDIBLE = 0.005;

export interface CheckSignals {
  /** Sends `check`. */
  begin(): Promise<MediaOffer>;
  /** Sends `check_answer`. */
  answer(peer: string, sdp: string): Promise<unknown>;
  /** Sends `check_done`. */
  done(told: CheckDone): Promise<CheckView>;
}

type Entry = Record<string, unknown> & { type: string };

/** The verdict. Raises what the signals raise, and AbortError once `stop` says so. */
export async function checkLine(signals: CheckSignals, own: OwnTracks | null, stop: AbortSignal): Promise<CheckView> {
  const offer = await signals.begin();
  stop.throwIfAborted();
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: offer.ice_servers });
  const listening = new Audio();
  try {
    await answer(connection, offer, own, signals, stop);
    const slots = slotsOf(connection);
    if (own) listen(listening, slots.tone);
    await connected(connection, stop);
    const told = own ? await measure(connection, slots, own.video !== null, stop) : await pause(MEASURE_TEXT_MS, stop);
    return await signals.done({ peer: offer.peer, ...told, ...(listening.paused ? { heard: null } : {}), ...(await path(connection)) });
  } finally {
    listening.srcObject = null;
    connection.close();
  }
}

async function answer(connection: RTCPeerConnection, offer: MediaOffer, own: OwnTracks | null, signals: CheckSignals, stop: AbortSignal): Promise<void> {
  await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
  for (const kind of ["audio", "video"] as const) {
    const [first] = receiving(connection, kind);
    if (!first) throw new Error("the relay's offer has no slot for this page");
    first.direction = "sendrecv";
    await first.sender.replaceTrack(own?.[kind] ?? null);
  }
  await connection.setLocalDescription();
  await gathered(connection);
  stop.throwIfAborted();
  await signals.answer(offer.peer, connection.localDescription?.sdp ?? "");
}

interface CheckSlots {
  tone: RTCRtpReceiver | undefined;
  echo: RTCRtpReceiver | undefined;
}

function slotsOf(connection: RTCPeerConnection): CheckSlots {
  return { tone: receiving(connection, "audio")[0]?.receiver, echo: receiving(connection, "video")[1]?.receiver };
}

function receiving(connection: RTCPeerConnection, kind: string): RTCRtpTransceiver[] {
  return connection.getTransceivers().filter((one) => one.receiver.track.kind === kind);
}

/** Plays the tone, if this browser lets us. One that cannot play softly (iOS) plays nothing. */
function listen(element: HTMLAudioElement, tone: RTCRtpReceiver | undefined): void {
  element.volume = HARDLY_AUDIBLE;
  if (!tone || element.volume > 2 * HARDLY_AUDIBLE) return;
  element.srcObject = new MediaStream([tone.track]);
  element.play().catch(() => undefined); // it stays paused, which tells it
}

/** Also returns when nothing gets through: that is a finding, too. */
async function connected(connection: RTCPeerConnection, stop: AbortSignal): Promise<void> {
  const give = AbortSignal.timeout(CONNECT_WITHIN_MS);
  while (connection.connectionState !== "connected" && !give.aborted) await pause(50, stop);
}

async function measure(connection: RTCPeerConnection, slots: CheckSlots, pictures: boolean, stop: AbortSignal): Promise<Partial<CheckDone>> {
  if (connection.connectionState !== "connected") return {};
  await pause(MEASURE_MS - RATE_OVER_MS, stop);
  const before = await decoded(slots.echo);
  await pause(RATE_OVER_MS, stop);
  const after = await decoded(slots.echo);
  const seconds = (after.at - before.at) / 1000;
  const rate = seconds > 0 ? (after.frames - before.frames) / seconds : 0;
  return { heard: await heard(slots.tone), frame_rate: pictures ? Math.min(240, Math.max(0, rate)) : null };
}

async function decoded(receiver: RTCRtpReceiver | undefined): Promise<{ frames: number; at: number }> {
  const stream = (await entries(receiver?.getStats())).find(({ type }) => type === "inbound-rtp");
  return { frames: Number(stream?.framesDecoded ?? 0), at: Number(stream?.timestamp ?? 0) };
}

async function heard(receiver: RTCRtpReceiver | undefined): Promise<boolean> {
  const stream = (await entries(receiver?.getStats())).find(({ type }) => type === "inbound-rtp");
  return Number(stream?.totalAudioEnergy ?? 0) > 0;
}

/** How the nominated path is, as far as this browser tells. */
async function path(connection: RTCPeerConnection): Promise<Partial<CheckDone>> {
  const pair = (await entries(connection.getStats())).find((one) => one.type === "candidate-pair" && one.nominated === true);
  const roundTrip = pair?.currentRoundTripTime;
  const room = pair?.availableOutgoingBitrate;
  return {
    round_trip: typeof roundTrip === "number" ? Math.min(60, roundTrip) : null,
    room: typeof room === "number" ? Math.round(room) : null,
  };
}

async function entries(report: Promise<RTCStatsReport> | undefined): Promise<Entry[]> {
  const found: Entry[] = [];
  (await report)?.forEach((entry: Entry) => found.push(entry));
  return found;
}

/** Resolves with nothing found. */
function pause(milliseconds: number, stop: AbortSignal): Promise<object> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { resolve({}); }, milliseconds);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("", "AbortError"));
    }, { once: true });
  });
}
