/** What everybody types, letter by letter or in whole lines, by each reader's choice. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { TextLine } from "../../call/messages";
import type { Reading } from "../../call/reading";
import { t, timeHere } from "../../call/words";
import { icon } from "../icon/view";
import { roleName } from "../stage/view";
import "./style.css";

export interface ConversationActions {
  /** The field holds this now. */
  typed: (value: string) => void;
  /** The line is finished; the panel has emptied the field. */
  endLine: () => void;
  letters: (on: boolean) => void;
}

/** What is read, and whether what is written here cannot be written down at the moment. */
export interface Written extends Reading {
  refused: boolean;
}

/**
 * The list is a log that stays silent by itself: read at every letter it would drown a screen reader. Announce a
 * line of somebody else when it is done (`doneLines`) or rests.
 */
export function conversation(data: Written, on: ConversationActions): TemplateResult {
  const lines = data.lines.filter((line) => line.text !== "");
  return html`<section class="conversation" aria-label=${t("Text")}>
    <div class="conversation-log" role="log" aria-live="off" tabindex="0" aria-label=${t("What has been written")}>
      <div>
        ${lines.length === 0
          ? html`<p class="hint">${t("Nothing has been written yet.")}</p>`
          : html`<ul role="list">${repeat(lines, (line) => line.id, lineView)}</ul>`}
        ${data.writing.map((line) => html`<p class="conversation-writing hint">${writing(line)}</p>`)}
      </div>
    </div>
    <form class="conversation-field" @submit=${submit(on)}>
      <label for="conversation-input">${t("Write here; the other side sees each letter")}</label>
      <div class="conversation-row">
        <input id="conversation-input" name="line" dir="auto" autocomplete="off" enterkeyhint="send" maxlength="1000"
          @input=${(event: Event) => { on.typed((event.target as HTMLInputElement).value); }} />
        <button class="button main" type="submit">${icon("corner-down-left")}<span>${t("New line")}</span></button>
      </div>
      <p class="conversation-refused" role="status">${data.refused ? t("What you write does not arrive just now. It is kept, and is sent again by itself.") : nothing}</p>
    </form>
  </section>`;
}

/** How this reader wants what others type. */
export function lettersButton({ letters }: Pick<Reading, "letters">, on: Pick<ConversationActions, "letters">): TemplateResult {
  return html`<button class="button" type="button" aria-pressed=${!letters} @click=${() => { on.letters(!letters); }}>
    ${t("Show me whole lines only")}
  </button>`;
}

/** What to announce between two states of the text: the lines of others that were finished. */
export function doneLines(before: readonly TextLine[], after: readonly TextLine[]): string[] {
  const known = new Set(before.filter((line) => line.done).map((line) => line.id));
  const news = after.filter((line) => line.done && !line.you && !known.has(line.id));
  return news.map(lineSentence);
}

export function lineSentence(line: TextLine): string {
  return t("%(name)s writes: %(text)s", { name: line.name || roleName(line.role), text: line.text });
}

function writing(line: TextLine): string {
  return t("%(name)s is writing …", { name: line.name || roleName(line.role) });
}

function lineView(line: TextLine): TemplateResult {
  const name = line.you ? t("You") : line.name || roleName(line.role);
  return html`<li class="conversation-line ${line.you ? "sent" : "received"}">
    <p class="conversation-who"><bdi>${name}</bdi> · ${timeHere(line.at)}</p>
    <p dir="auto">${line.text}${line.done ? nothing : html`<span class="conversation-caret" aria-hidden="true"></span>`}</p>
  </li>`;
}

function submit(on: ConversationActions): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem("line") as HTMLInputElement;
    if (input.value === "") return;
    input.value = "";
    on.endLine();
  };
}
