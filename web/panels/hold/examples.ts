import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import { type HoldData, hold } from "./view";

const DATA: HoldData = { hold: { since: 0, clip: null }, agent: "نورة العنزي", modality: "video", slot: null, playing: true };
const shown = (change: Partial<HoldData>) => (): TemplateResult => hold({ ...DATA, ...change }, { film: () => undefined });
const film = { audio: drawnCamera(), video: drawnCamera(), rests: false };

export const examples: Record<string, () => TemplateResult> = {
  quiet: shown({}),
  nameless: shown({ agent: "" }),
  signed: shown({ hold: { since: 0, clip: "signed" }, slot: film }),
  stopped: shown({ hold: { since: 0, clip: "spoken" }, slot: film, playing: false }),
  voice: shown({ modality: "voice", hold: { since: 0, clip: "spoken" }, slot: film }),
};
