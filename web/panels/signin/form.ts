/** What the sign-in form shows. What was typed stays in its fields, where password managers expect it. */
export interface Form {
  busy: boolean;
  shown: boolean;
  capsLock: boolean;
  /** The sentence to show, and the field to mend where there is one. */
  problem: Problem | null;
}

export interface Problem {
  field: "username" | "password" | null;
  message: string;
}

export type FormAction =
  | { type: "sent" }
  | { type: "refused"; problem: Problem }
  | { type: "toggled" }
  | { type: "caps"; on: boolean };

export const empty: Form = { busy: false, shown: false, capsLock: false, problem: null };

export function reduceForm(form: Form, action: FormAction): Form {
  switch (action.type) {
    case "sent":
      return { ...form, busy: true, problem: null };
    case "refused":
      return { ...form, busy: false, problem: action.problem };
    case "toggled":
      return { ...form, shown: !form.shown };
    case "caps":
      return { ...form, capsLock: action.on };
  }
}
