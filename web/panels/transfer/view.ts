/** Putting the citizen through: to a service or to a colleague, with a word for whoever goes on. It asks once. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { TargetAgent, TargetService } from "../../call/messages";
import { t } from "../../call/words";
import { presenceName } from "../presence/words";
import "./style.css";

export interface Target {
  kind: "service" | "agent";
  id: string;
}

export interface TransferForm {
  open: boolean;
  /** Null while they are fetched. */
  targets: { services: readonly TargetService[]; agents: readonly TargetAgent[] } | null;
  target: Target | null;
  note: string;
  /** The question is open. */
  sure: boolean;
  incomplete: boolean;
}

export interface TransferEvents {
  open: (open: boolean) => void;
  change: (change: Partial<Pick<TransferForm, "target" | "note" | "sure" | "incomplete">>) => void;
  send: (target: Target, note: string) => void;
}

export interface Transfer extends TransferForm {
  asking: boolean;
}

export function transferView(form: Transfer, on: TransferEvents): TemplateResult {
  return html`
    <section class="transfer" aria-labelledby="transfer-title">
      <h2 id="transfer-title" tabindex="-1">${t("Put the citizen through")}</h2>
      ${form.open ? opened(form, on) : opener(on)}
    </section>
  `;
}

function opener(on: TransferEvents): TemplateResult {
  return html`
    <button id="transfer" class="button" aria-keyshortcuts="Alt+P" @click=${() => { on.open(true); }}>
      ${t("Choose a service or a colleague")} <kbd aria-hidden="true" dir="ltr">Alt+P</kbd>
    </button>
  `;
}

function opened(form: Transfer, on: TransferEvents): TemplateResult {
  if (!form.targets) return html`<p role="status">${t("One moment…")}</p>`;
  const { services, agents } = form.targets;
  if (services.length + agents.length === 0) {
    return html`<p role="status">${t("Nobody else is at the desk who could go on with this citizen.")}</p>
      ${notYet(on)}`;
  }
  return form.sure && form.target ? question(form, form.target, on) : choice(form, on);
}

function choice(form: Transfer, on: TransferEvents): TemplateResult {
  return html`
    <form class="transfer-form" novalidate @submit=${submit(form, on)}>
      ${targets(form, on)} ${noteField(form, on)}
      <div class="transfer-buttons">
        <button class="button main" type="submit">${t("Go on")}</button>
        ${notYet(on)}
      </div>
    </form>
  `;
}

function notYet(on: TransferEvents): TemplateResult {
  return html`<button class="button" type="button" @click=${() => { on.open(false); }}>${t("Not yet")}</button>`;
}

function targets({ targets, target, incomplete }: Transfer, on: TransferEvents): TemplateResult {
  const option = (kind: Target["kind"], id: string, name: unknown): TemplateResult => html`
    <label class="choice">
      <input
        type="radio"
        name="transfer-target"
        value="${kind}:${id}"
        .checked=${live(target?.kind === kind && target.id === id)}
        @change=${() => { on.change({ target: { kind, id }, incomplete: false }); }}
      />
      <span>${name}</span>
    </label>
  `;
  const services = (targets?.services ?? []).map(({ id, name }) => option("service", id, html`<bdi>${name}</bdi>`));
  const agents = (targets?.agents ?? []).map(({ id, name, state }) =>
    option("agent", id, html`<bdi>${name}</bdi> · ${presenceName({ state, reason: null })}`),
  );
  return html`
    ${group(t("A colleague"), agents)} ${group(t("A service, to whoever is free"), services)}
    <p role="alert" class="problem" id="transfer-problem">${incomplete ? t("Choose where to, then go on.") : nothing}</p>
  `;
}

function group(legend: string, options: readonly TemplateResult[]): TemplateResult | typeof nothing {
  if (options.length === 0) return nothing;
  return html`
    <fieldset aria-describedby="transfer-problem">
      <legend>${legend}</legend>
      ${options}
    </fieldset>
  `;
}

function noteField({ note }: Transfer, on: TransferEvents): TemplateResult {
  const write = (event: Event): void => {
    on.change({ note: (event.currentTarget as HTMLTextAreaElement).value });
  };
  return html`
    <div class="field">
      <label for="transfer-note">${t("For the colleague to read (optional)")}</label>
      <textarea id="transfer-note" dir="auto" rows="3" maxlength="4000" .value=${live(note)} @input=${write}></textarea>
    </div>
  `;
}

/** It cannot be undone, so it names where she goes and asks once. */
function question(form: Transfer, target: Target, on: TransferEvents): TemplateResult {
  return html`
    <div class="transfer-form" role="group" aria-labelledby="transfer-question">
      <p id="transfer-question" role="alert">
        <strong>${t("Put the citizen through to %(name)s now?", { name: nameOf(form, target) })}</strong>
      </p>
      <p>${t("Your call ends, and the citizen is first in line there. This cannot be undone.")}</p>
      <div class="transfer-buttons">
        <button class="button main" type="button" ?disabled=${form.asking} @click=${() => { on.send(target, form.note.trim()); }}>
          ${t("Yes, put through")}
        </button>
        <button class="button" type="button" @click=${() => { on.change({ sure: false }); }}>${t("No, go back")}</button>
      </div>
    </div>
  `;
}

function nameOf({ targets }: TransferForm, { kind, id }: Target): string {
  const list = kind === "service" ? targets?.services : targets?.agents;
  return list?.find((one) => one.id === id)?.name ?? id;
}

function submit(form: Transfer, on: TransferEvents): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    if (form.target) on.change({ sure: true });
    else {
      on.change({ incomplete: true });
      (event.currentTarget as HTMLFormElement).querySelector("input")?.focus();
    }
  };
}
