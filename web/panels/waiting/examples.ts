import type { TemplateResult } from "lit-html";
import type { CallbackView, WaitView } from "../../call/messages";
import { type WaitingData, waiting } from "./view";

const nothingToDo = (): void => undefined;
const callback = { change: nothingToDo, onDevice: nothingToDo, onPhone: nothingToDo, undo: nothingToDo };
const clip = { watch: nothingToDo, unblock: nothingToDo };
const on = { leaving: nothingToDo, leave: nothingToDo, booking: nothingToDo, checkLine: nothingToDo, callback, clip };
const WAIT: WaitView = {
  position: 4,
  kept: 300,
  estimate: { low: 300, high: 720 },
  why: "agents_busy",
  callback: null,
  clip: null,
};
const AGREED: CallbackView = { asked_at: 0, rung_at: null, contact: "+965 •••• 1234" };
const DATA: WaitingData = {
  wait: WAIT,
  serviceName: "بدل الإيجار",
  modality: "video",
  putThrough: false,
  lost: false,
  draining: false,
  callback: { form: { open: "no", phone: "", refused: false }, push: "ready", texts: true },
  clip: null,
  line: { found: null, checking: false, untried: false, usual: false, way: { modality: "video", signs: false } },
  using: null,
  leaving: false,
  asking: false,
};

const shown = (change: Partial<WaitingData>) => (): TemplateResult => waiting({ ...DATA, ...change }, on);

const waits = (wait: Partial<WaitView>) => shown({ wait: { ...WAIT, ...wait } });

export const examples: Record<string, () => TemplateResult> = {
  ahead: shown({}),
  writing: shown({ modality: "text" }),
  "first-and-nobody-there": waits({ position: 1, estimate: null, why: "nobody_signed_in" }),
  next: waits({ position: 1, estimate: null, why: "waiting_for_signer" }),
  wish: waits({ position: 1, why: "wish" }),
  "nobody-there": waits({ estimate: null, why: "nobody_signed_in" }),
  "put-through": shown({ wait: { ...WAIT, position: 1 }, putThrough: true }),
  "kept-and-rung-later": waits({ kept: 600, callback: AGREED }),
  "rung-now": waits({ position: 1, kept: 600, callback: { ...AGREED, rung_at: 1 } }),
  "with-a-film": shown({ clip: { clip: { signed: true, seconds: 40, playing: false }, slot: null, silenced: false } }),
  checking: shown({ line: { ...DATA.line, checking: true }, using: { microphone: true, camera: true } }),
  "line-weak": shown({ line: { ...DATA.line, found: { result: "weak", cause: "lossy" } } }),
  leaving: shown({ leaving: true }),
  lost: shown({ lost: true, draining: true }),
};
