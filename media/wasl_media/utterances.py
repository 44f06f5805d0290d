"""Cuts sound at pauses: an engine hears what somebody says from one pause to the next, and no silence."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from webrtcvad import Vad

from wasl_media.engines.port import SAMPLE_RATE
from wasl_media.speech import Sound

FRAME = 0.02
"""Seconds that are judged at once."""
_BYTES_PER_SECOND = 2 * SAMPLE_RATE
_FRAME_BYTES = int(_BYTES_PER_SECOND * FRAME)
LEAD = 0.3
"""Seconds before the first sound of a voice that are heard with it: words begin softly."""
PAUSE = 0.6
"""Seconds without a voice that end an utterance."""
LONGEST = 12.0
"""Seconds after which an utterance ends without a pause, so that what was said becomes final."""
_STRICTNESS = 2
_VOICED = 0.6
"""Of the frames in the lead, so many must be voiced."""


class Piece(NamedTuple):
    """A part of an utterance. `samples` is empty where only its end is told."""

    at: float
    """Seconds, monotonic."""
    samples: bytes
    first: bool
    last: bool


class Cutter:
    """One speaker."""

    def __init__(self) -> None:
        self._vad = Vad(_STRICTNESS)
        self._rest = b""
        self._recent: deque[tuple[bool, bytes]] = deque(maxlen=round(LEAD / FRAME))
        self._at = 0.0
        """When the next frame begins."""
        self._began_at: float | None = None
        self._voiced_until = 0.0

    def take(self, sound: Sound) -> list[Piece]:
        """What can be told by now."""
        pieces: list[Piece] = []
        if abs(sound.at - self._at - len(self._rest) / _BYTES_PER_SECOND) > FRAME:
            pieces = self.end()
            self._rest, self._at = b"", sound.at
        self._rest += sound.samples
        while len(self._rest) >= _FRAME_BYTES:
            frame, self._rest = self._rest[:_FRAME_BYTES], self._rest[_FRAME_BYTES:]
            pieces += self._judge(frame)
            self._at += FRAME
        return pieces

    def end(self) -> list[Piece]:
        """Nothing follows, or not from here: an open utterance ends."""
        if self._began_at is None:
            return []
        self._began_at = None
        self._recent.clear()
        return [Piece(self._at, b"", first=False, last=True)]

    def _judge(self, frame: bytes) -> list[Piece]:
        voiced = self._vad.is_speech(frame, SAMPLE_RATE)
        if self._began_at is None:
            return self._begin(voiced, frame)
        if voiced:
            self._voiced_until = self._at + FRAME
        pieces = [Piece(self._at, frame, first=False, last=False)]
        if self._at - self._voiced_until >= PAUSE or self._at - self._began_at >= LONGEST:
            pieces += self.end()
        return pieces

    def _begin(self, voiced: bool, frame: bytes) -> list[Piece]:
        self._recent.append((voiced, frame))
        enough = _VOICED * (self._recent.maxlen or 0)
        if sum(heard for heard, _ in self._recent) < enough:
            return []
        at = self._at - (len(self._recent) - 1) * FRAME
        self._began_at, self._voiced_until = at, self._at + FRAME
        lead = b"".join(kept for _, kept in self._recent)
        self._recent.clear()
        return [Piece(at, lead, first=True, last=False)]
