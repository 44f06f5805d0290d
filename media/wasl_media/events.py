"""What a relay reports of its own accord."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wasl_media.captions import EngineFailure, Utterance
from wasl_media.errors import MediaErrorCode
from wasl_media.figures import PeerFigures


class Absence(StrEnum):
    """Why a peer is not connected."""

    SILENT = "silent"
    """Nothing valid came from it for the consent time; it may come back (RFC 7675)."""
    CLOSED = "closed"
    """The page closed its connection; only a new peer brings it back."""
    FAILED = "failed"
    """The DTLS handshake failed; only a new peer helps."""


class PeerConnected(BaseModel):
    """The peer's path is up: for the first time, or again after `PeerDisconnected`."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["peer_connected"] = "peer_connected"
    peer: str


class PeerDisconnected(BaseModel):
    """The peer is not heard any more. It stays open until `close_peer`."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["peer_disconnected"] = "peer_disconnected"
    peer: str
    reason: Absence


class Measured(BaseModel):
    """Once a second: what was measured of every peer that is connected."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["measured"] = "measured"
    peers: list[PeerFigures]


class Said(Utterance):
    """What a machine understood of what a peer says. Times are seconds since 1970, as all times here."""

    kind: Literal["said"] = "said"
    peer: str


class RecordingFailed(BaseModel):
    """The disk did not take a recording any more: it is over, and ends with what was written before."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["recording_failed"] = "recording_failed"
    recording: str
    cause: MediaErrorCode
    """`no_room`, or `bad_recording`."""


class CaptionsChanged(BaseModel):
    """From now on captions can be made of these languages, and of no other."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["captions_changed"] = "captions_changed"
    languages: Sequence[str]
    failures: Sequence[EngineFailure] = ()
    """Why others could not be loaded."""


class Reads(StrEnum):
    """What a data channel carries to its page."""

    LINES = "lines"
    """The subprotocol `wasl-lines`: events `text` of the server, as JSON."""
    LETTERS = "letters"
    """The subprotocol `t140` (RFC 8865)."""


class ChannelOpened(BaseModel):
    """A page opened a data channel for text. The label is the page's own choice."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["channel_opened"] = "channel_opened"
    peer: str
    reads: Reads
    label: str


class ChannelClosed(BaseModel):
    """It is closed, by whomever; the connection may stand."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["channel_closed"] = "channel_closed"
    peer: str
    reads: Reads
    label: str


class TextTyped(BaseModel):
    """T.140 characters came over a channel of letters."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["text_typed"] = "text_typed"
    peer: str
    label: str
    at: int
    """How many characters (code points) came over this channel before these."""
    t140: str


class ClipEnded(BaseModel):
    """A clip that is not repeated was shown to its end; its slot is dark again."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["clip_ended"] = "clip_ended"
    peer: str
    slot: int
    clip: str


class PictureAdvised(BaseModel):
    """What a peer should know of pictures has changed: of its own, and of those it is sent."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["picture_advised"] = "picture_advised"
    peer: str
    watched: bool
    """Whether anybody looks at what it sends; while not, sending it is a waste."""
    small: bool
    """Whether the small layer is of use."""
    paused: list[int]
    """Slots whose picture rests because its line cannot take it."""


Event = Annotated[
    PeerConnected
    | PeerDisconnected
    | PictureAdvised
    | Measured
    | Said
    | RecordingFailed
    | CaptionsChanged
    | ChannelOpened
    | ChannelClosed
    | TextTyped
    | ClipEnded,
    Field(discriminator="kind"),
]
