/** How long somebody would wait who joins now, and who joins later: before the place is taken. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { OutlookPoint } from "../../call/messages";
import { minutesRange, t, timeOfDay } from "../../call/words";
import { icon } from "../icon/view";
import "./style.css";

/** Null: not asked for, or not answered yet; the place kept for the words stays empty, and nothing moves. */
export function outlook(points: readonly OutlookPoint[] | null): TemplateResult {
  return html`<section class="card outlook" aria-labelledby="outlook">
    <h2 id="outlook">${icon("clock")}<span>${t("How long you would wait")}</span></h2>
    <div role="status">${points === null ? html`<p>${t("One moment…")}</p>` : sentences(points)}</div>
  </section>`;
}

function sentences(points: readonly OutlookPoint[]): TemplateResult {
  const [now, ...later] = points;
  const known = later.filter((point) => point.estimate !== null);
  return html`<p class="outlook-now">${now?.estimate ? nowSentence(now.estimate) : t("We can't tell yet how long it will take.")}</p>
    ${known.length === 0 ? nothing : html`<ul>${known.map((point) => html`<li>${laterSentence(point)}</li>`)}</ul>`}`;
}

function nowSentence(estimate: NonNullable<OutlookPoint["estimate"]>): string {
  return t("If you join now: about %(range)s.", { range: minutesRange(estimate.low, estimate.high) });
}

function laterSentence({ at, estimate }: OutlookPoint): string {
  const range = minutesRange(estimate?.low ?? 0, estimate?.high ?? 0);
  return t("At %(time)s: about %(range)s.", { time: timeOfDay(at), range });
}
