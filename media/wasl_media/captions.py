"""What a machine understood of what somebody said, and what a caption process is told and tells.

To the caption process, on its standard input, frames: length of the rest (2 bytes, big-endian), kind (1 byte),
number of the speaker (4 bytes), body. From it, on its standard output, a line of JSON each. Times are seconds on the
machine's monotonic clock, which both processes share.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, BinaryIO, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

HEAD = struct.Struct("!HBI")
TIME = struct.Struct("!d")
"""When a packet came; before its bytes."""
NO_ENGINE = 3
"""The exit status of a process that could not load any engine: another would not fare better."""


class Word(BaseModel):
    """A word that was understood."""

    model_config = ConfigDict(frozen=True)
    text: Annotated[str, Field(max_length=200)]
    begin: float
    end: float
    confidence: float | None = None
    """0 to 1, as the engine reckons; none if it does not say."""


class Engine(NamedTuple):
    """Which engine listens to a language."""

    language: str
    """BCP 47, as in `ar`."""
    name: str
    model: str
    """Path of its folder; empty if it brings its own."""

    def __str__(self) -> str:
        return f"{self.language}={self.name}" + (f":{self.model}" if self.model else "")


def read_engines(text: str) -> list[Engine]:
    """Engines as an operator writes them: `ar=vosk:/srv/models/ar,en=whisper:/srv/models/en`.

    Raises ValueError, as a whole sentence, for anything else and for a language that stands there twice.
    """
    engines = [_read_engine(part.strip()) for part in text.split(",") if part.strip()]
    languages = [engine.language for engine in engines]
    if len(set(languages)) < len(languages):
        raise ValueError("each language has one engine for captions")
    return engines


def _read_engine(text: str) -> Engine:
    language, _, rest = text.partition("=")
    name, _, model = rest.partition(":")
    if not language.strip() or not name.strip():
        raise ValueError(f"an engine for captions is written as language=engine:path, not as {text!r}")
    return Engine(language.strip(), name.strip(), model.strip())


class FrameKind(IntEnum):
    """What a frame's body is."""

    OPEN = 0
    """The language of a new speaker, UTF-8."""
    PACKET = 1
    """`TIME` and an RTP packet (RFC 3550) with Opus (RFC 7587)."""
    MISSED = 2
    """`TIME`, twice: between them packets were dropped, because the process did not keep up."""
    PAUSE = 3
    """No packets come for now: what was said until here is final. No body."""
    CLOSE = 4
    """The speaker is not listened to any more. No body."""
    BEAT = 5
    """Of no speaker: any body, to be told back as `Beat` when its turn has come."""


class Frame(NamedTuple):
    """One thing that the caption process is told."""

    kind: FrameKind
    speaker: int
    body: bytes = b""


def pack_frame(kind: FrameKind, speaker: int, *body: bytes) -> bytes:
    """A frame as it goes through the pipe. Raises struct.error if it is longer than 65,535 bytes."""
    length = HEAD.size - 2 + sum(map(len, body))
    return b"".join((HEAD.pack(length, kind, speaker), *body))


def read_frame(file: BinaryIO) -> Frame | None:
    """The next frame; None at the end of the pipe."""
    head = file.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    length, kind, speaker = HEAD.unpack(head)
    rest = length - HEAD.size + 2
    body = file.read(rest)
    return Frame(FrameKind(kind), speaker, body) if len(body) == rest else None


class EngineFailure(BaseModel):
    """An engine that could not be loaded."""

    model_config = ConfigDict(frozen=True)
    language: str
    text: str
    """A whole sentence for the log."""


class Loaded(BaseModel):
    """The first line: which languages the process understands from now on."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["loaded"] = "loaded"
    languages: Sequence[str]
    failures: Sequence[EngineFailure]


class Utterance(BaseModel):
    """What one speaker said between two pauses, as far as it is understood. A later revision replaces it."""

    model_config = ConfigDict(frozen=True)
    utterance: int
    """Grows from utterance to utterance, also over processes."""
    revision: int
    """From 1; the highest counts."""
    begin: float
    end: float
    words: Sequence[Word]
    final: bool
    missed: bool = False
    """Something may have been said here that nobody listened to; there are no words."""


class Understood(Utterance):
    """An utterance as the caption process tells it."""

    kind: Literal["understood"] = "understood"
    speaker: int


class Beat(BaseModel):
    """The process lives, and has got so far."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["beat"] = "beat"
    at: float


FromCaptions: TypeAdapter[Loaded | Understood | Beat] = TypeAdapter(
    Annotated[Loaded | Understood | Beat, Field(discriminator="kind")]
)
