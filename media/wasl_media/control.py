"""The control channel between the server and a worker: JSON text messages over one WebSocket.

The server sends `Call`, the worker answers each with a `Reply` of the same id, in any order, and sends
`Report` and, twice a second, `Beat` of its own accord. The WebSocket is opened with `Authorization: Bearer
<secret>`. What was opened over a channel ends with it: nobody is left to drive it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from wasl_media.description import Kind
from wasl_media.errors import MediaErrorCode
from wasl_media.events import Event
from wasl_media.recorder import Consent
from wasl_media.recording import Text
from wasl_media.stats import Load, RelayStats

SECRET_VARIABLE = "WASL_MEDIA_SECRET"
"""The environment variable that gives a worker its secret."""
PATH = "/control"
MAX_MESSAGE = 1 << 20
"""Bytes."""

PeerId = Annotated[str, Field(min_length=1, max_length=200)]
RecordingId = PeerId
ClipName = PeerId


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenPeer(_Message):
    """Answered with `Offer`."""

    kind: Literal["open_peer"] = "open_peer"
    peer: PeerId


class TakeAnswer(_Message):
    """Answered with `Done`."""

    kind: Literal["answer"] = "answer"
    peer: PeerId
    sdp: str


class Show(_Message):
    """Answered with `Done`."""

    kind: Literal["show"] = "show"
    peer: PeerId
    slot: int
    source: PeerId | None
    kinds: list[Kind]
    """What of it."""


class WriteLines(_Message):
    """Answered with `Delivered`."""

    kind: Literal["write_lines"] = "write_lines"
    peer: PeerId
    body: str


class WriteLetters(_Message):
    """Answered with `Delivered`."""

    kind: Literal["write_letters"] = "write_letters"
    peer: PeerId
    slot: int
    t140: str


class ShowClip(_Message):
    """Answered with `Done`."""

    kind: Literal["show_clip"] = "show_clip"
    peer: PeerId
    slot: int
    clip: ClipName
    repeat: bool


class LoadClip(_Message):
    """Answered with `Done`."""

    kind: Literal["load_clip"] = "load_clip"
    clip: ClipName
    file: str


class ClosePeer(_Message):
    """Answered with `Done`."""

    kind: Literal["close_peer"] = "close_peer"
    peer: PeerId


class StartRecording(_Message):
    """Answered with `Done`."""

    kind: Literal["start_recording"] = "start_recording"
    recording: RecordingId
    file: str
    key: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """In hexadecimal digits."""
    peers: list[PeerId]
    consents: list[Consent]


class PauseRecording(_Message):
    """Answered with `Done`."""

    kind: Literal["pause_recording"] = "pause_recording"
    recording: RecordingId


class ResumeRecording(_Message):
    """Answered with `Done`."""

    kind: Literal["resume_recording"] = "resume_recording"
    recording: RecordingId


class WriteText(_Message):
    """Answered with `Done`."""

    kind: Literal["write_text"] = "write_text"
    recording: RecordingId
    text: Text


class StopRecording(_Message):
    """Answered with `Done`."""

    kind: Literal["stop_recording"] = "stop_recording"
    recording: RecordingId


class StartCaptions(_Message):
    """Answered with `Done`."""

    kind: Literal["start_captions"] = "start_captions"
    peer: PeerId
    language: Annotated[str, Field(min_length=1, max_length=35)]


class StopCaptions(_Message):
    """Answered with `Done`."""

    kind: Literal["stop_captions"] = "stop_captions"
    peer: PeerId


class ReadStats(_Message):
    """Answered with `Counted`."""

    kind: Literal["stats"] = "stats"


Request = Annotated[
    OpenPeer
    | TakeAnswer
    | Show
    | WriteLines
    | WriteLetters
    | ShowClip
    | LoadClip
    | ClosePeer
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | WriteText
    | StopRecording
    | StartCaptions
    | StopCaptions
    | ReadStats,
    Field(discriminator="kind"),
]


class Offer(_Message):
    """A peer's SDP offer."""

    kind: Literal["offer"] = "offer"
    sdp: str


class Done(_Message):
    """It worked."""

    kind: Literal["done"] = "done"


class Delivered(_Message):
    """Whether a data channel took the text."""

    kind: Literal["delivered"] = "delivered"
    taken: bool


class Counted(_Message):
    """The relay's counters."""

    kind: Literal["counted"] = "counted"
    stats: RelayStats


class Refused(_Message):
    """The relay raised a `MediaError`."""

    kind: Literal["refused"] = "refused"
    code: MediaErrorCode
    text: str


Result = Annotated[Offer | Done | Delivered | Counted | Refused, Field(discriminator="kind")]


class Call(_Message):
    """Server to worker."""

    id: int
    request: Request


class Reply(_Message):
    """Worker to server: the result of the call with this id."""

    kind: Literal["reply"] = "reply"
    id: int
    result: Result


class Report(_Message):
    """Worker to server: something happened."""

    kind: Literal["report"] = "report"
    event: Event


class Beat(_Message):
    """Worker to server: it lives."""

    kind: Literal["beat"] = "beat"
    load: Load


FromWorker: TypeAdapter[Reply | Report | Beat] = TypeAdapter(
    Annotated[Reply | Report | Beat, Field(discriminator="kind")]
)


class Ready(_Message):
    """The one line a worker prints when it can be used."""

    control_port: int
    udp_port: int
