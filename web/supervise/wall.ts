/** What the supervisor's page knows, and how it changes. No element of the page, no clock, no network. */

import type { Status } from "../call/connection";
import type { WallState } from "../call/messages";
import { type Form, type FormAction, empty, reduceForm } from "../panels/signin/form";
import type { Person } from "../panels/signin/session";

export type Screen = "loading" | "signin" | "wall";

export interface Wall {
  /** Undefined until the server said who is signed in. */
  person: Person | null | undefined;
  form: Form;
  status: Status;
  server: WallState | null;
  filter: string;
}

export type Action =
  | { type: "person"; person: Person | null }
  | { type: "form"; action: FormAction }
  | { type: "status"; status: Status }
  | { type: "state"; state: WallState }
  | { type: "filter"; filter: string };

export const START: Wall = { person: undefined, form: empty, status: "connecting", server: null, filter: "" };

export function reduce(wall: Wall, action: Action): Wall {
  switch (action.type) {
    case "person":
      return { ...START, person: action.person };
    case "form":
      return { ...wall, form: reduceForm(wall.form, action.action) };
    case "status":
      return { ...wall, status: action.status };
    case "state":
      return { ...wall, server: action.state };
    case "filter":
      return { ...wall, filter: action.filter };
  }
}

export function screenOf({ person }: Wall): Screen {
  if (person === undefined) return "loading";
  return person === null ? "signin" : "wall";
}
