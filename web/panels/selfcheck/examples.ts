import type { TemplateResult } from "lit-html";
import type { DeviceState } from "../../call/devices";
import { selfCheckView } from "./view";

const events = { open: (): void => undefined, close: (): void => undefined };
const OFF: DeviceState = { device: "off", cause: null, track: null, asking: false };

function shown(open: boolean, microphone: DeviceState, camera: DeviceState): () => TemplateResult {
  return () => selfCheckView({ open, devices: { microphone, camera }, level: 0.4, heard: false }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  closed: shown(false, OFF, OFF),
  asking: shown(true, { ...OFF, asking: true }, { ...OFF, asking: true }),
  blocked: shown(true, { ...OFF, device: "on" }, { ...OFF, device: "blocked", cause: "browser" }),
  missing: shown(true, { ...OFF, device: "missing", cause: "missing" }, { ...OFF, device: "busy", cause: "busy" }),
};
