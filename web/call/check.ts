/**
 * Measures the line between this page and a relay, on a connection of its own that lasts some seconds.
 *
 * The relay plays a tone in slot 0 and sends the page's own sound and picture back in slot 1. What arrives at the relay
 * it measures itself; here is what only the page knows.
 */

import { layersOf, shape } from "./layers";
import { type OwnTracks, change, gathered } from "./media";
import type { CheckDone, CheckView, MediaOffer } from "./messages";

/** From its beginning: whoever waits for a verdict waits no longer than five seconds, whatever is blocked. */
const VERDICT_WITHIN_MS = 4_600;
/** The relay judges whole seconds, and not the first one. */
const MEASURE_MS = 3_600;
/** Whoever only writes has a round trip, and nothing else. */
const MEASURE_TEXT_MS = 500;
/** Bits per second that a picture needs to be good. More would lose on a good line what a call gives way for. */
const PICTURE = 300_000;
const SAMPLE_MS = 500;
/** What is told of the last samples: pictures over two seconds, bits over one. */
const RATE_SAMPLES = 4;
const BITS_SAMPLES = 2;
/** As long as this has passed, a tone that was to come has come. */
const ENOUGH_MS = 2_000;
/** An answer later than this before the end had no fair chance. */
const FAIR_MS = 2_000;
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

/** The verdict. Raises what the signals raise, AbortError once `stop` says so, and an Error when nothing can be said. */
export async function checkLine(signals: CheckSignals, own: OwnTracks | null, stop: AbortSignal): Promise<CheckView> {
  const end = performance.now() + VERDICT_WITHIN_MS;
  const offer = await signals.begin();
  stop.throwIfAborted();
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: offer.ice_servers });
  const listening = new Audio();
  try {
    await answer(connection, offer, own, signals, stop);
    const slots = slotsOf(connection);
    if (own) listen(listening, slots.tone);
    const answered = performance.now();
    if (!(await connected(connection, end, stop)) && end - answered < FAIR_MS) throw new Error("too late to tell");
    const length = own ? MEASURE_MS : MEASURE_TEXT_MS;
    const samples = await measure(connection, slots, Math.min(end, performance.now() + length), stop);
    const told = own ? { ...findings(samples, own, !listening.paused), ...(await packets(slots)) } : {};
    return await signals.done({ peer: offer.peer, ...told, ...(await path(connection)) });
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
  const video = receiving(connection, "video")[0]?.sender;
  if (video) await change(video, ({ encodings }) => {
    shape(encodings, layersOf(null));
    for (const encoding of encodings) encoding.maxBitrate = PICTURE;
  });
  await gathered(connection);
  stop.throwIfAborted();
  await signals.answer(offer.peer, connection.localDescription?.sdp ?? "");
}

interface CheckSlots {
  tone: RTCRtpReceiver | undefined;
  own: RTCRtpSender | undefined;
  echo: RTCRtpReceiver[];
  shown: RTCRtpReceiver[];
}

/** Slot 0 is the first of each kind, slot 1 the second. */
function slotsOf(connection: RTCPeerConnection): CheckSlots {
  const [audio, video] = [receiving(connection, "audio"), receiving(connection, "video")];
  const echo = [audio[1], video[1]].flatMap((one) => (one ? [one.receiver] : []));
  const shown = [...audio.slice(0, 2), ...video.slice(0, 2)].map((one) => one.receiver);
  return { tone: audio[0]?.receiver, own: video[0]?.sender, echo, shown };
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

/** Whether anything gets through: that nothing does is a finding, too. */
async function connected(connection: RTCPeerConnection, end: number, stop: AbortSignal): Promise<boolean> {
  while (connection.connectionState !== "connected" && performance.now() < end) await pause(50, stop);
  return connection.connectionState === "connected";
}

/** What has passed until a moment. */
interface Sample {
  at: number;
  /** Pictures that the page encoded. */
  pictures: number;
  /** Bytes of slot 1. */
  echo: number;
  /** Packets of the tone, and what was heard of it. */
  tone: number;
  energy: number;
}

async function measure(connection: RTCPeerConnection, slots: CheckSlots, end: number, stop: AbortSignal): Promise<Sample[]> {
  const samples = [];
  if (connection.connectionState === "connected") samples.push(await sample(slots));
  while (performance.now() < end) {
    await pause(Math.min(SAMPLE_MS, end - performance.now()), stop);
    samples.push(await sample(slots));
  }
  return samples;
}

async function sample({ own, echo, tone }: CheckSlots): Promise<Sample> {
  const [sent, heard, ...came] = await Promise.all([stream(own, "outbound-rtp"), stream(tone), ...echo.map((one) => stream(one))]);
  return {
    at: performance.now(),
    pictures: number(sent, "framesEncoded"),
    echo: came.reduce((sum, one) => sum + number(one, "bytesReceived") + number(one, "headerBytesReceived"), 0),
    tone: number(heard, "packetsReceived"),
    energy: number(heard, "totalAudioEnergy"),
  };
}

function findings(samples: Sample[], own: OwnTracks, playing: boolean): Partial<CheckDone> {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < ENOUGH_MS) return {};
  const best = Math.max(...samples.slice(BITS_SAMPLES).map((one, index) => rate(samples[index], one, "echo")));
  return {
    // Packets that came and are not heard are the device's own matter.
    heard: playing && last.tone === 0 ? false : playing && last.energy > 0 ? true : null,
    sent_rate: own.video ? Math.min(240, rate(samples[Math.max(0, samples.length - 1 - RATE_SAMPLES)], last, "pictures")) : null,
    down: own.audio || own.video ? Math.round(8 * best) : null,
  };
}

/** Those of all that is shown, from the beginning: the more are counted, the more is proved. */
async function packets({ shown }: CheckSlots): Promise<Pick<CheckDone, "received" | "lost">> {
  const came = await Promise.all(shown.map((one) => stream(one)));
  const sum = (name: string): number => came.reduce((so, one) => so + number(one, name), 0);
  return { received: sum("packetsReceived"), lost: sum("packetsLost") };
}

/** A second. */
function rate(before: Sample | undefined, after: Sample, what: "pictures" | "echo"): number {
  return before && after.at > before.at ? (1000 * Math.max(0, after[what] - before[what])) / (after.at - before.at) : 0;
}

async function stream(end: RTCRtpReceiver | RTCRtpSender | undefined, type = "inbound-rtp"): Promise<Entry | undefined> {
  return (await entries(end?.getStats())).find((one) => one.type === type);
}

function number(entry: Entry | undefined, name: string): number {
  return Number(entry?.[name] ?? 0);
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
