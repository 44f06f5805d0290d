/** The citizen's page at work: the visit, and everything of the browser that follows it. */

import { deskTime } from "../call/clock";
import { announce, arrived } from "../call/announce";
import { CaptionWish, finalLines } from "../call/captions";
import { Connection } from "../call/connection";
import { Devices } from "../call/devices";
import { draw } from "../call/draw";
import { WaslError } from "../call/failure";
import { keepFocus } from "../call/focus";
import { meter } from "../call/level";
import { VOLUMES } from "../call/loudness";
import { CARRIES_MEDIA, MediaLink } from "../call/media";
import type { DevicesChanged, Join, TextEvent } from "../call/messages";
import { Playback } from "../call/playback";
import { policyOf } from "../call/policy";
import { type Preferences, applyPreferences, loadPreferences, remember, remembered, wantsLetters } from "../call/preferences";
import { Reader } from "../call/reading";
import { Ring } from "../call/ring";
import { type Batch, TextSender } from "../call/text";
import { Watching } from "../call/watching";
import { WakeLock } from "../call/wake";
import { Wishes } from "../call/wishes";
import type { Body, CitizenWire, RequestName, Reply } from "../call/wire";
import { language, t } from "../call/words";
import { captionNews } from "../panels/captions/view";
import { lineSentence } from "../panels/conversation/view";
import { isAsked } from "../panels/recording/words";
import { arrivalAt } from "./aloud";
import { fetchReach, requirementsOf } from "./ahead";
import { Checker } from "./checker";
import { isDue, keepBooking, loadBooking } from "./booking";
import { loadCatalogue } from "./catalogue";
import { Herald } from "./herald";
import { actionsOf } from "./operate";
import { loadReach, pushAbility } from "./push";
import { keepEarlier, keepMessage, keepTicket, loadEarlier, loadMessage, loadTicket, takeTicket } from "./ticket";
import { page } from "./view";
import { type Action, type Needs, START, type Visit, callOf, needsLink, reduce, screenOf, wantedDevices } from "./visit";

const NEEDS_KEY = "wasl.needs";
const WISHES_KEY = "wasl.wishes";

/** Where the browser carries neither sound nor pictures, writing is left. */
const possible = (needs: Needs): Needs => (CARRIES_MEDIA ? needs : { ...needs, modality: "text" });

export class CitizenPage {
  visit: Visit;
  preferences: Preferences = loadPreferences();
  readonly connection: Connection<CitizenWire>;
  readonly devices: Devices;
  readonly link: MediaLink;
  readonly playback: Playback;
  readonly ring = new Ring();
  readonly checker = new Checker(this);
  readonly sender: TextSender;
  readonly #wishes: Wishes<CitizenWire>;
  readonly #root: HTMLElement;
  readonly #wake = new WakeLock();
  readonly #herald = new Herald();
  readonly #reader = new Reader();
  readonly #on = actionsOf(this);
  readonly #watching: Watching;
  readonly #captionWish = new CaptionWish();
  #own: MediaStream | null = null;
  #level = 0;
  #stopMeter: (() => void) | null = null;
  #metered: MediaStreamTrack | null = null;
  #told = "";
  /** Where the focus was when a question took it. */
  #interrupted: Element | null = null;
  #wanted = { microphone: false, camera: false };
  /** The desk has said what time it is. */
  #knowsTime = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    const needs = remembered(NEEDS_KEY) as Partial<Needs> | null;
    this.visit = {
      ...START,
      needs: possible({ ...START.needs, ...needs }),
      returning: loadTicket() !== null,
      hasMessage: loadMessage() !== null,
      push: pushAbility(),
    };
    this.connection = new Connection<CitizenWire>({
      path: "/citizen",
      auth: () => ({ language: language(), ...loadTicket(), peer: this.link.peer }),
      about: (state) => state.ticket?.id,
    });
    this.#wishes = new Wishes(this.connection, WISHES_KEY);
    this.devices = new Devices((devices) => { this.change({ devices }); });
    this.link = new MediaLink(
      {
        answer: (peer, sdp) => this.connection.request("media_answer", { peer, sdp }),
        failed: (peer) => this.connection.request("media_failed", { peer }),
        text: (event) => { this.#read(event); },
      },
      () => { this.change({ link: this.link.state }); },
    );
    this.playback = new Playback(() => { this.change({ silenced: this.playback.blocked }); });
    this.sender = new TextSender({
      channel: (at) => this.#letters(at),
      send: (batch) => this.#type(batch),
      changed: () => { this.paint(); },
    });
    this.#watching = new Watching((pictures) => this.connection.request("watch", { pictures }));
  }

