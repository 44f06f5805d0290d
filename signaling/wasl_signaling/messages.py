"""Every message on the wire, as typed values: the one place where a client's author has to look.

A *request* travels from a page to the server and is answered with an acknowledgement: either its reply
type with `ok: true`, or `{"error": ErrorView}`. An *event* travels from the server to a page and is not
answered. docs/protocol.md explains the conversation; web/call/messages.ts is generated from this module.

Times are milliseconds since the Unix epoch (UTC), durations are seconds, languages are BCP 47 tags.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from wasl_web.errors import ErrorView

Text = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")]
"""PostgreSQL cannot keep a NUL."""
Token = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Field(min_length=22, max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]
"""At least 128 random bits. The same key is the same act: sent again within a day it is answered again, and nothing is
done twice."""
Sdp = Annotated[str, Field(min_length=1, max_length=60_000)]
Id = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""What JavaScript can count to exactly."""
Language = Literal["ar", "en"]
SignLanguage = Literal["sgn-KW"]
Phone = Annotated[str, Field(min_length=1, max_length=40)]
"""As the citizen typed it, in any digits, with or without the country's code."""
Push = Annotated[dict[str, JsonValue], Field(max_length=10)]
"""What `PushSubscription.toJSON()` of a browser gives."""


class Message(BaseModel):
    """The base of every wire type: unknown fields are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# What both sides name alike


class Modality(StrEnum):
    """How the citizen takes part. The first three are equal ways in."""

    VIDEO = "video"
    VOICE = "voice"
    TEXT = "text"
    MESSAGE = "message"
    """She left a message: no page is waited for, and there is no call."""


LiveModality = Literal[Modality.VIDEO, Modality.VOICE, Modality.TEXT]
"""How a citizen takes part who is there herself."""


class Device(StrEnum):
    """What a microphone or camera is doing, as its owner's page sees it."""

    ON = "on"
    OFF = "off"
    BLOCKED = "blocked"
    """The person or the system refused permission."""
    MISSING = "missing"
    BUSY = "busy"
    """Another program, or a phone call, holds the device."""


class Role(StrEnum):
    """What a person is in a call."""

    CITIZEN = "citizen"
    AGENT = "agent"
    INTERPRETER = "interpreter"
    HELPER = "helper"
    SUPERVISOR = "supervisor"


class CallState(StrEnum):
    """The life of a call as pages see it; also the value of `data-call`."""

    ASSEMBLING = "assembling"
    LIVE = "live"
    HELD = "held"
    ENDED = "ended"


class Trouble(StrEnum):
    """What is wrong with how somebody comes across on the other side, as the relay measures it."""

    FROZEN = "frozen"
    """The picture stands still."""
    UNREADABLE = "unreadable"
    """Signing cannot be followed at all: fewer than 8 pictures a second."""
    HARDLY_READABLE = "hardly_readable"
    """Signing can hardly be followed: 8 to 12 pictures a second."""
    JERKY_SIGNS = "jerky_signs"
    """Signing must be slow to be followed: 12 to 20 pictures a second."""
    JERKY = "jerky"
    """The picture moves in jerks; nobody signs."""
    GAPS = "gaps"
    """The voice has gaps."""
    FAINT = "faint"
    """The voice is hardly heard."""
    LATE = "late"
    """Sound and picture come so late that people begin to speak at the same time."""


class Outcome(StrEnum):
    """How an agent closes a visit."""

    COMPLETED = "completed"
    FOLLOW_UP = "follow_up"
    """A further step is needed; the transaction stays open under its reference."""
    NOT_POSSIBLE = "not_possible"


class Failure(Message):
    """The acknowledgement of a request that failed."""

    error: ErrorView


class Ok(Message):
    """The acknowledgement of a request that worked and has nothing to add."""

    ok: Literal[True] = True


# Views: parts of the state


class LegView(Message):
    """One person's part in a call."""

    id: int
    role: Role
    name: str
    you: bool
    """True for the leg of the page that receives this."""
    slot: int | None
    """The slot of your peer connection that shows this leg; none for yourself, and for those from whom a call on hold
    keeps you."""
    connected: bool
    """False while this person's page or media is away and expected back."""
    microphone: Device
    camera: Device
    signs: bool
    """This person signs, so the picture must keep 20 frames a second, whatever becomes of its size."""
    speaking: bool
    """Whether this person speaks now; `insight` tells changes."""
    trouble: Trouble | None
    """What is wrong with how this person comes across, the worst if there is more. Yours is what you must know of
    yourself: tell her what to do about it."""


