/** The staff session: a cookie that the server sets and this page never reads. */

import { WaslError, errorOf } from "../../call/failure";
import { t } from "../../call/words";

/** Who the session cookie stands for. */
export interface Person {
  id: string;
  name: string;
  roles: string[];
}

const ADDRESS = "/api/v1/session";

/** Who is signed in, or null. Raises WaslError when the server cannot say. */
export async function currentPerson(): Promise<Person | null> {
  const response = await ask("GET");
  return response.status === 401 ? null : personIn(response);
}

/** Raises WaslError with a sentence that says what to do. */
export async function signIn(username: string, password: string): Promise<Person> {
  return personIn(await ask("POST", { username, password }));
}

/** Raises WaslError when the server could not be told. */
export async function signOut(): Promise<void> {
  await ask("DELETE");
}

async function ask(method: string, body?: object): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  const content = body ? { headers, body: JSON.stringify(body) } : {};
  try {
    return await fetch(ADDRESS, { method, ...content });
  } catch {
    throw WaslError.unreachable();
  }
}

async function personIn(response: Response): Promise<Person> {
  // A proxy in front of the server answers in its own words, which are no JSON.
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as Person;
  throw errorOf(body) ?? fault();
}

function fault(): WaslError {
  const message = t("Something went wrong on our side. Please try again in a moment.");
  return new WaslError({ code: "internal", kind: "fault", message });
}
