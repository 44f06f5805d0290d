/** What each of the citizen's actions does. */

import type { CitizenActions } from "./actions";
import type { CitizenPage } from "./page";
import type { Step } from "./visit";

export function actionsOf(page: CitizenPage): CitizenActions {
  const to = (step: Step) => (): void => { page.dispatch({ type: "step", step }); };
  const toServices = (): void => {
    page.dispatch({ type: "step", step: "service" });
    void page.fetchCatalogue();
  };
  return {
    welcome: { start: toServices, needs: to("needs") },
    ways: {
      modality: (modality) => { page.setNeeds({ ...page.visit.needs, modality }); },
      signs: (signs) => { page.setNeeds({ signs, modality: signs ? "video" : page.visit.needs.modality }); },
      done: () => { if (page.visit.from === "check") to("check")(); else toServices(); },
    },
    services: {
      query: (query) => { page.change({ query }); },
      choose: (service) => { page.dispatch({ type: "chosen", service }); },
      again: () => void page.fetchCatalogue(),
    },
    check: {
      join: () => void page.join(),
      modality: (modality) => { page.setNeeds({ ...page.visit.needs, modality }); },
      again: () => void page.devices.settle(),
      needs: to("needs"),
      service: toServices,
    },
    meeting: meetingActions(page),
    summary: { print: () => { print(); }, again: () => void startAgain(page) },
    closed: {
      undo: () => void page.ask("undo_leave", {}),
      again: () => void startAgain(page),
      here: () => { page.connection.reopen(); },
    },
    preferences: (change) => { page.setPreferences(change); },
    back: () => { to(page.visit.step === "check" ? "service" : "welcome")(); },
  };
}

function meetingActions(page: CitizenPage): CitizenActions["meeting"] {
  const toggle = (kind: "microphone" | "camera") => (): void => {
    const { off } = page.visit;
    page.change({ off: { ...off, [kind]: !off[kind] } });
  };
  return {
    microphone: toggle("microphone"),
    camera: toggle("camera"),
    text: () => { page.change({ textOpen: !page.visit.textOpen }); },
    unblock: () => { page.playback.unblock(); },
    again: () => void page.devices.settle(),
    leaving: (leaving) => { page.change({ leaving }); },
    leave: () => void page.ask("leave", {}),
    typed: (value) => { page.sender.typed(value); },
    endLine: () => { page.sender.endLine(); },
    letters: (letters) => { page.setPreferences({ letters }); },
  };
}

/** The server may have forgotten the ticket before; the page is free all the same. */
async function startAgain(page: CitizenPage): Promise<void> {
  const forgotten = await page.ask("forget", {});
  if (forgotten === null && page.connection.status !== "connected") return;
  page.forgetTicket();
  if (forgotten === null) page.connection.reopen();
}