class TextLine(Message):
    """What one person has typed in one line; grows letter by letter until it is done."""

    id: int
    """Lines are shown in the order of their ids: that in which they were begun."""
    revision: int
    """Grows with every change of the line. Keep the version of a line that has the highest."""
    leg: int
    role: Role
    name: str
    you: bool
    text: str
    """May be empty: all of it was erased again."""
    done: bool
    at: int
    """When the line was begun."""


class RecordingState(StrEnum):
    """The life of a recording."""

    ASKED = "asked"
    """Somebody of the desk asks; it begins when everybody in the call has agreed. Nothing is kept yet."""
    ON = "on"
    """On the record: sound, picture and writing are kept."""
    PAUSED = "paused"
    """Off the record: nothing is kept until the agent goes on."""
    REFUSED = "refused"
    """Somebody said no before it began. Nothing was kept."""
    WITHDRAWN = "withdrawn"
    """The citizen stopped it: what had been recorded is deleted."""
    ENDED = "ended"
    """The agent, an interpreter or the end of the call ended it: what was recorded is kept for its time."""
    FAILED = "failed"
    """The desk could not store it any more: what was recorded until then is kept for its time."""


class RecordingFailure(StrEnum):
    """Why a recording failed."""

    NO_ROOM = "no_room"
    """The disk for recordings is full."""
    NOT_STORED = "not_stored"
    """It could not be written to."""


class RecordingView(Message):
    """The last recording of a call as one of its people sees it."""

    id: int
    state: RecordingState
    since: int
    runs: bool
    """Whether anything is being kept at this moment. False also in the state `on` while somebody has not agreed yet,
    while a connection is being made again, or while the call is on hold; it then goes on by itself."""
    waits_for: list[str]
    """The names of those in the call who have not agreed, while it is asked for or goes on."""
    your_answer: bool | None
    """None: you are asked, and have not answered."""
    question: list[str]
    """What to ask, and then what to tell, whoever has not agreed: show all of it, as it is. It is kept with the
    answer. Empty once you have agreed."""
    kept: bool
    """Whether something of this call is kept: the citizen may have it deleted as long as the call lasts."""
    failure: RecordingFailure | None = None
    """In the state `failed`: why. The agent may ask again; who had agreed is not asked a second time."""


CAPTION_WORDS = 200
"""Words of one line of captions."""


class CaptionSource(StrEnum):
    """Where the words of a caption come from. A machine's words are never evidence of what was said."""

    ENGINE = "engine"
    """The desk's own machine understood them."""
    BROWSER = "browser"
    """The speaker's browser understood them."""
    CORRECTED = "corrected"
    """The speaker wrote them, in place of what a machine understood."""


class CaptionWord(Message):
    """A word as it was understood."""

    text: str
    confidence: float | None
    """0 to 1, as the machine reckons; none if it does not say."""


class CaptionLine(Message):
    """What one person said between two pauses, as far as it is understood."""

    id: int
    """Lines are shown in the order of their ids."""
    revision: int
    """Grows with every change of the line. Keep the version of a line that has the highest."""
    leg: int
    role: Role
    name: str
    you: bool
    words: list[CaptionWord]
    final: bool
    """False while it may still change by itself."""
    source: CaptionSource
    missed: bool
    """True for a gap: something may have been said here that no machine listened to. There are no words."""
    began_at: int
    ended_at: int


class CaptionsView(Message):
    """The captions of a call as one of its people has them."""

    available: bool
    """Whether captions can be made of what the others say now. False also while the machine is being started again."""
    on: bool
    """You read captions (`captions`)."""
    made: bool
    """Captions are being made of what you say, because somebody in the call reads them."""
    browser_allowed: bool
    """The desk lets your browser make captions of what you say. Some browsers send the sound to their makers."""
    browser: bool
    """You have switched that on (`browser_captions`)."""
    lines: list[CaptionLine]
    """The last ones, for whoever missed some."""


class HoldView(Message):
    """A call on hold: nobody of the desk sees or hears the citizen, nor she them. What is typed still arrives."""

    since: int
    clip: Literal["signed", "spoken"] | None
    """To the citizen: what comes in slot 0 meanwhile, over and over; none if the desk has no such film."""


