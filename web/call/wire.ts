/** Which requests and events each namespace carries; the values themselves are generated into messages.ts. */

import type {
  Accept,
  AnswerRecording,
  AskRecording,
  Available,
  Book,
  BookReply,
  BrowserCaptions,
  Callback,
  CancelBooking,
  CaptionEvent,
  Check,
  CheckAnswer,
  CheckDone,
  CheckOffer,
  Checked,
  CitizenConnect,
  CitizenState,
  CorrectCaption,
  Decline,
  DeskConnect,
  DeskState,
  DevicesChanged,
  Finish,
  Forget,
  Hold,
  InsightEvent,
  Join,
  Joined,
  Leave,
  LeaveMessage,
  MakeCaption,
  MediaAdvice,
  MediaAnswer,
  MediaFailed,
  MediaOffer,
  Notes,
  Ok,
  Outlook,
  OutlookReply,
  PauseRecording,
  Replaced,
  ResumeRecording,
  SignOut,
  Slots,
  SlotsReply,
  StopRecording,
  TakeBreak,
  Targets,
  TargetsReply,
  TextEvent,
  Transfer,
  Type,
  UndoLeave,
  WallState,
  WantCaptions,
  Watch,
  WatchClip,
} from "./messages";

/** One namespace: request name → [body, reply], event name → body, and the `auth` value of its connection. */
export interface Wire {
  path: string;
  auth: object;
  requests: object;
  events: { state: { version: number } };
}

interface CallRequests {
  media_answer: [MediaAnswer, Ok];
  media_failed: [MediaFailed, Ok];
  devices: [DevicesChanged, Ok];
  watch: [Watch, Ok];
  text: [Type, Ok];
  answer_recording: [AnswerRecording, Ok];
  captions: [WantCaptions, Ok];
}

export interface CitizenWire {
  path: "/citizen";
  auth: CitizenConnect;
  requests: CallRequests & {
    join: [Join, Joined];
    check: [Check, CheckOffer];
    check_answer: [CheckAnswer, Ok];
    check_done: [CheckDone, Checked];
    leave: [Leave, Ok];
    undo_leave: [UndoLeave, Ok];
    forget: [Forget, Ok];
    callback: [Callback, Ok];
    clip: [WatchClip, Ok];
    message: [LeaveMessage, Joined];
    slots: [Slots, SlotsReply];
    book: [Book, BookReply];
    cancel_booking: [CancelBooking, Ok];
    outlook: [Outlook, OutlookReply];
  };
  events: { state: CitizenState; media_offer: MediaOffer; media_advice: MediaAdvice; text: TextEvent; insight: InsightEvent; caption: CaptionEvent; replaced: Replaced };
}

export interface DeskWire {
  path: "/desk";
  auth: DeskConnect;
  requests: CallRequests & {
    available: [Available, Ok];
    break: [TakeBreak, Ok];
    accept: [Accept, Ok];
    decline: [Decline, Ok];
    targets: [Targets, TargetsReply];
    transfer: [Transfer, Ok];
    hold: [Hold, Ok];
    ask_recording: [AskRecording, Ok];
    pause_recording: [PauseRecording, Ok];
    resume_recording: [ResumeRecording, Ok];
    stop_recording: [StopRecording, Ok];
    notes: [Notes, Ok];
    finish: [Finish, Ok];
    browser_captions: [BrowserCaptions, Ok];
    caption: [MakeCaption, Ok];
    correct: [CorrectCaption, Ok];
    sign_out: [SignOut, Ok];
  };
  events: { state: DeskState; media_offer: MediaOffer; media_advice: MediaAdvice; text: TextEvent; insight: InsightEvent; caption: CaptionEvent; replaced: Replaced };
}

export interface SuperviseWire {
  path: "/supervise";
  auth: DeskConnect;
  requests: object;
  events: { state: WallState; replaced: Replaced };
}

export type RequestName<W extends Wire> = keyof W["requests"] & string;
export type EventName<W extends Wire> = keyof W["events"] & string;
export type Body<W extends Wire, N extends RequestName<W>> = W["requests"][N] extends [infer B, unknown] ? B : never;
export type Reply<W extends Wire, N extends RequestName<W>> = W["requests"][N] extends [unknown, infer R] ? R : never;
