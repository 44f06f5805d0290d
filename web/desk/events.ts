/** What the buttons, fields and keys of the agent's page do. */

import type { Outcome } from "../call/messages";
import { deskTime } from "../call/clock";
import { refused } from "../panels/signin/refused";
import type { Target } from "../panels/transfer/view";
import { signIn, signOut } from "../panels/signin/session";
import { askForNotices } from "./alarm";
import { focusOn } from "./focus";
import type { Command } from "./keys";
import type { DeskPage } from "./page";
import type { DeskEvents } from "./view";

export function eventsOf(page: DeskPage): DeskEvents {
  return {
    bar: {
      prefer: (change) => { page.prefer(change); },
      signOut: () => void leave(page),
    },
    signIn: {
      submit: (username, password) => void enter(page, username, password),
      change: (action) => { page.dispatch({ type: "form", action }); },
    },
    presence: {
      available: () => void becomeAvailable(page),
      takeBreak: (reason) => void page.notebook.flush().then(() => page.ask("break", { reason })),
    },
    check: {
      open: () => { page.own.check(true); },
      close: () => { page.own.check(false); },
    },
    offer: {
      accept: () => { answer(page, "accept"); },
      decline: () => { answer(page, "decline"); },
      reason: (reason) => { page.dispatch({ type: "reason", reason }); },
      key: (event) => { if (page.guard.stops(event, deskTime())) event.preventDefault(); },
    },
    call: {
      toggleMicrophone: () => { page.own.toggleMicrophone(); },
      toggleCamera: () => { page.own.toggleCamera(); },
      hold: (on) => void hold(page, on),
      balance: (balance) => { page.prefer({ balance }); },
      volume: (volume) => { page.prefer({ volume }); },
      startSound: () => { page.playback.unblock(); },
    },
    recording: {
      answer: (recording, agreed) => void page.ask("answer_recording", { recording, agreed }),
      ask: () => void record(page, "ask_recording"),
      pause: () => void record(page, "pause_recording"),
      resume: () => void record(page, "resume_recording"),
      stop: () => void record(page, "stop_recording"),
    },
    conversation: {
      typed: (value) => { page.sender.typed(value); },
      endLine: () => { page.sender.endLine(); },
      letters: (letters) => { page.prefer({ letters }); },
    },
    captions: {
      show: (captions) => { page.prefer({ captions }); },
      look: (change) => { page.prefer(change); },
      correct: (line) => { correct(page, line); },
      corrected: (line, text) => void corrected(page, line, text),
      browser: (on) => void inBrowser(page, on),
    },
    visit: {
      write: (notes) => { page.notebook.write(notes); },
      leave: () => void page.notebook.flush(),
    },
    closing: {
      change: (change) => { page.dispatch({ type: "closing", change }); },
      finish: (outcome, note) => void finish(page, outcome, note),
    },
    transfer: {
      open: (open) => void openTransfer(page, open),
      change: (change) => { page.dispatch({ type: "transfer", change }); },
      send: (target, note) => void transfer(page, target, note),
    },
    takeBack: () => { page.connection.reopen(); },
  };
}

export function commandsOf(page: DeskPage): Record<Command, () => void> {
  const { presence, offer, call, recording } = page.events;
  return {
    available: presence.available,
    accept: offer.accept,
    decline: offer.decline,
    microphone: call.toggleMicrophone,
    camera: call.toggleCamera,
    hold: () => {
      const { call: current } = page.desk.server ?? {};
      if (current?.may_hold) call.hold(!current.hold);
    },
    write: () => { focusOn("#conversation-input", true); },
    record: () => {
      const state = page.desk.server?.call?.recording?.state;
      if (state === "on") recording.pause();
      else if (state === "paused") recording.resume();
    },
    notes: () => { focusOn("#notes", true); },
    finish: () => {
      page.dispatch({ type: "closing", change: { open: true } });
      focusOn(".closing-form input", true);
    },
    transfer: () => void openTransfer(page, true),
  };
}

async function enter(page: DeskPage, username: string, password: string): Promise<void> {
  page.dispatch({ type: "form", action: { type: "sent" } });
  try {
    page.enter(await signIn(username, password));
  } catch (error) {
    page.dispatch({ type: "form", action: refused(error) });
  }
}

async function leave(page: DeskPage): Promise<void> {
  await page.notebook.flush();
  // Without the server's word the session ends over HTTP all the same, and the desk with it.
  await page.connection.request("sign_out", {}).catch(() => undefined);
  await signOut().then(() => { page.leave(); }, (error: unknown) => { page.failed(error); });
}

/** The question for notices comes here, where the agent has just read what they are for. */
async function becomeAvailable(page: DeskPage): Promise<void> {
  page.alarm.unlock();
  if (page.screen === "idle") await askForNotices();
  await page.notebook.flush();
  await page.ask("available", {});
}

function correct(page: DeskPage, line: number | null): void {
  page.dispatch({ type: "correcting", line });
  focusOn(line === null ? ".captions-log" : "#caption-said", true);
}

async function corrected(page: DeskPage, caption: number, text: string): Promise<void> {
  const call = page.desk.server?.call?.id;
  if (call !== undefined && (await page.ask("correct", { call, caption, text }))) correct(page, null);
}

/** She has read what it means on the button. */
async function inBrowser(page: DeskPage, on: boolean): Promise<void> {
  const call = page.desk.server?.call?.id;
  if (call !== undefined) await page.ask("browser_captions", { call, on });
}

async function finish(page: DeskPage, outcome: Outcome, note: string): Promise<void> {
  const ticket = page.desk.server?.visit?.ticket;
  if (ticket === undefined) return;
  await page.notebook.flush();
  await page.ask("finish", { ticket, outcome, note });
}

async function hold(page: DeskPage, on: boolean): Promise<void> {
  const call = page.desk.server?.call?.id;
  if (call !== undefined && !page.desk.asking) await page.ask("hold", { call, on });
}

async function record(page: DeskPage, name: "ask_recording" | "pause_recording" | "resume_recording" | "stop_recording"): Promise<void> {
  const call = page.desk.server?.call?.id;
  if (call !== undefined && !page.desk.asking) await page.ask(name, { call });
}

function answer(page: DeskPage, name: "accept" | "decline"): void {
  const { offer } = page.desk.server ?? {};
  if (!offer || offer.held || page.desk.asking) return;
  page.alarm.stop();
  if (name === "accept") void page.ask("accept", { offer: offer.id });
  else void page.ask("decline", { offer: offer.id, reason: page.desk.reason });
}

async function openTransfer(page: DeskPage, open: boolean): Promise<void> {
  if (!page.desk.server?.visit) return;
  page.dispatch({ type: "transfer", change: { open, targets: null } });
  focusOn(open ? "#transfer-title" : "#transfer", true);
  if (!open) return;
  const targets = await page.ask("targets", {});
  if (targets) page.dispatch({ type: "transfer", change: { targets } });
  else page.dispatch({ type: "transfer", change: { open: false } });
}

async function transfer(page: DeskPage, { kind, id }: Target, note: string): Promise<void> {
  const ticket = page.desk.server?.visit?.ticket;
  if (ticket === undefined) return;
  await page.notebook.flush();
  const to = kind === "service" ? { service: id, agent: null } : { service: null, agent: id };
  if (!(await page.ask("transfer", { ticket, ...to, note }))) await openTransfer(page, true);
}
