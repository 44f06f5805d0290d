"""Vosk: listens as it is spoken to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import vosk

from wasl_media.captions import Word
from wasl_media.engines.port import SAMPLE_RATE


class VoskEngine:
    """`model`: the folder of a model as Vosk offers them."""

    guess_every = 0.3

    def __init__(self, language: str, model: str) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(model)

    def begin(self) -> VoskHearing:
        """See `SpeechEngine.begin`."""
        recognizer = vosk.KaldiRecognizer(self._model, SAMPLE_RATE)
        recognizer.SetWords(True)
        return VoskHearing(recognizer)


class VoskHearing:
    """See `Hearing`. Vosk ends an utterance where it likes; ours goes on, with what it understood so far."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._understood: list[Word] = []
        self._seconds = 0.0

    def hear(self, samples: bytes) -> None:
        """See `Hearing.hear`."""
        self._seconds += len(samples) / (2 * SAMPLE_RATE)
        if self._recognizer.AcceptWaveform(samples):
            self._understood += words_of(self._recognizer.Result())

    def guess(self) -> Sequence[Word]:
        """See `Hearing.guess`. Not every model tells when the words of a guess were said, and how sure it is."""
        guessed = json.loads(self._recognizer.PartialResult()).get("partial", "").split()
        return [*self._understood, *(Word(text=text[:200], begin=0.0, end=self._seconds) for text in guessed)]

    def finish(self) -> Sequence[Word]:
        """See `Hearing.finish`."""
        return [*self._understood, *words_of(self._recognizer.FinalResult())]


def words_of(answer: str) -> list[Word]:
    """The words of one of Vosk's answers; it names none when it heard none."""
    return [
        Word(text=word["word"][:200], begin=word["start"], end=word["end"], confidence=min(1.0, word["conf"]))
        for word in json.loads(answer).get("result", [])
        if word["word"] != "[unk]"
    ]
