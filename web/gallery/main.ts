/**
 * Shows one example of one panel: `?panel=waiting&example=ahead`, and others when it is asked to. For tests of access and
 * for screenshots.
 */

import "../base.css";
import "../citizen/citizen.css";
import { nothing, render } from "lit-html";
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
const names = Object.fromEntries(Object.entries(panels).map(([panel, examples]) => [panel, Object.keys(examples)]));
const root = document.getElementById("app") ?? document.body;
const main = document.createElement("main");
main.className = "screen";
root.append(main);
show(wanted.get("panel"), wanted.get("example"));
// Tests read from here what there is to visit, and visit it.
Object.assign(window, { waslExamples: names, waslShow: show });
new Playback(() => undefined).start();
document.documentElement.dataset.screen = "gallery";

function show(panel: string | null, example: string | null): void {
  render(nothing, main); // or what stays of the former one would be reused
  render(panels[panel ?? ""]?.[example ?? ""]?.() ?? nothing, main);
}
