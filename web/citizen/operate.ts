/** What each of the citizen's actions does. */

import type { Drawer } from "../panels/meeting/view";
import type { LeaveActions } from "../panels/waiting/view";
import type { CitizenActions } from "./actions";
import {
  bookedActions,
  bookingActions,
  callbackActions,
  fetchOutlook,
  fetchSlots,
  messageActions,
  openMessage,
} from "./ahead";
import { findService } from "./catalogue";
import type { CitizenPage } from "./page";
import { keepEarlier, loadTicket, takeTicket } from "./ticket";
import type { Step, Visit } from "./visit";

export function actionsOf(page: CitizenPage): CitizenActions {
  const to = (step: Step) => (): void => { page.dispatch({ type: "step", step }); };
  const toServices = (): void => {
    page.dispatch({ type: "step", step: "service" });
    void page.fetchCatalogue();
  };
  const toBooking = (): void => {
    page.change({ booked: page.visit.cancelled ? null : page.visit.booked, cancelled: false });
    if (page.visit.server?.wait?.clip?.playing) void page.ask("clip", { wanted: false });
    to("booking")();
    if (!page.visit.booked) void fetchSlots(page);
  };
  // Her visit goes on in another tab, and she wants it here.
  const start = (): void => { if (!page.takeVisit()) toServices(); };
  const ahead = { message: to("message"), booking: toBooking };
  const toCheck = (): void => {
    to("check")();
    void fetchOutlook(page);
  };
  return {
    welcome: { start, needs: to("needs"), message: () => { openMessage(page); }, booked: bookedActions(page) },
    ways: {
      modality: (modality) => { page.setNeeds({ ...page.visit.needs, modality }); },
      signs: (signs) => { page.setNeeds({ ...page.visit.needs, signs, modality: signs ? "video" : page.visit.needs.modality }); },
      hearing: (hearing) => { page.setNeeds({ ...page.visit.needs, hearing }); },
      done: () => { if (page.visit.from === "check") toCheck(); else toServices(); },
    },
    services: {
      query: (query) => { page.change({ query }); },
      choose: (service) => { choose(page, service); },
      again: () => void page.fetchCatalogue(),
    },
    check: {
      join: () => void page.join(),
      modality: (modality) => {
        page.setNeeds({ ...page.visit.needs, modality });
        void fetchOutlook(page);
      },
      again: () => void page.devices.settle(),
      checkLine: () => void page.checker.again(),
      needs: to("needs"),
      service: toServices,
    },
    waiting: { ...leaveActions(page), callback: callbackActions(page), clip: clipActions(page), booking: toBooking, checkLine: () => void page.checker.again() },
    meeting: meetingActions(page),
    summary: { print: () => { print(); }, again: () => void startAgain(page) },
    closed: {
      undo: () => void page.ask("undo_leave", {}),
      again: () => void startAgain(page),
      here: () => {
        takeTicket();
        page.connection.reopen();
      },
      ...ahead,
    },
    ahead,
    message: messageActions(page),
    booking: bookingActions(page),
    booked: bookedActions(page),
    preferences: (change) => { page.setPreferences(change); },
    back: () => { to(backFrom(page.visit))(); },
  };
}

function choose(page: CitizenPage, service: string): void {
  const opening = findService(page.visit.bodies ?? [], service)?.opening ?? null;
  page.dispatch({ type: "chosen", service, opening });
  if (page.visit.step === "check") void fetchOutlook(page);
}

/** The screen before this one; a time to book and a message lead back to what said that it is closed, if that was so. */
function backFrom({ step, opening }: Visit): Step {
  if (step === "check" || step === "hours") return "service";
  return step !== "needs" && step !== "service" && opening?.open === false ? "hours" : "welcome";
}

function clipActions(page: CitizenPage): CitizenActions["waiting"]["clip"] {
  return {
    watch: (wanted) => void page.ask("clip", { wanted }),
    unblock: () => { page.playback.unblock(); },
  };
}

function leaveActions(page: CitizenPage): LeaveActions {
  return {
    leaving: (leaving) => { page.change({ leaving }); },
    leave: () => void page.ask("leave", {}),
  };
}

function meetingActions(page: CitizenPage): CitizenActions["meeting"] {
  const toggle = (kind: "microphone" | "camera") => (): void => {
    const { off } = page.visit;
    page.change({ off: { ...off, [kind]: !off[kind] } });
  };
  const open = (drawer: Drawer): void => { page.change({ drawer: page.visit.drawer === drawer ? null : drawer, leaving: false }); };
  return {
    microphone: toggle("microphone"),
    camera: toggle("camera"),
    text: () => { page.change({ writing: !page.visit.writing || page.visit.drawer !== null, drawer: null, leaving: false }); },
    more: () => { open("more"); },
    film: (film) => { page.change({ film }); },
    hear: () => { open("volume"); },
    volume: (volume) => { page.setPreferences({ volume }); },
    balance: (balance) => { page.setPreferences({ balance }); },
    unblock: () => { page.playback.unblock(); },
    answer: (recording, agreed) => void page.ask("answer_recording", { recording, agreed }),
    again: () => void page.devices.settle(),
    ...leaveActions(page),
    typed: (value) => { page.sender.typed(value); },
    endLine: () => { page.sender.endLine(); },
    letters: (letters) => { page.setPreferences({ letters }); },
    captions: () => {
      page.setPreferences({ captions: !page.preferences.captions });
      page.change({ drawer: null, writing: false });
    },
    look: (change) => { page.setPreferences(change); },
  };
}

/** The server may have forgotten the ticket before; the page is free all the same. */
async function startAgain(page: CitizenPage): Promise<void> {
  const isMessage = page.visit.server?.ticket?.modality === "message";
  const ended = loadTicket();
  const forgotten = await page.ask("forget", {});
  if (forgotten === null && page.connection.status !== "connected") return;
  if (isMessage) page.forgetMessage();
  else keepEarlier(ended);
  page.forgetTicket();
  if (forgotten === null) page.connection.reopen();
}
