/** The one peer connection between this page and the relay: made from the relay's offer, never negotiated with it again. */

import { layersOf, shape } from "./layers";
import type { MediaAdvice, MediaOffer, TextEvent } from "./messages";
import { type Policy, USUAL_POLICY } from "./policy";
import { Roaming } from "./roaming";

/** Whether this browser can carry sound and pictures: some are built, or set, not to. */
export const CARRIES_MEDIA = "RTCPeerConnection" in globalThis;

const GATHER_WITHIN_MS = 500;
/** Frames a second that signing needs (EN 301 549, 6.5.3). */
const SIGNING_RATE = 20;
/** Bits per second. Opus carries the full band of speech with either; the other leaves it room for what surrounds it. */
const USUAL_SOUND = 32_000;
const RICH_SOUND = 64_000;

export interface MediaSignals {
  /** Sends `media_answer`. */
  answer(peer: string, sdp: string): Promise<unknown>;
  /** Sends `media_failed`. */
  failed(peer: string): Promise<unknown>;
  /** Lines came over the data channel. */
  text(event: TextEvent): void;
}

/** What one slot receives. Apart, because a picture that has not come yet must not hold back the sound. */
export interface Slot {
  audio: MediaStream;
  video: MediaStream;
  /** The picture rests because the line to this page cannot take it; it comes back by itself. */
  rests: boolean;
}

export interface OwnTracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

interface Peer {
  id: string;
  connection: RTCPeerConnection;
  roaming: Roaming;
  slots: Slot[];
  senders: { audio: RTCRtpSender; video: RTCRtpSender };
  /** The relay has our answer. */
  answered: boolean;
  /** What the relay said last of pictures. */
  advice: MediaAdvice | null;
}

/** `none`: no offer yet. The others are those of RTCPeerConnection, `failed` until the relay offers a new one. */
export type LinkState = "none" | "connecting" | "connected" | "interrupted" | "failed";

export class MediaLink {
  state: LinkState = "none";
  readonly #signals: MediaSignals;
  readonly #changed: () => void;
  #peer: Peer | null = null;
  #policy = USUAL_POLICY;
  #own: OwnTracks = { audio: null, video: null };

  /** `changed` is called when `state` or what `slot()` gives has changed. */
  constructor(signals: MediaSignals, changed: () => void) {
    this.#signals = signals;
    this.#changed = changed;
    Object.assign(window, { waslStats: () => this.stats() });
  }

  /** The connection that still stands, for the `auth` of the next connection to the server; else null. */
  get peer(): string | null {
    return this.#peer?.answered && this.state !== "failed" ? this.#peer.id : null;
  }

  /** Event `media_offer`. An offer seen before is answered as before: its answer may have been lost. */
  async offered(offer: MediaOffer): Promise<void> {
    const known = this.#peer;
    if (known?.id === offer.peer) {
      if (known.connection.localDescription) await this.#answer(known);
      return;
    }
    this.close();
    if (!CARRIES_MEDIA) return; // the page has said so, and goes on in writing over Socket.IO
    try {
      await this.#meet(offer);
    } catch (error) {
      // With another browser than this one it may work; here, the same offer would fail again.
      reportError(error);
      this.#become("failed");
    }
  }

  async #meet(offer: MediaOffer): Promise<void> {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: offer.ice_servers });
    connection.addEventListener("connectionstatechange", () => {
      this.#follow(connection);
    });
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    this.#read(connection);
    const peer = peerOf(offer.peer, connection);
    this.#peer = peer;
    await this.#sendOwn();
    await connection.setLocalDescription();
    await keepPolicy(peer, this.#own.video, this.#policy);
    await gathered(connection);
    this.#become("connecting");
    await this.#answer(peer);
  }

  /** Event `media_advice`. */
  async advised(advice: MediaAdvice): Promise<void> {
    const peer = this.#peer;
    if (peer?.id !== advice.peer) return;
    peer.advice = advice;
    this.#changed();
    await change(peer.senders.video, ({ encodings }) => { shape(encodings, layersOf(advice)); });
  }

  /** What this page sends from now on; null for nothing. */
  async send(own: OwnTracks): Promise<void> {
    this.#own = own;
    await this.#sendOwn();
  }

  /** How it is sent from now on. */
  async obey(policy: Policy): Promise<void> {
    const same = policy.movement === this.#policy.movement && policy.richSound === this.#policy.richSound;
    this.#policy = policy;
    if (!same) await this.#sendOwn();
  }

