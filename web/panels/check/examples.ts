import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import type { Cause, DeviceState } from "../../call/devices";
import type { CheckView } from "../../call/messages";
import type { LiveModality } from "../../citizen/visit";
import { SERVICE } from "../services/examples";
import { check } from "./view";

const nothing = (): void => undefined;
const on = { join: nothing, modality: nothing, again: nothing, checkLine: nothing, needs: nothing, service: nothing };
const working: DeviceState = { device: "on", cause: null, track: null, asking: false };
const broken = (cause: Cause): DeviceState => ({ device: "blocked", cause, track: null, asking: false });

const DATA = { service: SERVICE, level: 0.6, outlook: [{ at: 0, estimate: { low: 300, high: 600 } }], asking: false };
const LINE = { found: null, checking: false, untried: false, usual: false };

const shown = (camera: DeviceState, microphone: DeviceState, modality: LiveModality = "video", found: CheckView | null = null) => (): TemplateResult =>
  check({ ...DATA, carriesMedia: true, line: { ...LINE, found, way: { modality, signs: false } }, modality, devices: { camera, microphone }, own: drawnCamera() }, on);

export const examples: Record<string, () => TemplateResult> = {
  works: shown(working, working),
  "line-weak": shown(working, working, "video", { result: "weak", cause: "lossy" }),
  asking: shown({ ...working, device: "off", asking: true }, { ...working, device: "off", asking: true }),
  blocked: shown(broken("browser"), broken("system")),
  busy: shown(broken("busy"), working),
  missing: shown(broken("missing"), broken("missing")),
  insecure: shown(broken("insecure"), working),
  voice: shown(working, working, "voice"),
  text: shown(working, working, "text"),
  "writes-only": () => check({ ...DATA, carriesMedia: false, line: { ...LINE, way: { modality: "text", signs: false } }, modality: "text", devices: { camera: working, microphone: working }, own: null }, on),
};
