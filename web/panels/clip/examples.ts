import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import { type ClipData, clip } from "./view";

const on = { watch: (): void => undefined, unblock: (): void => undefined };
const DATA: ClipData = { clip: { signed: false, seconds: 40, playing: false }, slot: null, silenced: false };
const PLAYING = { signed: false, seconds: 40, playing: true };
const shown = (change: Partial<ClipData>) => (): TemplateResult => clip({ ...DATA, ...change }, on);

export const examples: Record<string, () => TemplateResult> = {
  spoken: shown({}),
  signed: shown({ clip: { signed: true, seconds: 40, playing: false } }),
  coming: shown({ clip: PLAYING }),
  playing: () => clip({ clip: { ...PLAYING, signed: true }, slot: { audio: drawnCamera(), video: drawnCamera(), rests: false }, silenced: false }, on),
  silenced: () => clip({ clip: PLAYING, slot: { audio: drawnCamera(), video: drawnCamera(), rests: false }, silenced: true }, on),
};
