/** Reaching the citizen while the page is closed: what the desk and this browser can do, and signing up for notices. */

/** `missing`: this browser has none, or not for this page. `failed`: it said yes and could not set it up. */
export type PushAbility = "ready" | "blocked" | "missing" | "failed";

/** What the desk can do. */
export interface Reach {
  /** With it a browser signs up for notices of this desk alone. */
  push_key: string;
  text_messages: boolean;
}

const WORKER = "/static/notices.js";

/** Raises TypeError or Error when the server cannot be reached or does not answer well. */
export async function loadReach(): Promise<Reach> {
  const response = await fetch("/api/v1/notifications");
  if (!response.ok) throw new Error(`notifications: ${response.status}`);
  return (await response.json()) as Reach;
}

export function pushAbility(): PushAbility {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return "missing";
  return Notification.permission === "denied" ? "blocked" : "ready";
}

/** What the desk needs to send to this device, or why there is none. Call it from a tap: the browser asks now. */
export async function subscribe(key: string): Promise<PushSubscriptionJSON | "blocked" | "failed"> {
  if ((await Notification.requestPermission()) !== "granted") return "blocked";
  try {
    const worker = await activeWorker();
    await forgetOther(worker.pushManager, key);
    return (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
  } catch {
    return "failed";
  }
}

/** A browser that has signed up under a former key of the desk refuses the new one until it has signed off. */
async function forgetOther(manager: PushManager, key: string): Promise<void> {
  const former = await manager.getSubscription();
  if (former !== null && base64url(former.options.applicationServerKey) !== key) await former.unsubscribe();
}

function base64url(bytes: ArrayBuffer | null): string {
  const letters = [...new Uint8Array(bytes ?? [])].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** A subscription needs a worker at work, and a new one takes a moment. */
async function activeWorker(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(WORKER);
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return registration;
  await new Promise<void>((resolve) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve();
    });
  });
  return registration;
}
