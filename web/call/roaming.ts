/**
 * Keeps the call when the network changes: from Wi-Fi to mobile data, or out of a lift.
 *
 * The page restarts ICE by itself (RFC 8445, 9). Both ends know the relay's next credentials, so nothing has to be
 * asked for over a connection to the server that may have died with the network; media/wasl_media/ice.py does the same.
 */

const LOOK_EVERY_MS = 100;
/** Sound comes every 20 ms, pictures every 33. */
const SILENT_AFTER_MS = 500;
const USERNAME = /a=ice-ufrag:(\S+)/;
const PASSWORD = /a=ice-pwd:(\S+)/;
const PRIORITY = /(a=candidate:\S+ 1 udp )(\d+)/gi;
/** One step of type preference (RFC 8445, 5.1.2.1). */
const RAISE = 1 << 24;

/**
 * The relay's offer with the credentials that come after those in it, and its candidates preferred to those before:
 * Chromium would stay with the old path until it has been silent for 3.5 s.
 */
export async function restarted(offer: string): Promise<string> {
  const [, username] = USERNAME.exec(offer) ?? [];
  const [, password] = PASSWORD.exec(offer) ?? [];
  if (!username || !password) throw new Error("the offer has no ICE credentials");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${username}:${password}`));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return offer
    .replaceAll(`a=ice-ufrag:${username}`, `a=ice-ufrag:${hex.slice(0, 12)}`)
    .replaceAll(`a=ice-pwd:${password}`, `a=ice-pwd:${hex.slice(12, 48)}`)
    .replace(PRIORITY, (_, before: string, priority: string) => before + String(Number(priority) + RAISE));
}

/** Restarts when the network changed or what flowed stops flowing, once until it flows again. */
export class Roaming {
  readonly #connection: RTCPeerConnection;
  readonly #timer: ReturnType<typeof setInterval>;
  #newest = 0;
  #heardAt = 0;
  #flows = false;
  #restarting = false;

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
    this.#timer = setInterval(() => { this.#look(); }, LOOK_EVERY_MS);
    addEventListener("online", this.restart);
  }

  stop(): void {
    clearInterval(this.#timer);
    removeEventListener("online", this.restart);
  }

  readonly restart = (): void => {
    if (this.#connection.signalingState !== "stable" || this.#restarting) return;
    this.#restarting = true;
    void restart(this.#connection)
      .catch(() => undefined) // closed meanwhile, or as good as: `connectionstatechange` tells
      .finally(() => { this.#restarting = false; });
  };

  #look(): void {
    const newest = Math.max(0, ...this.#connection.getReceivers().flatMap((one) =>
      one.getSynchronizationSources().map((source) => source.timestamp)));
    const now = performance.now();
    if (newest > this.#newest) {
      [this.#newest, this.#heardAt, this.#flows] = [newest, now, true];
    } else if (this.#flows && now - this.#heardAt > SILENT_AFTER_MS) {
      // A person who switched everything off is silent, too: then a restart changes nothing, and is not repeated.
      this.#flows = false;
      this.restart();
    }
  }
}

async function restart(connection: RTCPeerConnection): Promise<void> {
  const offer = connection.remoteDescription;
  if (!offer) return;
  await connection.setRemoteDescription({ type: "offer", sdp: await restarted(offer.sdp) });
  await connection.setLocalDescription();
}
