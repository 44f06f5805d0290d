"""What a caption engine must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wasl_media.captions import Word

SAMPLE_RATE = 16_000
"""Hertz, of everything that an engine hears: 16-bit mono, little-endian."""


class EngineError(Exception):
    """An engine cannot be loaded. The text is a whole sentence that says which and why."""


class Hearing(Protocol):
    """One utterance, from its beginning to its end. Word times are seconds since its beginning."""

    def hear(self, samples: bytes) -> None:
        """Its next part."""

    def guess(self) -> Sequence[Word]:
        """What it seems to say so far."""

    def finish(self) -> Sequence[Word]:
        """What it said. Called once, at the end."""


class SpeechEngine(Protocol):
    """A loaded engine. All its calls block and come from one thread."""

    guess_every: float
    """Seconds of speech between two guesses, so that guessing costs no more than listening."""

    def begin(self) -> Hearing:
        """Listen to a new utterance; several may be open at once."""
