/** The agent's page at work: holds what it knows, and lets server, devices, ring and screen follow each change. */

import { deskTime } from "../call/clock";
import { announce } from "../call/announce";
import { Advice } from "../call/advice";
import { CaptionWish, finalLines } from "../call/captions";
import { Connection } from "../call/connection";
import { draw } from "../call/draw";
import { WaslError } from "../call/failure";
import { ownTrouble } from "../call/insight";
import { MediaLink } from "../call/media";
import type { TextEvent } from "../call/messages";
import { VOLUMES } from "../call/loudness";
import { Playback } from "../call/playback";
import { policyOf } from "../call/policy";
import { type Preferences, applyPreferences, loadPreferences, wantsLetters } from "../call/preferences";
import { Reader } from "../call/reading";
import { Reminder } from "../call/reminder";
import { TextSender } from "../call/text";
import { Watching } from "../call/watching";
import { WakeLock } from "../call/wake";
import { Wishes } from "../call/wishes";
import type { Body, DeskWire, Reply, RequestName } from "../call/wire";
import { language, t } from "../call/words";
import { captionNews } from "../panels/captions/view";
import { doneLines, lineSentence } from "../panels/conversation/view";
import { heldTitle, offerText, offerTitle } from "../panels/offer/view";
import { recordingNews } from "../panels/recording/words";
import { refused } from "../panels/signin/refused";
import type { Person } from "../panels/signin/session";
import { troubleNews } from "../panels/trouble/view";
import { Notebook } from "../panels/visit/notebook";
import { Alarm, noticePermission } from "./alarm";
import { type Action, type Desk, START, type Screen, isOnDuty, reduce, screenOf } from "./desk";
import { Ear, type Made } from "./ear";
import { eventsOf } from "./events";
import { focusOn } from "./focus";
import { KeyGuard } from "./keys";
import { OwnMedia } from "./own";
import { type Surroundings, deskView } from "./view";

export class DeskPage {
  desk = START;
  preferences = loadPreferences();
  readonly connection = new Connection<DeskWire>({
    path: "/desk",
    auth: () => ({ language: language(), peer: this.link.peer }),
  });
  readonly link: MediaLink;
  readonly own: OwnMedia;
  readonly notebook: Notebook;
  readonly sender: TextSender;
  readonly #wishes: Wishes<DeskWire>;
  readonly playback = new Playback(() => { this.paint(); });
  readonly alarm = new Alarm();
  readonly guard = new KeyGuard();
  readonly events = eventsOf(this);
  readonly #app: HTMLElement;
  readonly #wake = new WakeLock();
  readonly #reader = new Reader();
  readonly #captionWish = new CaptionWish();
  readonly #ear = new Ear((made) => { this.#caption(made); }, () => { this.events.captions.browser(false); });
  readonly #watching: Watching;
  #advice = new Advice();
  readonly #held = new Reminder();
  #shown: Screen = "loading";
  /** When the present offer was first seen here, in milliseconds since the epoch. */
  #rungAt = 0;