class CallView(Message):
    """A call as one of its people sees it."""

    id: int
    state: CallState
    modality: Modality
    hearing: bool
    """The citizen hears badly: whoever speaks to her speaks slowly and faces the camera, and sound is sent richer."""
    started_at: int | None
    """When the agent and the citizen first met; none while it assembles."""
    hold: HoldView | None
    """In the state `held`."""
    may_hold: bool
    """Whether you may put this call on hold, and take it back."""
    legs: list[LegView]
    text: list[TextLine]
    typed: int
    """How many T.140 characters of yours are written down: where you go on."""
    recording: RecordingView | None = None
    may_record: str | None = None
    """What you agree to by asking to record this call; none if you may not ask."""
    captions: CaptionsView | None
    """None where none are to be expected: in a call by text, or at a desk that makes none in its language."""


class Estimate(Message):
    """A range that history bears out: 8 in 10 such tickets waited so long."""

    low: int
    """Seconds."""
    high: int
    """Seconds."""


class Why(StrEnum):
    """Why a ticket waits at this moment."""

    AGENTS_BUSY = "agents_busy"
    """Agents who can serve it are signed in, and all are with others."""
    NOBODY_SIGNED_IN = "nobody_signed_in"
    """Nobody who can serve it is at the desk now."""
    WAITING_FOR_SIGNER = "waiting_for_signer"
    """It waits for somebody who signs the citizen's language."""
    ON_BREAK = "on_break"
    """Those who can serve it are on a break or finishing their notes."""
    WISH = "wish"
    """Somebody could serve it now; it waits a little longer for the one whom the citizen wishes for."""


class CallbackView(Message):
    """The citizen may go; she is rung when her turn is near."""

    asked_at: int
    rung_at: int | None
    """When she was rung; the place is then kept for a few minutes more."""
    contact: str
    """Where she is rung, masked, several ways separated by commas."""


class ClipView(Message):
    """A clip of the desk for whoever waits: signed for those who sign, spoken for the others."""

    signed: bool
    seconds: int
    playing: bool
    """She asked for it: it comes in slot 0, once, from its beginning, and gives way when it is her turn."""


class WaitView(Message):
    """Where a waiting ticket stands."""

    position: int
    """1 is the next to be served."""
    kept: int
    """For how many seconds the place is kept while the page is away; with `callback`, once she was rung."""
    estimate: Estimate | None
    """None: we can't tell yet."""
    why: Why
    callback: CallbackView | None
    clip: ClipView | None
    """What she can watch; none where the desk has nothing for her."""


class CheckResult(StrEnum):
    """How good somebody's line is for the way she takes part."""

    GOOD = "good"
    WEAK = "weak"
    TEXT = "text"
    """It carries little more than text."""


class CheckCause(StrEnum):
    """What is most wrong with a line, or with what hangs on it."""

    BLOCKED = "blocked"
    """Neither sound nor picture gets through."""
    NO_PICTURE = "no_picture"
    """The camera is on, and no picture of it arrives."""
    NO_TONE = "no_tone"
    """What the relay plays is not heard on the page."""
    LOSSY = "lossy"
    """Much of it is lost on the way."""
    SLOW = "slow"
    """It takes long to the relay and back."""
    NARROW = "narrow"
    """It carries little at a time."""
    JERKY = "jerky"
    """Too few of the pictures that the page sent get through."""
    SILENT = "silent"
    """The microphone is on, and nothing is heard from it."""


class CheckView(Message):
    """What a check of a citizen's line found."""

    result: CheckResult
    cause: CheckCause | None
    """None when it is good."""


class TicketView(Message):
    """The citizen's place."""

    id: int
    service: str
    """The id of the service in the catalogue."""
    service_name: str
    language: Language
    sign_language: str | None
    modality: Modality
    hearing: bool
    """The citizen hears badly."""
    check: CheckView | None = None
    """How good her line was when it was checked last; none: it was not."""
    joined_at: int
    put_through: bool = False
    """An agent sent her on to a colleague: she does not wait from the beginning again."""


class SummaryView(Message):
    """What the citizen takes away."""

    reference: str
    """Digits only; pages group them by four and show them in their own numerals."""
    outcome: Outcome | None
    """None when the call ended before the agent chose one."""
    service_name: str
    agent_name: str | None
    ended_at: int
    note: str
    """What the agent wrote for the citizen; may be empty."""
    message: str | None = None
    """What she had written, where this answers a message."""


# Events: from the server


class CitizenPhase(StrEnum):
    """Where the citizen's visit stands."""

    NONE = "none"
    """No ticket: the page is free to show its first screens."""
    WAITING = "waiting"
    RINGING = "ringing"
    """An agent is being rung for this ticket."""
    CALL = "call"
    SUMMARY = "summary"
    LEFT = "left"
    """The citizen left; can be undone until `undo_until`."""
    EXPIRED = "expired"
    """The citizen was away longer than the grace time."""
    CLOSED = "closed"


