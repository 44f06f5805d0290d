"""PocketSphinx with the English model that it ships: for tests and try-outs, too weak for a desk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pocketsphinx import Decoder

from wasl_media.captions import Word
from wasl_media.engines.port import SAMPLE_RATE, EngineError

_FRAME = 0.01
"""Seconds."""
_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")
_VARIANT = re.compile(r"\(\d+\)$")


class PocketSphinxEngine:
    """A decoder holds one utterance, so one is kept for each that is open at once."""

    guess_every = 0.5

    def __init__(self, language: str, model: str) -> None:
        """Raises EngineError for another language, or a model of the operator's."""
        if language != "en" or model:
            raise EngineError("PocketSphinx is used with its own model, which is English.")
        self._idle = [_decoder()]

    def begin(self) -> PocketSphinxHearing:
        """See `SpeechEngine.begin`."""
        return PocketSphinxHearing(self._idle.pop() if self._idle else _decoder(), self._idle)


class PocketSphinxHearing:
    """See `Hearing`."""

    def __init__(self, decoder: Decoder, idle: list[Decoder]) -> None:
        self._decoder = decoder
        self._idle = idle
        decoder.start_utt()

    def hear(self, samples: bytes) -> None:
        """See `Hearing.hear`."""
        self._decoder.process_raw(samples)

    def guess(self) -> Sequence[Word]:
        """See `Hearing.guess`. Its confidence is known at the end only."""
        return [word.model_copy(update={"confidence": None}) for word in _words(self._decoder.seg() or [])]

    def finish(self) -> Sequence[Word]:
        """See `Hearing.finish`."""
        self._decoder.end_utt()
        words = _words(self._decoder.seg() or [])
        self._idle.append(self._decoder)
        return words


def _decoder() -> Decoder:
    return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")


def _words(segments: Iterable[Any]) -> list[Word]:
    return [
        Word(
            text=_VARIANT.sub("", segment.word),
            begin=segment.start_frame * _FRAME,
            end=(segment.end_frame + 1) * _FRAME,
            confidence=min(1.0, segment.prob),
        )
        for segment in segments
        if not _FILLER.match(segment.word)
    ]
