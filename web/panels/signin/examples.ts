import type { TemplateResult } from "lit-html";
import { t } from "../../call/words";
import { type Form, empty } from "./form";
import { signInView } from "./view";

const events = { submit: (): void => undefined, change: (): void => undefined };

function shown(form: Partial<Form>): () => TemplateResult {
  return () => signInView(t("Sign in to the desk"), { ...empty, ...form }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  empty: shown({}),
  incomplete: shown({ problem: { field: "password", message: t("Enter your password.") } }),
  "caps-lock": shown({ capsLock: true, shown: true }),
  busy: shown({ busy: true }),
};