class CitizenState(Message):
    """Event `state` on /citizen: the whole present state. It replaces what the page knew."""

    version: int
    """Grows with every state, over all connections; a page drops an older one. It is the desk's clock, in
    microseconds since the Unix epoch, so a page can also tell by it how wrong its own clock is."""
    phase: CitizenPhase
    ticket: TicketView | None = None
    wait: WaitView | None = None
    call: CallView | None = None
    summary: SummaryView | None = None
    undo_until: int | None = None
    draining: bool = False
    """True when the desk is about to restart; calls go on, nobody loses a place."""


class IceServer(Message):
    """A TURN server for networks that let no UDP through, as an entry of `RTCConfiguration.iceServers`."""

    urls: list[str]
    username: str
    """Good for half a day; every offer brings a fresh one."""
    credential: str


class MediaOffer(Message):
    """Event `media_offer` on /citizen and /desk: the relay's SDP offer for a peer connection.

    A page that has no connection of that `peer` id makes a new one and closes any other. It answers with
    `media_answer`. Slot i is the i-th pair of m-lines (audio, video); slot 0 also carries the page's own
    audio and video. Slots never change afterwards; who is shown in one is told by `LegView.slot`.
    """

    peer: str
    sdp: Sdp
    slots: int
    ice_servers: list[IceServer]
    """For this connection; a page uses these and no other. Empty where the operator runs no TURN server."""


class MediaAdvice(Message):
    """Event `media_advice` on /citizen and /desk: what the relay says of pictures, whole, whenever it changes.

    Until the first, one's picture is watched, the small layer is of no use, and no picture rests. The offer asks for
    two layers of the page's picture: `h`, the full one, and `l`, of half its width and height and at most 100 kbit/s.
    """

    peer: str
    watched: bool
    """Whether anybody looks at this page's own picture. While not, sending it is a waste."""
    small: bool
    """Whether to send the small layer as well: two people or more look, and one of them may have a bad line."""
    paused: list[int]
    """Slots whose picture rests because the line to this page cannot take it. It comes back by itself."""


class TextEvent(Message):
    """Event `text` on /citizen and /desk: the lines that somebody, perhaps you, has just changed.

    Lines are whole, so an event may come twice, or before or after a state that holds the same line.
    """

    call: int
    lines: list[TextLine]
    typed: int | None
    """How many T.140 characters of yours are written down; none when these are somebody else's."""


class LegInsight(Message):
    """How a person of a call comes across now."""

    leg: int
    speaking: bool
    trouble: Trouble | None


class InsightEvent(Message):
    """Event `insight` on /citizen and /desk: somebody began or stopped to speak, or comes across worse or better.

    It is about those legs that have changed; `LegView` holds the same of all.
    """

    call: int
    legs: list[LegInsight]


class CaptionEvent(Message):
    """Event `caption` on /citizen and /desk: a line of captions that is new or has changed.

    As with text, lines are whole, so an event may come twice, or before or after a state that holds the same line.
    """

    call: int
    line: CaptionLine


class Replaced(Message):
    """Event `replaced`: a newer page took over this ticket or desk; this one must not reconnect."""


