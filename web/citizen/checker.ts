/**
 * When the page checks its line: by itself before the line, in the background; in the line when the citizen asks, or by
 * itself if she has no verdict yet. A check that runs when she joins goes on, with the devices that it has.
 */

import { checkLine } from "../call/check";
import { CARRIES_MEDIA, type OwnTracks } from "../call/media";
import type { CheckView } from "../call/messages";
import { remember, remembered } from "../call/preferences";
import { requirementsOf } from "./ahead";
import type { LineState } from "./line";
import type { CitizenPage } from "./page";
import { type Visit, screenOf, wantedDevices } from "./visit";

const GOOD_KEY = "wasl.goodLine";
const GIVE_UP_MS = 5_000;
const NO_DEVICES = { microphone: false, camera: false };

export class Checker {
  readonly #page: CitizenPage;
  #subject = "";
  #running: AbortController | null = null;
  /** By itself it is tried once, and nothing is said if that fails: so many may come back at once. */
  #triedInLine = false;
  #quiet = false;

  constructor(page: CitizenPage) {
    this.#page = page;
    const stale = (): void => {
      this.#subject = "";
      this.follow();
    };
    addEventListener("online", stale);
    // Not in every browser.
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", stale);
  }

  /** Begins, begins anew or stops, as the visit has become. */
  follow(): void {
    const { visit } = this.#page;
    const screen = screenOf(visit);
    if (!CARRIES_MEDIA) return; // there is no line to check
    const wanted = screen === "check" || (screen === "waiting" && visit.line.using !== null);
    if (!wanted || visit.status !== "connected") {
      this.#stop();
      if (screen === "waiting" && visit.status === "connected") this.#tryInLine();
      return;
    }
    const subject = subjectOf(visit);
    if (subject === null || subject === this.#subject) return;
    this.#running?.abort();
    this.#subject = subject;
    void this.#run();
  }

  /** She asks for it, in the line: with what the browser lets us use without a question. */
  async again(): Promise<void> {
    const modality = requirementsOf(this.#page.visit)?.modality;
    const microphone = modality !== "text" && (await mayUse("microphone"));
    const camera = modality === "video" && (await mayUse("camera"));
    if (screenOf(this.#page.visit) === "check") {
      this.#subject = "";
      this.follow();
    } else {
      this.#quiet = false;
      this.#tell({ checking: true, found: null, using: { microphone, camera } });
      setTimeout(() => { this.#devicesMissed(); }, GIVE_UP_MS);
    }
  }

  #tryInLine(): void {
    if (this.#triedInLine || !hasNoVerdict(this.#page.visit)) return;
    this.#triedInLine = this.#quiet = true;
    this.#tell({ using: NO_DEVICES });
  }

  #devicesMissed(): void {
    if (this.#running || !this.#page.visit.line.using) return;
    this.#tell({ untried: true });
    this.#finished();
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const { microphone, camera } = this.#page.visit.devices;
    const using = { microphone: microphone.track !== null, camera: camera.track !== null };
    this.#tell({ checking: true, found: null, untried: false, using, usual: remembered(GOOD_KEY) === true });
    try {
      const found = await Promise.race([this.#check(running.signal), givenUp(running)]);
      if (this.#running !== running) return;
      this.#tell({ found });
      if (found.result === "good") remember(GOOD_KEY, true);
    } catch {
      // Too many check at once, or the desk is away. The visit goes on as it would without.
      if (this.#running === running) this.#tell({ found: null, untried: !this.#quiet });
    } finally {
      if (this.#running === running) this.#finished();
    }
  }

  async #check(stop: AbortSignal): Promise<CheckView> {
    const { connection, visit } = this.#page;
    const needs = requirementsOf(visit);
    if (!needs) throw new Error("no service is chosen");
    const { modality, sign_language } = needs;
    const audio = visit.devices.microphone.track;
    const video = visit.devices.camera.track;
    const request = { modality, sign_language, microphone: audio !== null, camera: video !== null };
    const own: OwnTracks | null = modality === "text" ? null : { audio, video };
    const signals = {
      begin: async () => (await connection.request("check", request)).offer,
      answer: (peer: string, sdp: string) => connection.request("check_answer", { peer, sdp }),
      done: async (told: Parameters<Parameters<typeof checkLine>[0]["done"]>[0]) => (await connection.request("check_done", told)).check,
    };
    return checkLine(signals, own, stop);
  }

  #finished(): void {
    this.#running = null;
    this.#quiet = false;
    if (screenOf(this.#page.visit) === "waiting") this.#subject = "";
    this.#tell({ checking: false, using: null });
  }

  #stop(): void {
    this.#subject = "";
    const running = this.#running;
    if (!running && !this.#page.visit.line.using) return;
    this.#finished();
    running?.abort();
  }

  #tell(change: Partial<LineState>): void {
    this.#page.change({ line: { ...this.#page.visit.line, ...change } });
  }
}

/** What a check is about; null while the person is still being asked for a device. */
function subjectOf(visit: Visit): string | null {
  const wanted = wantedDevices(visit);
  const { microphone, camera } = visit.devices;
  for (const [want, state] of [[wanted.microphone, microphone], [wanted.camera, camera]] as const) {
    if (want ? state.asking || (!state.track && state.cause === null) : state.track !== null) return null;
  }
  const { modality, sign_language, service } = requirementsOf(visit) ?? {};
  return service === undefined ? null : [modality, sign_language, microphone.track?.id, camera.track?.id].join(" ");
}

/** She came into the line before anything was found out, and nothing has been tried here. */
function hasNoVerdict({ line, server }: Visit): boolean {
  return line.found === null && !line.untried && !server?.ticket?.check;
}

function givenUp(running: AbortController): Promise<never> {
  return new Promise((_, reject) => {
    running.signal.addEventListener("abort", () => { reject(new DOMException("", "AbortError")); });
    setTimeout(() => { running.abort(); }, GIVE_UP_MS);
  });
}

async function mayUse(name: "microphone" | "camera"): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name })).state === "granted";
  } catch {
    return false;
  }
}
