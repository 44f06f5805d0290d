import { WaslError } from "../../call/failure";
import type { FormAction } from "./form";

/** What the form shows when the server said no. Raises what is not the server's word. */
export function refused(error: unknown): FormAction {
  if (!(error instanceof WaslError)) throw error;
  return { type: "refused", problem: { field: null, message: error.message } };
}