  start(): void {
    applyPreferences(this.preferences);
    this.connection.on("state", (state) => {
      this.#findBooking();
      this.dispatch({ type: "state", state });
    });
    this.connection.on("text", (event) => { this.#read(event); });
    this.connection.on("insight", (event) => { this.dispatch({ type: "insight", event }); });
    this.connection.on("caption", (event) => { this.dispatch({ type: "caption", event }); });
    this.connection.on("media_offer", (offer) => void this.link.offered(offer));
    this.connection.on("media_advice", (advice) => void this.link.advised(advice));
    this.connection.onStatus((status) => {
      if (status === "connected") {
        this.#told = "";
        this.#watching.connected();
        this.#goOnWithClip();
        void this.#joinAgain();
      }
      if (status === "connected") this.#captionWish.forget();
      if (status === "refused") this.#startOver();
      this.dispatch({ type: "status", status });
    });
    document.addEventListener("visibilitychange", () => { this.#useAllowed(); });
    this.connection.open();
    this.paint();
  }

  /** A clock of the device that is wrong must not hide an appointment, so the desk's decides whether it has gone by. */
  #findBooking(): void {
    if (this.#knowsTime) return;
    this.#knowsTime = true;
    this.change({ booked: loadBooking(deskTime()) });
  }

  dispatch(action: Action): void {
    const before = this.visit;
    this.visit = reduce(before, action);
    if (this.visit === before) return;
    const { call } = this.visit.server ?? {};
    if (before.server?.call?.id !== call?.id) this.sender.reset();
    if (call) this.sender.written(call.typed);
    if (call) this.sender.connect();
    this.#follow(before);
    this.paint();
    if (screenOf(before) !== screenOf(this.visit)) this.#entered();
    this.#attend(before);
  }

  /** A question of the call takes the focus, and gives it back when it is answered. */
  #attend(before: Visit): void {
    const [asked, asks] = [before, this.visit].map(({ server }) => server?.call?.recording != null && isAsked(server.call.recording));
    if (asks && !asked) {
      this.#interrupted = document.activeElement;
      this.#root.querySelector<HTMLElement>("#recording-question")?.focus();
    } else if (asked && !asks) {
      const back = this.#interrupted?.isConnected && this.#interrupted !== document.body ? this.#interrupted : this.#root.querySelector("[data-act=more], h1");
      (back as HTMLElement | null)?.focus();
    }
  }

  change(change: Extract<Action, { type: "change" }>["change"]): void {
    this.dispatch({ type: "change", change });
  }

  /** A request of the citizen: its button rests while it is under way, and its failure is shown. */
  async ask<N extends RequestName<CitizenWire>>(name: N, body: Body<CitizenWire, N>): Promise<Reply<CitizenWire, N> | null> {
    this.change({ asking: true, problem: null });
    await this.connection.ready(); // whoever presses while the line comes back need not press again
    try {
      const reply = await this.#wishes.ask(name, body);
      this.change({ asking: false });
      return reply;
    } catch (error) {
      if (!(error instanceof WaslError)) throw error;
      this.#failed(error);
      return null;
    }
  }

  setNeeds(needs: Needs): void {
    remember(NEEDS_KEY, needs);
    this.change({ needs: possible(needs) });
  }

  setPreferences(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    applyPreferences(this.preferences);
    this.#setVolume();
    this.#wishForCaptions();
    this.paint();
    if (change.readAloud === true) arrived(arrivalAt(screenOf(this.visit), this.#root));
  }

  /** The server may have forgotten with the old connection that a clip was on. She pressed nothing: nothing on the page changes. */
  #goOnWithClip(): void {
    if (!this.visit.server?.wait?.clip?.playing) return;
    this.connection.request("clip", { wanted: true }).catch(() => undefined);
  }

  #wishForCaptions(): void {
    if (this.connection.status !== "connected") return;
    const tell = (call: number, on: boolean): Promise<unknown> => this.connection.request("captions", { call, on });
    this.#captionWish.follow(this.visit.server?.call, this.preferences.captions, tell);
  }

  #setVolume(): void {
    this.playback.loudness.set(VOLUMES[this.preferences.volume] ?? 1);
  }

  async fetchCatalogue(): Promise<void> {
    this.change({ catalogueFailed: false });
    try {
      this.change({ bodies: await loadCatalogue() });
    } catch {
      this.change({ catalogueFailed: this.visit.bodies === null });
    }
  }

  /** Whether there is a visit of this device that this page had not, and has now. */
  takeVisit(): boolean {
    if (loadTicket() !== null || takeTicket() === null) return false;
    this.connection.reopen();
    return true;
  }

  forgetTicket(): void {
    keepTicket(null);
    this.dispatch({ type: "forgotten" });
  }

  /** Its answer has been read, or it is gone. */
  forgetMessage(): void {
    keepMessage(null);
    this.change({ hasMessage: false });
  }

  paint(): void {
    const root = document.documentElement;
    const stays = root.dataset.screen === screenOf(this.visit);
    root.dataset.screen = screenOf(this.visit);
    root.dataset.call = callOf(this.visit);
    const slot = this.link.slot.bind(this.link);
    const reading = this.#reader.read(this.visit.server?.call?.text ?? [], wantsLetters(this.preferences), deskTime());
    for (const line of this.#reader.news()) announce(lineSentence(line));
    const around = { reading: { ...reading, refused: this.sender.refused }, preferences: this.preferences, slot, own: this.#own, level: this.#level, now: deskTime() };
    const show = (): void => { draw(page(this.visit, around, this.#on), this.#root); };
    if (stays) keepFocus(this.#root, show);
    else show(); // `arrive` sets the focus
    this.playback.start(this.#root);
  }

  /** Once a second: clocks run, and what is due is said. */
  tick(): void {
    const screen = screenOf(this.visit);
    const { opening, step } = this.visit;
    if (step === "hours" && opening?.opens_at && opening.opens_at <= deskTime()) this.dispatch({ type: "step", step: "check" });
    if (screen === "closed" || screen === "welcome" || screen === "booking") this.paint();
    if (screen === "call" && !wantsLetters(this.preferences)) this.paint();
    if (screen === "waiting" || this.visit.server?.call?.hold) this.#herd(this.visit);
  }

  /** The server will not have this ticket: it has ended for good. */
  #startOver(): void {
    const message = this.connection.refusal?.message ?? "";
    if (loadTicket()?.ticket === loadMessage()?.ticket) this.forgetMessage();
    this.forgetTicket();
    this.dispatch({ type: "failed", message });
    this.connection.reopen();
  }

  /** Lines that changed, over whichever way they came first. */
  #read(event: TextEvent): void {
    if (event.call === this.visit.server?.call?.id) this.sender.written(event.typed ?? 0);
    this.dispatch({ type: "text", event });
  }

  #letters(at: number): RTCDataChannel | null {
    const call = this.visit.server?.call;
    return call ? this.link.letters(call.id, at) : null;
  }

  async #type(batch: Batch): Promise<void> {
    const call = this.visit.server?.call;
    if (call) await this.connection.request("text", { call: call.id, ...batch });
  }

  /** Lets devices, ring, wake lock and link follow what the visit has become. */
  #follow(before: Visit): void {
    const screen = screenOf(this.visit);
    this.#useAllowed();
    this.devices.mute(this.visit.off.microphone);
    this.#useDevices(screen);
    void this.link.obey(policyOf(this.visit.server?.call));
    // As late as the call, so that a page nobody has touched makes no sound of its own.
    if (screen === "call" && screenOf(before) !== "call") this.#setVolume();
    if (screen === "ringing") this.ring.start(t("It is your turn"));
    else this.ring.stop();
    // Whoever is rung elsewhere may put the phone away.
    const rungElsewhere = screen === "waiting" && this.visit.server?.wait?.callback?.rung_at === null;
    this.#wake.want(["waiting", "ringing", "call", "dropped"].includes(screen) && !rungElsewhere);
    if (!needsLink(this.visit) && this.link.state !== "none") this.link.close();
    this.#wishForCaptions();
    this.checker.follow();
    this.#herd(before);
  }

  /** A page that nobody sees switches nothing on; what is on stays on. */
  #useAllowed(): void {
    const { microphone, camera } = wantedDevices(this.visit);
    const isSeen = document.visibilityState !== "hidden";
    const wanted = { microphone: microphone && (isSeen || this.#wanted.microphone), camera: camera && (isSeen || this.#wanted.camera) };
    if (wanted.camera === this.#wanted.camera && wanted.microphone === this.#wanted.microphone) return;
    this.#wanted = wanted;
    void this.devices.want(wanted);
  }

  #herd(before: Visit): void {
    const call = this.visit.server?.call;
    const said = call ? captionNews(finalLines(before.server?.call, call)) : [];
    if (said.length > 0) announce(said.join(" "), false);
    for (const sentence of this.#herald.news(before, this.visit, deskTime())) announce(sentence);
  }

  #useDevices(screen: string): void {
    const { camera, microphone } = this.visit.devices;
    if (this.#own?.getVideoTracks()[0] !== (camera.track ?? undefined)) {
      this.#own = camera.track && new MediaStream([camera.track]);
    }
    void this.link.send({ audio: microphone.track, video: camera.track });
    this.#measure(screen === "check" ? microphone.track : null);
    if (screen === "ringing" || screen === "call") this.#tell({ microphone: microphone.device, camera: camera.device });
  }

  #measure(track: MediaStreamTrack | null): void {
    if (track === this.#metered) return;
    this.#metered = track;
    this.#stopMeter?.();
    this.#stopMeter = track && meter(track, (level) => {
      this.#level = level;
      this.paint();
    });
  }

  /** Tells the others what this page's devices do, when it has changed. */
  #tell(devices: DevicesChanged): void {
    const words = JSON.stringify(devices);
    if (words === this.#told || this.connection.status !== "connected") return;
    this.#told = words;
    this.connection.request("devices", devices).catch(() => {
      this.#told = "";
    });
  }

  #failed(error: WaslError): void {
    this.dispatch({ type: "failed", message: error.message });
    if (error.code === "unknown_booking") this.#forgetBooking();
    if (error.code !== "desk_closed") return;
    const { opens_at, reason } = error;
    this.dispatch({ type: "closed", opening: { open: false, until: null, opens_at, reason } });
  }

  #entered(): void {
    if (["waiting", "booking", "message"].includes(screenOf(this.visit))) void fetchReach(this, loadReach);
    this.arrive();
  }

  /** A new screen: it begins at its top, and readers begin with its heading. */
  arrive(): void {
    scrollTo(0, 0);
    this.#root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    arrived(arrivalAt(screenOf(this.visit), this.#root));
  }

  /** Takes a place in line; at the front of it where a time was promised and has come. */
  async join(): Promise<void> {
    const wanted = requirementsOf(this.visit);
    const { booked } = this.visit;
    if (!wanted) return;
    const due = booked?.service === wanted.service && isDue(booked, deskTime());
    const booking = due ? { booking: booked.booking, resume: booked.resume } : null;
    const { hearing } = this.visit.needs;
    await this.#take({ ...wanted, hearing, returning: loadEarlier(), booking });
  }

  /** She asked for a place, and the page was loaded anew before it knew that she has it. */
  async #joinAgain(): Promise<void> {
    const wanted = this.#wishes.open("join");
    if (wanted && !this.visit.asking && loadTicket() === null) await this.#take(wanted);
  }

  async #take(wanted: Join): Promise<void> {
    const joined = await this.ask("join", wanted);
    if (!joined) return;
    if (wanted.booking) this.#forgetBooking();
    keepEarlier(null);
    keepTicket(joined);
    this.dispatch({ type: "joined" });
  }

  /** She comes at the time that was promised to her. */
  async come(): Promise<void> {
    const { booked } = this.visit;
    if (!booked) return;
    this.setNeeds({ ...this.visit.needs, ...booked.needs });
    this.change({ service: booked.service });
    await this.join();
  }

  #forgetBooking(): void {
    keepBooking(null);
    this.change({ booked: null });
  }
}
