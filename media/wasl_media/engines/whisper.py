"""Whisper, by faster-whisper: it understands whole utterances, so a guess listens to all of it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from wasl_media.captions import Word
from wasl_media.engines.port import SAMPLE_RATE, EngineError

_NO_SPEECH = 0.6
"""A segment that is more likely silence than this is one that Whisper made up (P47)."""
_SHORTEST = 0.4
"""Seconds; in less than this, there is no word that Whisper would not have to invent."""


class WhisperEngine:
    """`model`: a folder with a model as CTranslate2 keeps it (model.bin, config.json, tokenizer.json)."""

    guess_every = 2.0

    def __init__(self, language: str, model: str) -> None:
        """Raises EngineError if the model does not know the language, and whatever the library raises."""
        self._model = WhisperModel(model, device="auto", compute_type="auto", local_files_only=True)
        known = self._model.supported_languages
        if language not in known:
            raise EngineError(f"The Whisper model in {model} does not know the language {language!r}.")
        self._language = language

    def begin(self) -> WhisperHearing:
        """See `SpeechEngine.begin`."""
        return WhisperHearing(self)

    def understand(self, samples: bytes, *, beam: int) -> list[Word]:
        """The words of an utterance."""
        if len(samples) < 2 * _SHORTEST * SAMPLE_RATE:
            return []
        sound = np.frombuffer(samples, np.int16).astype(np.float32) / 32_768
        segments, _ = self._model.transcribe(
            sound,
            language=self._language,
            beam_size=beam,
            word_timestamps=True,
            condition_on_previous_text=False,  # what was misheard once must not be made up again
            without_timestamps=True,
        )
        return words_of(segments)


class WhisperHearing:
    """See `Hearing`."""

    def __init__(self, engine: WhisperEngine) -> None:
        self._engine = engine
        self._samples = bytearray()

    def hear(self, samples: bytes) -> None:
        """See `Hearing.hear`."""
        self._samples += samples

    def guess(self) -> Sequence[Word]:
        """See `Hearing.guess`."""
        return self._engine.understand(bytes(self._samples), beam=1)

    def finish(self) -> Sequence[Word]:
        """See `Hearing.finish`."""
        return self._engine.understand(bytes(self._samples), beam=5)


def words_of(segments: Iterable[Segment]) -> list[Word]:
    """The words of Whisper's segments, without those of segments that are likely silence."""
    said = (segment for segment in segments if segment.no_speech_prob < _NO_SPEECH)
    return [
        _word(word.word, word.start, word.end, word.probability) for segment in said for word in segment.words or []
    ]


def _word(text: str, begin: float, end: float, confidence: float) -> Word:
    return Word(text=text.strip()[:200], begin=float(begin), end=float(end), confidence=float(confidence))
