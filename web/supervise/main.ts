/** The supervisor's page: wires the server to what `wall.ts` knows and `view.ts` shows. */

import "../base.css";
import "./supervise.css";
import { deskTime } from "../call/clock";
import { draw } from "../call/draw";
import { Connection } from "../call/connection";
import { tellMishaps } from "../call/mishaps";
import { applyPreferences, loadPreferences } from "../call/preferences";
import type { SuperviseWire } from "../call/wire";
import { language, loadWords } from "../call/words";
import { refused } from "../panels/signin/refused";
import { type Person, currentPerson, signIn, signOut } from "../panels/signin/session";
import { type SuperviseEvents, superviseView } from "./view";
import { type Action, START, reduce, screenOf } from "./wall";

const TICK_MS = 1_000;

tellMishaps("supervise");
loadWords();
const app = document.getElementById("app") ?? document.body;
const connection = new Connection<SuperviseWire>({ path: "/supervise", auth: () => ({ language: language() }) });
let preferences = loadPreferences();
let wall = START;

const events: SuperviseEvents = {
  bar: {
    prefer: (change) => {
      preferences = { ...preferences, ...change };
      applyPreferences(preferences);
      paint();
    },
    signOut: () => void signOut().then(() => { leave(); }, leave),
  },
  signIn: {
    submit: (username, password) => void enterWith(username, password),
    change: (action) => { dispatch({ type: "form", action }); },
  },
  wall: { filter: (filter) => { dispatch({ type: "filter", filter }); } },
  takeBack: () => { connection.reopen(); },
};

function dispatch(action: Action): void {
  const before = screenOf(wall);
  wall = reduce(wall, action);
  paint();
  if (screenOf(wall) !== before) document.querySelector<HTMLElement>("#username, h1")?.focus();
}

function paint(): void {
  document.documentElement.dataset.screen = screenOf(wall);
  const refusal = connection.refusal?.message ?? null;
  draw(superviseView(wall, { now: deskTime(), preferences, refusal }, events), app);
}

async function enterWith(username: string, password: string): Promise<void> {
  dispatch({ type: "form", action: { type: "sent" } });
  try {
    enter(await signIn(username, password));
  } catch (error) {
    dispatch({ type: "form", action: refused(error) });
  }
}

function enter(person: Person): void {
  dispatch({ type: "person", person });
  connection.reopen();
}

/** The session is over; `why` says so where nobody asked for it. */
function leave(why?: unknown): void {
  connection.close();
  dispatch({ type: "person", person: null });
  if (why) dispatch({ type: "form", action: refused(why) });
}

connection.onStatus((status) => {
  if (connection.refusal?.kind === "sign_in") leave(connection.refusal);
  else dispatch({ type: "status", status });
});
connection.on("state", (state) => { dispatch({ type: "state", state }); });
setInterval(paint, TICK_MS);

applyPreferences(preferences);
paint();
currentPerson().then(
  (person) => {
    if (person) enter(person);
    else leave();
  },
  leave,
);
