/** The door of every staff page: a name and a password, nothing to remember or to solve. */

import { type TemplateResult, html, nothing } from "lit-html";
import { t } from "../../call/words";
import type { Form, FormAction, Problem } from "./form";
import "./style.css";

export interface SignInEvents {
  submit: (username: string, password: string) => void;
  change: (action: FormAction) => void;
}

export function signInView(title: string, form: Form, on: SignInEvents): TemplateResult {
  return html`
    <section class="signin">
      <h1 tabindex="-1">${title}</h1>
      <form class="signin-form" novalidate aria-busy=${form.busy} @submit=${submit(on)}>
        <div role="alert" class="problem signin-problem" id="signin-problem">${form.problem?.message}</div>
        ${usernameField(form)} ${passwordField(form, on)}
        <button class="button main" type="submit" ?disabled=${form.busy}>
          ${form.busy ? t("Signing in…") : t("Sign in")}
        </button>
      </form>
      <p>${t("If you forgot your password, ask your supervisor for a new one.")}</p>
    </section>
  `;
}

function usernameField(form: Form): TemplateResult {
  return html`
    <div class="field">
      <label for="username">${t("User name")}</label>
      <input
        id="username"
        name="username"
        dir="ltr"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        aria-invalid=${isAtFault(form, "username")}
        aria-describedby="signin-problem"
      />
    </div>
  `;
}

function passwordField(form: Form, on: SignInEvents): TemplateResult {
  const caps = (event: Event): void => {
    watchCapsLock(form, event, on);
  };
  return html`
    <div class="field">
      <label for="password">${t("Password")}</label>
      <div class="signin-password">
        <input
          id="password"
          name="password"
          type=${form.shown ? "text" : "password"}
          dir="ltr"
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck="false"
          required
          aria-invalid=${isAtFault(form, "password")}
          aria-describedby="signin-problem caps-lock"
          @keydown=${caps}
          @keyup=${caps}
        />
        <button class="button" type="button" aria-pressed=${form.shown} @click=${() => { on.change({ type: "toggled" }); }}>
          ${t("Show password")}
        </button>
      </div>
      <p class="hint" id="caps-lock" role="status">
        ${form.capsLock ? t("Caps Lock is on. Passwords tell capital and small letters apart.") : nothing}
      </p>
    </div>
  `;
}

function isAtFault(form: Form, field: Problem["field"]): "true" | "false" {
  return form.problem?.field === field ? "true" : "false";
}

function watchCapsLock(form: Form, event: Event, on: SignInEvents): void {
  // A password manager fills the field with plain events.
  const isOn = event instanceof KeyboardEvent && event.getModifierState("CapsLock");
  if (isOn !== form.capsLock) on.change({ type: "caps", on: isOn });
}

function submit(on: SignInEvents): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const username = typedIn(form, "username").trim();
    const password = typedIn(form, "password");
    const problem = missing(username, password);
    if (problem) {
      on.change({ type: "refused", problem });
      document.getElementById(problem.field ?? "username")?.focus();
    } else on.submit(username, password);
  };
}

function typedIn(form: HTMLFormElement, name: string): string {
  return (form.elements.namedItem(name) as HTMLInputElement).value;
}

function missing(username: string, password: string): Problem | null {
  if (!username) return { field: "username", message: t("Enter your user name.") };
  if (!password) return { field: "password", message: t("Enter your password.") };
  return null;
}