class PresenceState(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    OFFERED = "offered"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    BREAK = "break"


class BreakReason(StrEnum):
    """Why an agent is on a break."""

    PRAYER = "prayer"
    MEAL = "meal"
    REST = "rest"
    TRAINING = "training"
    OTHER = "other"
    SIGNED_IN = "signed_in"
    """Just signed in; not ready for citizens yet."""
    MISSED_OFFERS = "missed_offers"
    """Set by the desk after two unanswered offers in a row."""


class PresenceView(Message):
    """An agent's presence."""

    state: PresenceState
    reason: BreakReason | None
    since: int
    until: int | None
    """When the wrap-up clock runs out, in wrap-up."""


class ServiceView(Message):
    """A service as the agent needs to see it."""

    id: str
    name: str
    body_name: str
    prepare: list[str]
    """What the citizen was asked to have ready."""


class Seat(StrEnum):
    """What somebody of the desk does in a call."""

    AGENT = "agent"
    INTERPRETER = "interpreter"


class OfferView(Message):
    """A citizen offered to this agent."""

    id: int
    ticket: int
    seat: Seat
    """Which part she is asked to take."""
    with_interpreter: bool
    """True if two are asked, an agent and an interpreter: the call begins when both have accepted."""
    held: bool
    """True once she has accepted and the other seat still rings; `expires_at` then is until when she is held."""
    service: ServiceView
    language: Language
    sign_language: str | None
    modality: Modality
    hearing: bool
    """The citizen hears badly: speak slowly and face the camera."""
    check: CheckView | None = None
    """How good her line was when it was checked last; none: it was not."""
    joined_at: int
    expires_at: int
    notes: str
    """What colleagues wrote on this visit so far; for the agent's seat only."""
    sent_by: str | None
    """The name of the colleague who sent the citizen on."""
    message: str | None
    """What the citizen wrote, if she left a message."""


class VisitView(Message):
    """The transaction behind a call."""

    ticket: int
    service: ServiceView
    language: Language
    sign_language: str | None
    reference: str
    outcome: Outcome | None
    """None while the agent has not chosen one."""
    notes: str
    """The agents' own notes; the citizen never sees them."""
    message: str | None
    """What the citizen wrote, if she left a message. It is answered by the note with which the visit is finished."""


class AgentView(Message):
    """Who is signed in at the desk."""

    id: str
    name: str


class LineView(Message):
    """How many wait in a line this agent can serve."""

    service_name: str
    language: Language
    sign_language: str | None
    modality: Modality
    waiting: int
    longest: int | None
    """When the one who waits longest joined."""


class DeskState(Message):
    """Event `state` on /desk: the whole present state of one agent's desk."""

    version: int
    """As in `CitizenState`."""
    agent: AgentView
    presence: PresenceView
    offer: OfferView | None = None
    call: CallView | None = None
    visit: VisitView | None = None
    """Present in a call and in wrap-up."""
    lines: list[LineView]
    draining: bool = False


class WallSeat(Message):
    """One of the two who are asked for a citizen together."""

    seat: Seat
    agent: str
    """The name."""
    accepted: bool


class WallTicket(Message):
    """One ticket on the supervisor's wall."""

    id: int
    state: str
    service_name: str
    language: Language
    sign_language: str | None
    modality: Modality
    hearing: bool
    """The citizen hears badly."""
    check: CheckView | None = None
    """How good her line was when it was checked last; none: it was not."""
    joined_at: int
    since: int
    """Since when it is in this state."""
    position: int | None
    present: bool
    """False while the citizen's page is away and her place is kept."""
    agent: str | None
    """The name of whoever is rung for her, serves her, or served her last."""
    callback_at: int | None
    """When she asked to be rung, if she did."""
    rung_at: int | None
    """When she was."""
    seats: list[WallSeat]
    """Who is asked, if an agent and an interpreter are."""
    held_since: int | None
    """Since when her call is on hold; none: it is not."""


class WallAgent(Message):
    """One agent on the supervisor's wall."""

    id: str
    name: str
    presence: PresenceView
    interpreter: bool
    ticket: int | None


class WallState(Message):
    """Event `state` on /supervise: tickets that have not ended and agents, each list in order of age."""

    version: int
    """As in `CitizenState`."""
    tickets: list[WallTicket]
    agents: list[WallAgent]
    draining: bool = False


# Requests and replies: from the pages


class CitizenConnect(Message):
    """The `auth` value of a connection to /citizen."""

    language: Language
    ticket: Id | None = None
    resume: Token | None = None
    """The secret that `joined` gave; with it the newest connection takes the ticket over."""
    peer: Token | None = None
    """The peer connection this page still holds, if any: it is kept, and no new `media_offer` comes."""


class DeskConnect(Message):
    """The `auth` value of a connection to /desk and /supervise; the session cookie says who it is."""

    language: Language
    peer: Token | None = None
    """As in `CitizenConnect`."""


class Earlier(Message):
    """A ticket of hers that expired or dropped, and the secret that came with it."""

    ticket: Id
    resume: Token


class Booked(Message):
    """A booking of hers, and the secret that came with it."""

    booking: Id
    resume: Token


class Join(Message):
    """Request `join` on /citizen: take a place in line."""

    service: Token
    modality: LiveModality
    language: Language
    sign_language: SignLanguage | None = None
    returning: Earlier | None = None
    """She was here before: her place is further up, and the agent of last time is asked first."""
    booking: Booked | None = None
    """She comes at the time that was promised to her: her place is at the front. What she booked, counts."""
    hearing: bool = False
    """She hears badly: the agent is told before the call, and sound is sent richer."""
    idempotency_key: Key | None = None
    """Made at random. The same key is the same act, and is answered alike for a day; it becomes `resume` of the
    reply."""


class Joined(Ok):
    """Reply to `join` and `message`."""

    ticket: int
    resume: str
    """Keep it: it is the only proof that the place is hers."""


class Check(Message):
    """Request `check` on /citizen: a connection with a relay to measure the line by, before the line or in it."""

    modality: LiveModality
    sign_language: SignLanguage | None = None
    microphone: bool
    """Whether the page is going to send sound, and with `camera` a picture. Neither is needed for a check."""
    camera: bool


class CheckOffer(Ok):
    """Reply to `check`. The connection ends with `check_done`, with the socket, or after 10 s."""

    offer: MediaOffer
    """For a connection beside that of `media_offer`. Slot 0 plays a tone, slot 1 what the page sends."""


class CheckAnswer(Message):
    """Request `check_answer` on /citizen: as `media_answer`, for the connection of a check."""

    peer: Token
    sdp: Sdp


class CheckDone(Message):
    """Request `check_done` on /citizen: what only the page knows. The relay measured the rest."""

    peer: Token
    heard: bool | None = None
    """Whether the tone was heard in slot 0; none: not listened for."""
    round_trip: Annotated[float, Field(ge=0, le=60)] | None = None
    """Seconds, from the page's own checks of the path."""
    sent_rate: Annotated[float, Field(ge=0, le=240)] | None = None
    """Pictures a second that the page sent, over its last two seconds."""
    room: Annotated[int, Field(ge=0, le=10**10)] | None = None
    """Bits a second that the browser believes it can send."""
    down: Annotated[int, Field(ge=0, le=10**10)] | None = None
    """Bits that came back in slot 1 in the best second."""
    received: Annotated[int, Field(ge=0, le=10**7)] = 0
    """Packets that came in both slots, sound and pictures, over the whole check."""
    lost: Annotated[int, Field(ge=-(10**7), le=10**7)] = 0
    """How many never came, less those that came twice: `packetsLost` of W3C webrtc-stats."""


class Checked(Ok):
    """Reply to `check_done`. It goes with the ticket: the one she has, or the one she takes next."""

    check: CheckView


class Leave(Message):
    """Request `leave` on /citizen: give up the place, or end the call."""


class UndoLeave(Message):
    """Request `undo_leave` on /citizen: take the place back, within two minutes, where it was."""


class Callback(Message):
    """Request `callback` on /citizen: keep my place and ring me when my turn is near; or rather not."""

    wanted: bool
    push: Push | None = None
    phone: Phone | None = None
    """One of both at least, when it is wanted."""

    @model_validator(mode="after")
    def _reachable(self) -> Callback:
        if self.wanted and self.push is None and self.phone is None:
            raise ValueError("neither push nor phone")
        return self


class WatchClip(Message):
    """Request `clip` on /citizen: show me the clip while I wait, or end it. Her own devices stay off."""

    wanted: bool


class LeaveMessage(Message):
    """Request `message` on /citizen: leave a message, at any hour. It becomes a ticket that agents answer."""

    service: Token
    language: Language
    sign_language: SignLanguage | None = None
    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    phone: Phone | None = None
    """Where an agent may reach her."""
    idempotency_key: Key | None = None
    """As of `join`."""


class Slots(Message):
    """Request `slots` on /citizen: when can I come?"""

    service: Token
    language: Language
    sign_language: SignLanguage | None = None
    modality: LiveModality


class SlotView(Message):
    """A time that can be booked."""

    starts_at: int
    ends_at: int


class SlotsReply(Ok):
    """Reply to `slots`."""

    slots: list[SlotView]


class Book(Message):
    """Request `book` on /citizen: promise me one of the slots."""

    service: Token
    language: Language
    sign_language: SignLanguage | None = None
    modality: LiveModality
    starts_at: Id
    phone: Phone | None = None
    push: Push | None = None
    """Where she is told of it, and reminded."""
    idempotency_key: Key | None = None
    """As of `join`."""


class BookReply(Ok):
    """Reply to `book`."""

    booking: int
    resume: str
    """Keep it: it is the only proof that the time is hers."""
    starts_at: int
    ends_at: int


class CancelBooking(Message):
    """Request `cancel_booking` on /citizen: she needs it no more."""

    booking: Id
    resume: Token


class Outlook(Message):
    """Request `outlook` on /citizen: how long would I wait now, and later today?"""

    service: Token
    language: Language
    sign_language: SignLanguage | None = None
    modality: LiveModality


class OutlookPoint(Message):
    """How long somebody would wait who joins then."""

    at: int
    estimate: Estimate | None
    """None: we can't tell yet."""


class OutlookReply(Ok):
    """Reply to `outlook`, soonest first."""

    points: list[OutlookPoint]


class Forget(Message):
    """Request `forget` on /citizen: the citizen has read her summary; the page is free for a new visit."""


class MediaAnswer(Message):
    """Request `media_answer` on /citizen and /desk: the page's SDP answer, candidates included."""

    peer: Token
    sdp: Sdp


class MediaFailed(Message):
    """Request `media_failed` on /citizen and /desk: this peer connection died; ask for a new one."""

    peer: Token


class DevicesChanged(Message):
    """Request `devices` on /citizen and /desk: what the page's own microphone and camera are doing now."""

    microphone: Device
    camera: Device


class Watch(Message):
    """Request `watch` on /citizen and /desk: whether this page shows the pictures of others; sound comes in any case.

    False while the page is hidden, or its owner switched the pictures off. True once a page is connected; a page for
    which it is not says so after every connect.
    """

    pictures: bool


class Type(Message):
    """Request `text` on /citizen and /desk: T.140 characters typed since the last one, at most 300 ms old.

    U+0008 erases the character (code point) before it in the writer's open line, U+2028 ends that line.
    """

    call: Id
    batch: Token
    """A new random name for every batch. A batch that is sent again, because its acknowledgement was lost, is
    not written down twice."""
    t140: Text
    at: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """How many characters you typed in this call before these. With it, characters are written down once however
    often and over whichever way they come, and a gap before them is marked with U+FFFD."""


class AnswerRecording(Message):
    """Request `answer_recording` on /citizen and /desk: you agree to be recorded, or you do not.

    Also to stop a recording that you had agreed to, and to allow one that you had refused or stopped. When a citizen
    does not agree any more, what was recorded of the call is deleted, also of a recording that had ended or failed.
    """

    recording: Id
    agreed: bool


class AskRecording(Message):
    """Request `ask_recording` on /desk: everybody else in the call is asked; you agree by asking."""

    call: Id


class Hold(Message):
    """Request `hold` on /desk: put the call of which you are the agent on hold, or go on with it. Once it is
    acknowledged, nothing more of the desk reaches the citizen, nor of her the desk, and nothing is recorded.
    """

    call: Id
    on: bool


class PauseRecording(Message):
    """Request `pause_recording` on /desk: off the record. Once it is acknowledged, nothing is kept."""

    call: Id


class ResumeRecording(Message):
    """Request `resume_recording` on /desk: on the record again."""

    call: Id


class StopRecording(Message):
    """Request `stop_recording` on /desk: end the recording, or do not ask for it any more."""

    call: Id


class WantCaptions(Message):
    """Request `captions` on /citizen and /desk: I read captions in this call, or not. A machine listens to nobody
    unless somebody else in the call reads them."""

    call: Id
    on: bool


class BrowserCaptions(Message):
    """Request `browser_captions` on /desk: my own browser makes captions of what I say in this call, or not."""

    call: Id
    on: bool


class MakeCaption(Message):
    """Request `caption` on /desk: what my browser understood of what I say. Resending and disorder do no harm."""

    call: Id
    utterance: Id
    """Any number that a new utterance of this call has not had."""
    revision: Id
    """Grows with every change of the utterance."""
    text: Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    final: bool


class CorrectCaption(Message):
    """Request `correct` on /desk: what I really said, in place of a final line of mine."""

    call: Id
    caption: Id
    text: Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]*$")]


