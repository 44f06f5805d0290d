import { type TemplateResult, html } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import { DEFAULTS } from "../../call/preferences";
import { VIEW } from "../captions/examples";
import { AGENT, CITIZEN } from "../stage/examples";
import { type MeetingData, meeting } from "./view";

const nothing = (): void => undefined;
const on = {
  microphone: nothing,
  camera: nothing,
  text: nothing,
  hear: nothing,
  more: nothing,
  volume: nothing,
  balance: nothing,
  unblock: nothing,
  answer: nothing,
  again: nothing,
  leaving: nothing,
  leave: nothing,
  typed: nothing,
  endLine: nothing,
  letters: nothing,
  captions: nothing,
  look: nothing,
  film: nothing,
};
const DATA: MeetingData = {
  stage: { legs: [CITIZEN, { ...AGENT, camera: "on" }], modality: "video", slot: () => null, own: drawnCamera(), balance: 0 },
  hold: null,
  film: true,
  modality: "video",
  carriesMedia: true,
  microphone: "on",
  camera: "on",
  reading: { lines: [], letters: true, writing: [], refused: false },
  drawer: null,
  writing: false,
  volume: 3,
  captions: null,
  captionsOpen: false,
  look: DEFAULTS,
  silenced: false,
  recording: null,
  leaving: false,
  asking: false,
  tools: html`<button class="button" type="button">Aa</button>`,
};
const shown = (change: Partial<MeetingData>) => (): TemplateResult => meeting({ ...DATA, ...change }, on);

export const examples: Record<string, () => TemplateResult> = {
  video: shown({}),
  "video-and-text": shown({ writing: true, microphone: "off", camera: "off" }),
  recorded: shown({ recording: { id: 1, state: "on", since: 0, runs: true, waits_for: [], your_answer: true, question: [], kept: true } }),
  captioned: shown({ captions: { ...VIEW, made: true }, captionsOpen: true }),
  "captioned-above": shown({ captions: VIEW, captionsOpen: true, writing: true, look: { ...DEFAULTS, captionsAbove: true } }),
  held: shown({ hold: { since: 0, clip: null } }),
  silenced: shown({ silenced: true, microphone: "busy" }),
  "agent-away": shown({
    stage: { ...DATA.stage, legs: [CITIZEN, { ...AGENT, connected: false }] },
    leaving: true,
  }),
  more: shown({ drawer: "more", captions: VIEW }),
  "more-and-new": shown({ drawer: "more", writing: true }),
  "cannot-hear": shown({ volume: 5, drawer: "volume" }),
  interpreted: shown({ stage: { ...DATA.stage, legs: [CITIZEN, { ...AGENT, camera: "on" }, { ...AGENT, id: 3, role: "interpreter", name: "دلال الشمري", slot: 2 }] } }),
  jerky: shown({ stage: { ...DATA.stage, legs: [{ ...CITIZEN, signs: true, trouble: "jerky_signs" }, { ...AGENT, camera: "on", speaking: true }] } }),
  text: shown({ modality: "text", writing: true, stage: { ...DATA.stage, modality: "text", own: null }, microphone: "off", camera: "off" }),
};
