/** The agent's microphone and camera through a visit: on when it rings, sent while the call is, off after it. */

import { type DeviceKind, type DeviceStates, Devices } from "../call/devices";
import { meter } from "../call/level";
import type { MediaLink, OwnTracks } from "../call/media";
import type { DevicesChanged, Modality } from "../call/messages";
import type { Screen } from "./desk";

/** Louder than a quiet room, on the scale of `meter`. */
const HEARD = 0.1;

export interface Visit {
  screen: Screen;
  modality: Modality | null;
}

/** Which devices a visit wants. A self check wants both. */
export function wanted({ screen, modality }: Visit, checking: boolean, cameraOff: boolean): Record<DeviceKind, boolean> {
  const inVisit = screen === "offer" || screen === "call";
  return {
    microphone: checking || (inVisit && modality !== "text" && modality !== null),
    camera: checking || (inVisit && modality === "video" && !cameraOff),
  };
}

export class OwnMedia {
  readonly devices: Devices;
  checking = false;
  level = 0;
  heard = false;
  readonly #link: MediaLink;
  readonly #tell: (devices: DevicesChanged) => Promise<unknown>;
  readonly #changed: () => void;
  #visit: Visit = { screen: "loading", modality: null };
  #cameraOff = false;
  #wanted = "";
  #told = "";
  #sent: OwnTracks = { audio: null, video: null };
  #stopMeter: (() => void) | null = null;

  /** `tell` brings the state of both devices to the server; `changed` is called when something to show has changed. */
  constructor(link: MediaLink, tell: (devices: DevicesChanged) => Promise<unknown>, changed: () => void) {
    this.#link = link;
    this.#tell = tell;
    this.#changed = changed;
    this.devices = new Devices((states) => {
      this.#settle(states);
    });
  }

  /** Call after each change of the desk. */
  follow(visit: Visit): void {
    // Each visit begins with both on: what was switched off was switched off for somebody else.
    if (visit.screen === "offer" && this.#visit.screen !== "offer") this.#fresh();
    this.#visit = visit;
    this.#want();
    this.#settle(this.devices.states);
  }

  /** A new connection to the server knows nothing of what the last one was told. */
  forgetTold(): void {
    this.#told = "";
  }

  toggleMicrophone(): void {
    const { device } = this.devices.states.microphone;
    if (device === "on" || device === "off") this.devices.mute(device === "on");
    else void this.devices.settle();
  }

  toggleCamera(): void {
    const { device } = this.devices.states.camera;
    if (device === "on" || device === "off") this.#cameraOff = device === "on";
    this.#want();
    void this.devices.settle();
  }

  check(open: boolean): void {
    this.checking = open;
    this.heard = false;
    this.#want();
  }

  #fresh(): void {
    this.#cameraOff = false;
    this.checking = false;
    this.forgetTold();
    this.devices.mute(false);
  }

  #want(): void {
    const next = wanted(this.#visit, this.checking, this.#cameraOff);
    if (JSON.stringify(next) === this.#wanted) return;
    this.#wanted = JSON.stringify(next);
    void this.devices.want(next);
  }

  #settle(states: DeviceStates): void {
    this.#send(states);
    this.#report(states);
    this.#listen(states);
    this.#changed();
  }

  #send({ microphone, camera }: DeviceStates): void {
    const live = this.#visit.screen === "call";
    const own = { audio: live ? microphone.track : null, video: live ? camera.track : null };
    if (own.audio === this.#sent.audio && own.video === this.#sent.video) return;
    this.#sent = own;
    void this.#link.send(own);
  }

  #report({ microphone, camera }: DeviceStates): void {
    if (this.#visit.screen !== "call") return;
    const now = { microphone: microphone.device, camera: camera.device };
    if (JSON.stringify(now) === this.#told) return;
    this.#told = JSON.stringify(now);
    this.#tell(now).catch(() => {
      this.forgetTold();
    });
  }

  #listen({ microphone }: DeviceStates): void {
    const { track } = microphone;
    if (this.checking && track) this.#stopMeter ??= meter(track, this.#show);
    else this.#deaf();
  }

  #deaf(): void {
    this.#stopMeter?.();
    this.#stopMeter = null;
  }

  readonly #show = (level: number): void => {
    this.level = level;
    this.heard ||= level > HEARD;
    this.#changed();
  };
}
