/** The citizen's page: wires the browser to the page at work. */

import "../base.css";
import "./citizen.css";
import { tellMishaps } from "../call/mishaps";
import { followViewport } from "../call/viewport";
import { loadWords } from "../call/words";
import { CitizenPage } from "./page";

const TICK_MS = 1_000;

tellMishaps("citizen");
loadWords();
followViewport();
const page = new CitizenPage(document.getElementById("app") ?? document.body);
// Any tap of the visit lets the page ring later, and play what was held back.
document.addEventListener("pointerdown", () => { page.ring.unlock(); });
document.addEventListener("keydown", () => { page.ring.unlock(); });
setInterval(() => { page.tick(); }, TICK_MS);
page.start();
