import type { TemplateResult } from "lit-html";
import { USUAL_VOLUME, VOLUMES } from "../../call/loudness";
import { deskVolume } from "./desk";
import { volumePanel } from "./view";

const shown = (volume: number) => (): TemplateResult => volumePanel(volume, () => undefined);

export const examples: Record<string, () => TemplateResult> = {
  usual: shown(USUAL_VOLUME),
  loudest: shown(VOLUMES.length - 1),
  quietest: shown(0),
  "at-the-desk": () => deskVolume(USUAL_VOLUME + 1, () => undefined),
};
