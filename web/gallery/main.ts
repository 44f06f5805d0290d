/** Shows one example of one panel: `?panel=waiting&example=ahead`. For tests of access and for screenshots. */

import "../base.css";
import "../citizen/citizen.css";
import { render } from "lit-html";
import { Playback } from "../call/playback";
import { applyPreferences, loadPreferences } from "../call/preferences";
import { loadWords } from "../call/words";

type Examples = Record<string, () => unknown>;

const modules = import.meta.glob<{ examples: Examples }>("../panels/*/examples.ts", { eager: true });
const panels = Object.fromEntries(
  Object.entries(modules).map(([path, { examples }]) => [path.split("/")[2] ?? path, examples]),
);

loadWords();
const wanted = new URLSearchParams(location.search);
applyPreferences({
  ...loadPreferences(),
  size: Number(wanted.get("size") ?? 0),
  contrast: wanted.get("contrast") === "high" ? "high" : "normal",
});
const example = panels[wanted.get("panel") ?? ""]?.[wanted.get("example") ?? ""];
const names = Object.fromEntries(Object.entries(panels).map(([panel, examples]) => [panel, Object.keys(examples)]));
// Tests read from here what there is to visit.
Object.assign(window, { waslExamples: names });
const root = document.getElementById("app") ?? document.body;
const main = document.createElement("main");
main.className = "screen";
root.append(main);
if (example) render(example(), main);
new Playback(() => undefined).start();
document.documentElement.dataset.screen = "gallery";
