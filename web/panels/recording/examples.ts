import type { TemplateResult } from "lit-html";
import type { CallView, RecordingView } from "../../call/messages";
import { language } from "../../call/words";
import { recorderView } from "./desk";
import { recording } from "./view";

const nothingToDo = (): void => undefined;
/** As the server writes them. */
const QUESTION = {
  en: [
    "May we record this call?",
    "Sound, picture and writing are kept under lock for 30 days, so that what was said can be looked up.",
    "You are free to say no. The call goes on in the same way, and you get the same help.",
    "You can stop the recording at any time. What was recorded is then deleted.",
  ],
  ar: [
    "هل تسمح لنا بتسجيل هذه المكالمة؟",
    "نحفظ الصوت والصورة والكتابة 30 يومًا حفظًا مشفَّرًا، ليمكن الرجوع إلى ما قيل.",
    "لك أن تقول لا. تستمر المكالمة كما هي، وتحصل على المساعدة نفسها.",
    "يمكنك إيقاف التسجيل في أي وقت، وعندئذ يُحذف ما سُجّل.",
  ],
};
const AGREED: RecordingView = { id: 1, state: "on", since: 0, runs: true, waits_for: [], your_answer: true, question: [], kept: true };
const ASKED: RecordingView = { ...AGREED, state: "asked", kept: false, runs: false, your_answer: null, waits_for: ["نورة العنزي"] };
const CALL: CallView = { id: 1, state: "live", modality: "video", started_at: 0, hold: null, may_hold: false, legs: [], text: [], typed: 0, hearing: false, captions: null, may_record: null };
const recorder = { ask: nothingToDo, pause: nothingToDo, resume: nothingToDo, stop: nothingToDo };

function shown(change: Partial<RecordingView>, citizen = true): () => TemplateResult {
  return () => recording({ recording: { ...ASKED, question: QUESTION[language()], ...change }, citizen, asking: false }, { answer: nothingToDo }) as TemplateResult;
}

function desk(change: Partial<RecordingView> | null): () => TemplateResult {
  const words = "Everybody in the call is asked first; by asking, you agree for yourself. A recording is kept for 30 days.";
  return () => recorderView({ ...CALL, recording: change && { ...AGREED, ...change }, may_record: words }, false, recorder) as TemplateResult;
}

export const examples: Record<string, () => TemplateResult> = {
  question: shown({}),
  agreed: shown({ your_answer: true }),
  on: shown({ state: "on", runs: true, your_answer: true, waits_for: [] }),
  "off-the-record": shown({ state: "paused", your_answer: true, waits_for: [] }),
  interrupted: shown({ state: "on", your_answer: true, waits_for: [] }),
  interpreter: shown({ state: "on", runs: true, your_answer: true, waits_for: [] }, false),
  refused: shown({ state: "refused", your_answer: false, waits_for: [] }),
  withdrawn: shown({ state: "withdrawn", your_answer: false, waits_for: [] }),
  failed: shown({ state: "failed", failure: "no_room", your_answer: true, waits_for: [] }),
  "failed-kept": shown({ state: "failed", failure: "no_room", your_answer: true, waits_for: [], kept: true }),
  "refused-kept": shown({ state: "refused", your_answer: false, waits_for: [], kept: true }),
  "ended-kept": shown({ state: "ended", your_answer: true, waits_for: [], kept: true }),
  "desk-failed": desk({ state: "failed", failure: "no_room", runs: false }),
  "desk-not-stored": desk({ state: "failed", failure: "not_stored", runs: false }),
  "desk-ask": desk(null),
  "desk-asked": desk({ state: "asked", runs: false, waits_for: ["المواطن", "دلال الشمري"] }),
  "desk-on": desk({}),
  "desk-waits": desk({ runs: false, waits_for: ["دلال الشمري"] }),
  "desk-off-the-record": desk({ state: "paused", runs: false }),
  "desk-refused": desk({ state: "refused", runs: false }),
  "desk-ended": desk({ state: "ended", runs: false }),
};
