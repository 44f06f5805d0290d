/** The one error that a request can end with. */

import type { ErrorKind, ErrorView } from "./messages";
import { t } from "./words";

export class WaslError extends Error {
  readonly code: string;
  /** What should happen next. */
  readonly kind: ErrorKind;
  readonly field: string | null;
  /** Of a service that is closed: when it opens (milliseconds since the epoch), and why it is not open. */
  readonly opens_at: number | null;
  readonly reason: string | null;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = "WaslError";
    this.code = view.code;
    this.kind = view.kind;
    this.field = view.field ?? null;
    this.opens_at = view.opens_at ?? null;
    this.reason = view.reason ?? null;
  }

  /** The request did not reach the server, or its answer did not reach us. */
  static unreachable(): WaslError {
    const message = t("We cannot reach the service just now. Please try again in a moment.");
    return new WaslError({ code: "unreachable", kind: "retry", message });
  }
}

export function errorOf(reply: unknown): WaslError | null {
  if (typeof reply !== "object" || reply === null || !("error" in reply)) return null;
  return new WaslError(reply.error as ErrorView);
}
