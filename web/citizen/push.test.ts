import { afterEach, expect, it, vi } from "vitest";
import { subscribe } from "./push";

const KEY = "BPf-_w"; // four bytes in base64url
const BYTES = Uint8Array.from([0x04, 0xf7, 0xfe, 0xff]);
const OTHER = Uint8Array.from([1, 2, 3, 4]);

afterEach(() => { vi.unstubAllGlobals(); });

/** Refuses a key as long as a subscription with another one stands, as browsers do. */
function browser(signedUpWith: Uint8Array | null): { unsubscribe: () => void } {
  let held = signedUpWith;
  const unsubscribe = vi.fn(() => { held = null; });
  const manager = {
    getSubscription: () => held && { options: { applicationServerKey: held.buffer }, unsubscribe },
    subscribe: () => {
      if (held === OTHER) throw new Error("InvalidStateError");
      return { toJSON: () => ({ endpoint: "https://push" }) };
    },
  };
  vi.stubGlobal("Notification", { requestPermission: () => "granted" });
  vi.stubGlobal("navigator", { serviceWorker: { register: () => ({ active: {}, pushManager: manager }) } });
  return { unsubscribe };
}

it.each([
  ["no key", null, 0],
  ["this key", BYTES, 0],
  ["a former key of the desk", OTHER, 1],
])("a browser that signed up under %s signs up", async (_, former, signsOff) => {
  const { unsubscribe } = browser(former);
  expect(await subscribe(KEY)).toEqual({ endpoint: "https://push" });
  expect(unsubscribe).toHaveBeenCalledTimes(signsOff);
});
