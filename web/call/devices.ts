/** The page's own microphone and camera: acquired when wanted, released when not, with the honest cause when absent. */

import type { Device } from "./messages";

export type DeviceKind = "microphone" | "camera";

/** Why a device is not there; each needs other words. `insecure`: the page did not come over HTTPS. */
export type Cause = "browser" | "system" | "missing" | "busy" | "insecure";

export interface DeviceState {
  device: Device;
  cause: Cause | null;
  track: MediaStreamTrack | null;
  /** The browser is being asked; it may be showing its question now. */
  asking: boolean;
}

export type DeviceStates = Record<DeviceKind, DeviceState>;

const RETRY_MS = 3_000;
const OFF: DeviceState = { device: "off", cause: null, track: null, asking: false };
const KINDS: readonly DeviceKind[] = ["microphone", "camera"];
const CONSTRAINTS: Record<DeviceKind, MediaStreamConstraints> = {
  microphone: { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
  camera: {
    video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: "user" },
  },
};

/** What the failure of getUserMedia means. */
export function causeOf(error: unknown): Cause {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  if (name === "NotAllowedError") return /system/i.test(message) ? "system" : "browser";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "SecurityError" || name === "TypeError") return "insecure";
  return "busy";
}

function deviceOf(cause: Cause): Device {
  return cause === "missing" || cause === "busy" ? cause : "blocked";
}

export class Devices {
  states: DeviceStates = { microphone: OFF, camera: OFF };
  readonly #changed: (states: DeviceStates) => void;
  #wanted: Record<DeviceKind, boolean> = { microphone: false, camera: false };
  #muted = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(changed: (states: DeviceStates) => void) {
    this.#changed = changed;
    this.#watch();
  }

  /** Acquires what is wanted and not there yet, in one question to the person; releases what is not wanted. */
  want(wanted: Partial<Record<DeviceKind, boolean>>): Promise<void> {
    this.#wanted = { ...this.#wanted, ...wanted };
    return this.settle();
  }

  /** Tries once more for everything that is wanted and not there. */
  settle(): Promise<void> {
    this.#work = this.#work.then(() => this.#settle());
    return this.#work;
  }

  /** Silences the microphone and keeps it: asking for it anew would make some phones ask the person anew. */
  mute(muted: boolean): void {
    this.#muted = muted;
    const { track } = this.states.microphone;
    if (!track || track.enabled === !muted) return;
    track.enabled = !muted;
    this.#set("microphone", present(track));
  }

  get muted(): boolean {
    return this.#muted;
  }

  async #settle(): Promise<void> {
    for (const kind of KINDS) if (!this.#wanted[kind]) this.#release(kind);
    const absent = KINDS.filter((kind) => this.#wanted[kind] && !this.states[kind].track);
    if (absent.length === 0) return;
    for (const kind of absent) this.#set(kind, { ...this.states[kind], asking: true });
    if (!(await this.#together(absent))) for (const kind of absent) await this.#alone(kind);
    this.#retryLater();
  }

  /** Both in one question; which of them is at fault shows only when each is asked for alone. */
  async #together(kinds: readonly DeviceKind[]): Promise<boolean> {
    if (kinds.length < 2) return false;
    try {
      const constraints: MediaStreamConstraints = {};
      for (const kind of kinds) Object.assign(constraints, CONSTRAINTS[kind]);
      this.#take(await acquire(constraints));
      return true;
    } catch {
      return false;
    }
  }

  async #alone(kind: DeviceKind): Promise<void> {
    try {
      this.#take(await acquire(CONSTRAINTS[kind]));
    } catch (error) {
      const cause = causeOf(error);
      this.#set(kind, { device: deviceOf(cause), cause, track: null, asking: false });
    }
  }

  #take(stream: MediaStream): void {
    for (const track of stream.getTracks()) {
      const kind = track.kind === "audio" ? "microphone" : "camera";
      if (kind === "microphone") track.enabled = !this.#muted;
      track.addEventListener("ended", () => {
        if (this.states[kind].track !== track) return;
        this.#set(kind, { device: "busy", cause: "busy", track: null, asking: false });
        void this.settle();
      });
      // A phone call, or a locked phone, silences a track without ending it.
      for (const change of ["mute", "unmute"]) {
        track.addEventListener(change, () => {
          if (this.states[kind].track === track) this.#set(kind, present(track));
        });
      }
      this.#set(kind, present(track));
    }
  }

  #release(kind: DeviceKind): void {
    const { track, device } = this.states[kind];
    track?.stop();
    if (device !== "off") this.#set(kind, OFF);
  }

  #set(kind: DeviceKind, state: DeviceState): void {
    this.states = { ...this.states, [kind]: state };
    this.#changed(this.states);
  }

  /** A device that another program frees is not announced by any event. */
  #retryLater(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    if (!KINDS.some((kind) => this.#wanted[kind] && this.states[kind].cause === "busy")) return;
    this.#retry = setTimeout(() => void this.settle(), RETRY_MS);
  }

  #watch(): void {
    // Absent on a page that did not come over HTTPS.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    media?.addEventListener("devicechange", () => void this.settle());
    for (const kind of KINDS) void this.#watchPermission(kind);
  }

  async #watchPermission(kind: DeviceKind): Promise<void> {
    try {
      const permission = await navigator.permissions.query({ name: kind });
      permission.addEventListener("change", () => {
        if (permission.state === "granted") void this.settle();
      });
    } catch {
      // This browser cannot tell; the person has a button for it.
    }
  }
}

function present(track: MediaStreamTrack): DeviceState {
  if (track.muted) return { device: "busy", cause: "busy", track, asking: false };
  return { device: track.enabled ? "on" : "off", cause: null, track, asking: false };
}

function acquire(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!isSecureContext || !media) return Promise.reject(new DOMException("not over HTTPS", "SecurityError"));
  return media.getUserMedia(constraints);
}
