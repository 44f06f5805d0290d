/** The visit is not going on here: she left, was away too long, the desk closed, or another window has it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { clock, t } from "../../call/words";
import { type AheadActions, ahead } from "../hours/view";

export type Closed = "left" | "expired" | "closed" | "replaced";

export interface ClosedData {
  why: Closed;
  /** Seconds in which leaving can still be undone; null when it cannot. */
  undo: number | null;
  asking: boolean;
}

export interface ClosedActions extends AheadActions {
  undo: () => void;
  again: () => void;
  here: () => void;
}

export function closed(data: ClosedData, on: ClosedActions): TemplateResult {
  const [title, words] = sentences(data);
  const isHere = data.why !== "replaced";
  return html`<h1 tabindex="-1">${title}</h1>
    <p>${words}</p>
    ${data.why === "closed" ? ahead(on) : nothing}
    ${data.undo === null
      ? nothing
      : html`<button class="button main wide" type="button" data-act="undo" ?disabled=${data.asking} @click=${on.undo}>${t("Take me back to my place")}</button>
          <p class="hint">${t("You can do this for another %(time)s.", { time: clock(data.undo) })}</p>`}
    <button class="button wide" type="button" data-act="again" ?disabled=${data.asking} @click=${isHere ? on.again : on.here}>
      ${isHere ? t("Start a new visit") : t("Continue here")}
    </button>`;
}

function sentences({ why, undo }: ClosedData): [string, string] {
  switch (why) {
    case "left":
      return [
        t("You have left"),
        undo === null ? t("Your place is no longer kept.") : t("If that was a mistake, you can go back to where you were."),
      ];
    case "expired":
      return [t("Your place was given up"), t("You were away for longer than we can keep a place. Please start again; we are sorry for the wait.")];
    case "closed":
      return [t("The desk has closed"), t("We are sorry: it closed before it was your turn. You can book a time or leave a message now.")];
    case "replaced":
      return [t("Your visit goes on in another window"), t("You opened this visit again somewhere else. It continues there.")];
  }
}

/** The connection is being brought back; nothing is asked of the citizen. */
export function dropped(inCall: boolean): TemplateResult {
  return html`<h1 tabindex="-1">${t("We are bringing you back")}</h1>
    <p role="status">
      ${inCall ? t("The connection dropped. The employee knows and is waiting for you.") : t("One moment. We are finding your place.")}
    </p>
    <p>${t("You need to do nothing. If you can, check that your Wi-Fi or mobile data is on.")}</p>`;
}