class Available(Message):
    """Request `available` on /desk: ready for the next citizen. Also ends wrap-up and break."""


class TakeBreak(Message):
    """Request `break` on /desk: no offers until `available`."""

    reason: Literal[BreakReason.PRAYER, BreakReason.MEAL, BreakReason.REST, BreakReason.TRAINING, BreakReason.OTHER]


class Accept(Message):
    """Request `accept` on /desk."""

    offer: Id
    idempotency_key: Key | None = None
    """The same key is the same act, and is answered alike for a day."""


class DeclineReason(StrEnum):
    """Why an agent declines."""

    NOT_MY_FIELD = "not_my_field"
    KNOW_THE_CITIZEN = "know_the_citizen"
    TECHNICAL = "technical"
    OTHER = "other"


class Decline(Message):
    """Request `decline` on /desk: the citizen keeps her place and is offered to the next agent."""

    offer: Id
    reason: DeclineReason | None = None


class Targets(Message):
    """Request `targets` on /desk: where may the citizen of my call be sent on to?"""


class TargetService(Message):
    """A service that somebody at the desk serves now."""

    id: str
    name: str


class TargetAgent(Message):
    """A colleague who could go on with the citizen of this call."""

    id: str
    name: str
    state: PresenceState


class TargetsReply(Ok):
    """Reply to `targets`."""

    services: list[TargetService]
    agents: list[TargetAgent]