  constructor(app: HTMLElement) {
    const { connection } = this;
    const paint = (): void => { this.paint(); };
    const signals = {
      answer: (peer: string, sdp: string) => connection.request("media_answer", { peer, sdp }),
      failed: (peer: string) => connection.request("media_failed", { peer }),
      text: (event: TextEvent): void => { this.#read(event); },
    };
    this.#app = app;
    this.#wishes = new Wishes(connection);
    this.link = new MediaLink(signals, paint);
    this.own = new OwnMedia(this.link, (devices) => connection.request("devices", devices), paint);
    this.notebook = new Notebook((ticket, notes) => connection.request("notes", { ticket, notes }), paint);
    this.sender = new TextSender({
      channel: (at) => (this.#call ? this.link.letters(this.#call, at) : null),
      send: (batch) => connection.request("text", { call: this.#call, ...batch }),
      changed: paint,
    });
    this.#watching = new Watching((pictures) => connection.request("watch", { pictures }));
    this.#follow();
  }

  get screen(): Screen {
    return screenOf(this.desk);
  }

  /** The id of the call that is going on; 0 when none is. */
  get #call(): number {
    return this.desk.server?.call?.id ?? 0;
  }

  dispatch(action: Action): void {
    const former = this.desk;
    const before = former.server?.call?.text ?? [];
    this.desk = reduce(former, action);
    const { visit, call, offer } = this.desk.server ?? {};
    if (visit) this.notebook.follow(visit);
    if (former.server?.call?.id !== call?.id) this.sender.reset();
    if (call) this.sender.written(call.typed);
    if (call) this.sender.connect();
    for (const sentence of doneLines(before, call?.text ?? [])) announce(sentence);
    if (!call) this.#advice = new Advice();
    const trouble = this.#advice.news(ownTrouble(call?.legs ?? []), deskTime());
    if (trouble !== null) announce(troubleNews(trouble));
    void this.link.obey(policyOf(call));
    const recorded = recordingNews(former.server?.call?.recording, call?.recording);
    if (recorded !== null) announce(recorded);
    this.own.follow({ screen: this.screen, modality: call?.modality ?? offer?.modality ?? null });
    this.paint();
    this.#tell(former);
    this.#followCaptions(former);
    this.#wake.want(isOnDuty(this.desk));
    if (this.screen !== this.#shown) this.#arrive();
  }

  paint(): void {
    const root = document.documentElement;
    root.dataset.screen = this.screen;
    root.dataset.call = this.desk.server?.call?.state ?? "none";
    draw(deskView(this.desk, this.#surroundings(), this.events), this.#app);
    this.playback.start(this.#app);
  }

  /** Once a second: clocks run, and what lasts is said again. */
  tick(): void {
    const held = this.desk.server?.call?.hold;
    if (this.#held.due(held != null, deskTime())) announce(t("The citizen is still on hold."));
    this.paint();
  }

  prefer(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    applyPreferences(this.preferences);
    this.#setVolume();
    this.#followCaptions(this.desk);
    this.paint();
  }

  #setVolume(): void {
    this.playback.loudness.set(VOLUMES[this.preferences.volume] ?? 1);
  }

  /** The answer; null when it failed, which the screen tells. */
  async ask<N extends RequestName<DeskWire>>(name: N, body: Body<DeskWire, N>): Promise<Reply<DeskWire, N> | null> {
    this.dispatch({ type: "asked" });
    try {
      const reply = await this.#wishes.ask(name, body);
      this.dispatch({ type: "answered" });
      return reply;
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  failed(error: unknown): void {
    if (!(error instanceof WaslError)) throw error;
    if (error.kind === "sign_in") this.leave(error);
    else this.dispatch({ type: "failed", message: error.message });
  }

  enter(person: Person): void {
    this.dispatch({ type: "person", person });
    this.connection.reopen();
  }

  /** The session is over, `why` says so where nobody asked for it. Unsaved notes go out after the next sign-in. */
  leave(why?: WaslError): void {
    this.connection.close();
    this.link.close();
    this.dispatch({ type: "person", person: null });
    if (why) this.dispatch({ type: "form", action: refused(why) });
  }

  #follow(): void {
    const { connection } = this;
    connection.onStatus((status) => {
      if (status === "connected") {
        this.own.forgetTold();
        this.#watching.connected();
      }
      if (status === "connected") this.#captionWish.forget();
      if (status === "replaced") this.link.close();
      if (connection.refusal?.kind === "sign_in") this.leave(connection.refusal);
      else this.dispatch({ type: "status", status });
    });
    connection.on("state", (state) => { this.dispatch({ type: "state", state }); });
    connection.on("text", (event) => { this.#read(event); });
    connection.on("insight", (event) => { this.dispatch({ type: "insight", event }); });
    connection.on("caption", (event) => { this.dispatch({ type: "caption", event }); });
    connection.on("media_offer", (offer) => void this.link.offered(offer));
    connection.on("media_advice", (advice) => void this.link.advised(advice));
  }

  /** Lines that changed, over whichever way they came first. */
  #read(event: TextEvent): void {
    if (event.call === this.#call) this.sender.written(event.typed ?? 0);
    this.dispatch({ type: "text", event });
  }

  /** What happens once when another screen begins. */
  #arrive(): void {
    const left = this.#shown;
    this.#shown = this.screen;
    if (left === "offer") this.alarm.stop();
    if (this.#shown === "offer") this.#ring();
    if (this.#shown === "call") this.#setVolume();
    focusOn(FIRST[this.#shown] ?? "h1", this.#shown === "offer");
  }

  /** The screen stays as it is when the other seat is waited for, so that is said. */
  #tell(former: Desk): void {
    const { offer } = this.desk.server ?? {};
    if (!offer?.held || former.server?.offer?.held) return;
    announce(heldTitle(offer));
    focusOn("#offer-title", true);
  }

  #caption(made: Made): void {
    const call = this.desk.server?.call?.id;
    // The next revision, or the state, brings what this one could not.
    if (call !== undefined) this.connection.request("caption", { call, ...made }).catch(() => undefined);
  }

  #followCaptions(former: Desk): void {
    const call = this.desk.server?.call;
    const listens = call?.state === "live" && call.captions?.browser === true && this.own.devices.states.microphone.device === "on";
    this.#ear.want(listens ? (this.desk.server?.visit?.language === "en" ? "en-GB" : "ar-KW") : null);
    if (!call || this.connection.status !== "connected") return;
    const tell = (id: number, on: boolean): Promise<unknown> => this.connection.request("captions", { call: id, on });
    this.#captionWish.follow(call, this.preferences.captions, tell);
    const said = captionNews(finalLines(former.server?.call, call));
    if (said.length > 0) announce(said.join(" "), false);
  }

  #ring(): void {
    const offer = this.desk.server?.offer;
    if (!offer || offer.held) return;
    this.#rungAt = deskTime();
    this.guard.arm(this.#rungAt);
    this.alarm.start(offerTitle(offer), offerText(offer, this.#rungAt));
    this.paint();
  }

  #surroundings(): Surroundings {
    const { own, link } = this;
    const reading = this.#reader.read(this.desk.server?.call?.text ?? [], wantsLetters(this.preferences), deskTime());
    for (const line of this.#reader.news()) announce(lineSentence(line));
    const expiresAt = this.desk.server?.offer?.expires_at ?? 0;
    return {
      now: deskTime(),
      preferences: this.preferences,
      notices: noticePermission(),
      devices: own.devices.states,
      check: { open: own.checking, level: own.level, heard: own.heard },
      link: link.state,
      reading: { ...reading, refused: this.sender.refused },
      slot: (index) => link.slot(index),
      notes: this.notebook,
      rings: Math.max(1, Math.round((expiresAt - this.#rungAt) / 1000)),
      hears: this.#ear.able,
      soundBlocked: this.playback.blocked,
      refusal: this.connection.refusal?.message ?? null,
    };
  }
}

const FIRST: Partial<Record<Screen, string>> = { offer: "#accept", signin: "#username" };