  slot(index: number | null): Slot | null {
    const slot = index === null ? null : (this.#peer?.slots[index] ?? null);
    return slot && { ...slot, rests: this.#peer?.advice?.paused.includes(index ?? -1) ?? false };
  }

  /** A data channel for what its owner types from character `at` of this call on (RFC 8865); null without a connection. */
  letters(call: number, at: number): RTCDataChannel | null {
    if (!this.#peer || this.state !== "connected") return null;
    return this.#peer.connection.createDataChannel(`wasl:${call}:${at}`, { protocol: "t140" });
  }

  close(): void {
    this.#peer?.roaming.stop();
    this.#peer?.connection.close();
    this.#peer = null;
    this.#become("none");
  }

  /** All entries of getStats of the present connection. Also `window.waslStats()`, for operators and tests. */
  async stats(): Promise<Record<string, unknown>[]> {
    const report = await this.#peer?.connection.getStats();
    const entries: Record<string, unknown>[] = [];
    report?.forEach((entry: Record<string, unknown>) => entries.push({ ...entry }));
    return entries;
  }

  /** The lines of a call come over a data channel, too: without it, over Socket.IO alone. */
  #read(connection: RTCPeerConnection): void {
    const channel = connection.createDataChannel("", { protocol: "wasl-lines" });
    channel.addEventListener("message", (message: MessageEvent<string>) => {
      this.#signals.text(JSON.parse(message.data) as TextEvent);
    });
  }

  async #sendOwn(): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    const { audio, video } = peer.senders;
    await Promise.all([audio.replaceTrack(this.#own.audio), video.replaceTrack(this.#own.video)]);
    await keepPolicy(peer, this.#own.video, this.#policy);
  }

  async #answer(peer: Peer): Promise<void> {
    const sdp = peer.connection.localDescription?.sdp;
    if (!sdp || this.#peer !== peer) return;
    try {
      await this.#signals.answer(peer.id, sdp);
      peer.answered = true;
    } catch {
      // Not answered: the next connection to the server brings a new offer.
    }
  }

  #follow(connection: RTCPeerConnection): void {
    const peer = this.#peer;
    if (peer?.connection !== connection) return;
    const states: Partial<Record<RTCPeerConnectionState, LinkState>> = {
      connected: "connected",
      disconnected: "interrupted",
      failed: "failed",
    };
    this.#become(states[connection.connectionState] ?? "connecting");
    if (this.state === "failed") void this.#signals.failed(peer.id).catch(() => undefined);
  }

  #become(state: LinkState): void {
    this.state = state;
    this.#changed();
  }
}

/** Slot i is the i-th pair of m-lines; slot 0 also carries what this page sends. */
function peerOf(id: string, connection: RTCPeerConnection): Peer {
  const byKind = (kind: string): RTCRtpTransceiver[] =>
    connection.getTransceivers().filter((one) => one.receiver.track.kind === kind);
  const audio = byKind("audio");
  const video = byKind("video");
  const [ownAudio] = audio;
  const [ownVideo] = video;
  if (!ownAudio || !ownVideo) throw new Error("the relay's offer has no slot for this page");
  ownAudio.direction = "sendrecv";
  ownVideo.direction = "sendrecv";
  const slots = audio.map((one, index) => ({
    audio: new MediaStream([one.receiver.track]),
    video: new MediaStream(video[index] ? [video[index].receiver.track] : []),
    rests: false,
  }));
  const roaming = new Roaming(connection);
  return { id, connection, roaming, slots, senders: { audio: ownAudio.sender, video: ownVideo.sender }, answered: false, advice: null };
}

/** Where a browser refuses a part of it, the rest has to do. */
async function keepPolicy(peer: Peer, camera: MediaStreamTrack | null, policy: Policy): Promise<void> {
  if (camera) camera.contentHint = policy.movement ? "motion" : "";
  // In the dark, phones lengthen the exposure to fewer frames than signing needs.
  if (camera) await camera.applyConstraints({ ...camera.getConstraints(), frameRate: policy.movement ? { min: SIGNING_RATE, ideal: 30 } : { ideal: 30 } }).catch(() => undefined);
  await change(peer.senders.video, (parameters) => {
    parameters.degradationPreference = policy.movement ? "maintain-framerate" : "balanced";
    shape(parameters.encodings, layersOf(peer.advice)); // the newest: it may have come meanwhile
  });
  await change(peer.senders.audio, ({ encodings }) => {
    for (const encoding of encodings) encoding.maxBitrate = policy.richSound ? RICH_SOUND : USUAL_SOUND;
  });
}

type Parameters = RTCRtpSendParameters & { degradationPreference?: string };

/** Changes how something is sent, if this browser lets us. */
export async function change(sender: RTCRtpSender, edit: (parameters: Parameters) => void): Promise<void> {
  const parameters: Parameters = sender.getParameters();
  edit(parameters);
  await sender.setParameters(parameters).catch(() => undefined);
}

/** Resolves when the page knows its addresses, or has looked for them long enough. */
export function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      if (connection.iceGatheringState !== "complete") return;
      resolve();
    };
    connection.addEventListener("icegatheringstatechange", finish);
    setTimeout(resolve, GATHER_WITHIN_MS);
    finish();
  });
}