class Transfer(Message):
    """Request `transfer` on /desk: send the citizen on, to a service or to a colleague. She is at the front there."""

    ticket: Id
    service: Token | None = None
    agent: Token | None = None
    """Exactly one of both."""
    note: Text = ""
    """For the colleague; added to the notes of the visit."""

    @model_validator(mode="after")
    def _one_target(self) -> Transfer:
        if (self.service is None) == (self.agent is None):
            raise ValueError("exactly one of service and agent")
        return self


class Notes(Message):
    """Request `notes` on /desk: the agent's notes on this visit, whole."""

    ticket: Id
    notes: Text


class Finish(Message):
    """Request `finish` on /desk: ends the call if it is live, and closes the visit with an outcome."""

    ticket: Id
    outcome: Outcome
    note: Text = ""
    """For the citizen: what happens next."""
    idempotency_key: Key | None = None
    """As of `accept`."""


class SignOut(Message):
    """Request `sign_out` on /desk: offline at once. The page then ends its session over HTTP."""


CITIZEN_REQUESTS: dict[str, tuple[type[Message], type[Ok]]] = {
    "join": (Join, Joined),
    "leave": (Leave, Ok),
    "undo_leave": (UndoLeave, Ok),
    "forget": (Forget, Ok),
    "callback": (Callback, Ok),
    "clip": (WatchClip, Ok),
    "message": (LeaveMessage, Joined),
    "slots": (Slots, SlotsReply),
    "book": (Book, BookReply),
    "cancel_booking": (CancelBooking, Ok),
    "outlook": (Outlook, OutlookReply),
    "check": (Check, CheckOffer),
    "check_answer": (CheckAnswer, Ok),
    "check_done": (CheckDone, Checked),
    "media_answer": (MediaAnswer, Ok),
    "media_failed": (MediaFailed, Ok),
    "devices": (DevicesChanged, Ok),
    "watch": (Watch, Ok),
    "text": (Type, Ok),
    "answer_recording": (AnswerRecording, Ok),
    "captions": (WantCaptions, Ok),
}
DESK_REQUESTS: dict[str, tuple[type[Message], type[Ok]]] = {
    "available": (Available, Ok),
    "break": (TakeBreak, Ok),
    "accept": (Accept, Ok),
    "decline": (Decline, Ok),
    "targets": (Targets, TargetsReply),
    "transfer": (Transfer, Ok),
    "media_answer": (MediaAnswer, Ok),
    "media_failed": (MediaFailed, Ok),
    "devices": (DevicesChanged, Ok),
    "watch": (Watch, Ok),
    "text": (Type, Ok),
    "hold": (Hold, Ok),
    "answer_recording": (AnswerRecording, Ok),
    "ask_recording": (AskRecording, Ok),
    "pause_recording": (PauseRecording, Ok),
    "resume_recording": (ResumeRecording, Ok),
    "stop_recording": (StopRecording, Ok),
    "captions": (WantCaptions, Ok),
    "browser_captions": (BrowserCaptions, Ok),
    "caption": (MakeCaption, Ok),
    "correct": (CorrectCaption, Ok),
    "notes": (Notes, Ok),
    "finish": (Finish, Ok),
    "sign_out": (SignOut, Ok),
}
SUPERVISE_REQUESTS: dict[str, tuple[type[Message], type[Ok]]] = {}

CITIZEN_EVENTS: dict[str, type[Message]] = {
    "state": CitizenState,
    "media_offer": MediaOffer,
    "media_advice": MediaAdvice,
    "text": TextEvent,
    "insight": InsightEvent,
    "caption": CaptionEvent,
    "replaced": Replaced,
}
DESK_EVENTS: dict[str, type[Message]] = {
    "state": DeskState,
    "media_offer": MediaOffer,
    "media_advice": MediaAdvice,
    "text": TextEvent,
    "insight": InsightEvent,
    "caption": CaptionEvent,
    "replaced": Replaced,
}
SUPERVISE_EVENTS: dict[str, type[Message]] = {"state": WallState, "replaced": Replaced}
