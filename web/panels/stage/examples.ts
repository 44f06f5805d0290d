import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import type { LegView, Modality } from "../../call/messages";
import { stage } from "./view";

export const AGENT: LegView = {
  id: 2,
  role: "agent",
  name: "نورة العنزي",
  you: false,
  slot: 1,
  connected: true,
  microphone: "on",
  camera: "off",
  signs: false,
  speaking: false,
  trouble: null,
};
export const CITIZEN: LegView = { ...AGENT, id: 1, role: "citizen", name: "", you: true, slot: null, camera: "on" };

const shown = (agent: Partial<LegView>, modality: Modality) => (): TemplateResult =>
  stage({ legs: [CITIZEN, { ...AGENT, ...agent }], modality, slot: () => null, own: drawnCamera(), balance: 0 });

const interpreted = (balance: number) => (): TemplateResult =>
  stage({
    legs: [CITIZEN, AGENT, { ...AGENT, id: 3, role: "interpreter", name: "دلال الشمري", slot: 2 }],
    modality: "video",
    slot: () => null,
    own: drawnCamera(),
    balance,
  });

const resting = (): TemplateResult =>
  stage({
    legs: [CITIZEN, { ...AGENT, camera: "on" }],
    modality: "video",
    slot: () => ({ audio: drawnCamera(), video: drawnCamera(), rests: true }),
    own: drawnCamera(),
    balance: 0,
  });

export const examples: Record<string, () => TemplateResult> = {
  resting,
  seen: shown({ camera: "on" }, "video"),
  "camera-off": shown({ microphone: "off" }, "video"),
  interpreted: interpreted(0),
  "interpreter-larger": interpreted(-2),
  away: shown({ connected: false }, "video"),
  speaking: shown({ camera: "on", speaking: true, trouble: "jerky" }, "video"),
  "on-hold": shown({ camera: "on", slot: null }, "video"),
  voice: shown({}, "voice"),
};
