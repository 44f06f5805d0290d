import type { TemplateResult } from "lit-html";
import type { CallView } from "../../call/messages";
import { CITIZEN } from "../stage/examples";
import { type CallBar, callBarView } from "./view";

const NOW = Date.UTC(2026, 10, 23, 7, 30);
const events = { toggleMicrophone: (): void => undefined, toggleCamera: (): void => undefined, hold: (): void => undefined };
const CALL: CallView = { id: 1, state: "live", modality: "video", hearing: false, started_at: NOW - 65_000, hold: null, may_hold: true, legs: [], text: [], typed: 0, captions: null };
const BAR: CallBar = { call: CALL, link: "connected", microphone: "on", camera: "on", now: NOW };

function shown(bar: Partial<CallBar>): () => TemplateResult {
  return () => callBarView({ ...BAR, ...bar }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  live: shown({}),
  assembling: shown({ call: null }),
  off: shown({ microphone: "off", camera: "blocked" }),
  dropped: shown({ link: "interrupted" }),
  voice: shown({ call: { ...CALL, modality: "voice" } }),
  held: shown({ call: { ...CALL, state: "held", hold: { since: NOW - 20_000, clip: null } } }),
  "held-dropped": shown({ call: { ...CALL, state: "held", hold: { since: NOW - 20_000, clip: null }, legs: [{ ...CITIZEN, you: false, connected: false }] } }),
  hearing: shown({ call: { ...CALL, hearing: true } }),
  text: shown({ call: { ...CALL, modality: "text" } }),
};
