/** The agent's page: wires the browser to the page at work. */

import "../base.css";
import "./desk.css";
import { tellMishaps } from "../call/mishaps";
import { applyPreferences } from "../call/preferences";
import { loadWords } from "../call/words";
import { refused } from "../panels/signin/refused";
import { currentPerson } from "../panels/signin/session";
import { commandsOf } from "./events";
import { commandOf } from "./keys";
import { DeskPage } from "./page";

const TICK_MS = 1_000;

tellMishaps("desk");
loadWords();
const page = new DeskPage(document.getElementById("app") ?? document.body);
const commands = commandsOf(page);

document.addEventListener("keydown", (event) => {
  page.alarm.unlock();
  const command = commandOf(event, page.screen);
  if (!command) return;
  event.preventDefault();
  commands[command]();
});
document.addEventListener("pointerdown", () => { page.alarm.unlock(); });
addEventListener("pagehide", () => void page.notebook.flush());
setInterval(() => { page.tick(); }, TICK_MS);

applyPreferences(page.preferences);
page.paint();
currentPerson().then(
  (person) => {
    if (person) page.enter(person);
    else page.dispatch({ type: "person", person });
  },
  (error: unknown) => {
    page.dispatch({ type: "person", person: null });
    page.dispatch({ type: "form", action: refused(error) });
  },
);
