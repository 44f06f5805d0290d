/** Tells the agent of an offer by every way the browser has, until it is answered or gone. */

import { Ring } from "../call/ring";
import ringing from "./ringing.svg?no-inline";

export class Alarm {
  readonly #ring = new Ring();
  #usualIcon: string | null = null;
  #notice: Notification | null = null;

  /** Call from a tap or a key: browsers let a page sound only after one. */
  unlock(): void {
    this.#ring.unlock();
  }

  /** Rings with `title` in the tab; a system notice with `body` joins in while the page is out of sight. */
  start(title: string, body: string): void {
    if (this.#usualIcon !== null) return;
    this.#ring.start(title);
    const icon = iconLink();
    this.#usualIcon = icon.href;
    icon.href = ringing;
    this.#notice = notify(title, body);
  }

  /** Safe to call at any time. */
  stop(): void {
    this.#ring.stop();
    if (this.#usualIcon !== null) iconLink().href = this.#usualIcon;
    this.#usualIcon = null;
    this.#notice?.close();
    this.#notice = null;
  }
}

function iconLink(): HTMLLinkElement {
  const found = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (found) return found;
  const link = document.createElement("link");
  link.rel = "icon";
  document.head.append(link);
  return link;
}

function notify(title: string, body: string): Notification | null {
  if (noticePermission() !== "granted" || document.visibilityState === "visible") return null;
  const notice = made(title, { body, tag: "wasl-offer", requireInteraction: true, icon: ringing });
  notice?.addEventListener("click", () => {
    window.focus();
    notice.close();
  });
  return notice;
}

/** Browsers on Android have the class, say that it is allowed, and throw: there it rings without a notice. */
function made(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

/** `denied` also where the browser has no notices, or not on this page. */
export function noticePermission(): NotificationPermission {
  return "Notification" in window ? Notification.permission : "denied";
}

/** Shows the browser's question, once. */
export async function askForNotices(): Promise<void> {
  if (noticePermission() === "default") await Notification.requestPermission();
}
