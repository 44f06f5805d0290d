"""`python -m wasl_media.captioning`: the caption process. It hears the people of many calls and tells what they say.

It is one loop without a queue: what it does not keep up with waits in the pipe, and what has waited for too long is
passed over, so that captions never lag far behind and memory never grows.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import BinaryIO, TextIO

from wasl_media.captions import (
    NO_ENGINE,
    TIME,
    Beat,
    Engine,
    EngineFailure,
    Frame,
    FrameKind,
    Loaded,
    Understood,
    Word,
    read_engines,
    read_frame,
)
from wasl_media.engines.loading import load_engine
from wasl_media.engines.port import EngineError, Hearing, SpeechEngine
from wasl_media.speech import Speech
from wasl_media.utterances import Cutter, Piece

MAX_LAG = 8.0
"""Seconds; what is older is passed over. A caption that comes later answers a question that is not open any more."""
GUESS_LAG = 1.0
"""Seconds; whoever is so far behind has no time to guess."""


class Speaker:
    """One person who is listened to."""

    def __init__(self, number: int, engine: SpeechEngine, process: Process) -> None:
        self._number = number
        self._engine = engine
        self._process = process
        self._speech = Speech()
        self._cutter = Cutter()
        self._hearing: Hearing | None = None
        self._utterance = self._revision = 0
        self._began_at = self._guessed_at = 0.0
        self._told: Sequence[Word] = ()
        self._missed_since: float | None = None

    def take(self, packet: bytes, at: float, now: float) -> None:
        """A packet that came at `at`."""
        if now - at > MAX_LAG:
            self._missed_since = self._missed_since or at
            return
        if self._missed_since is not None:
            self.miss(self._missed_since, at)
            self._missed_since = None
        for sound in self._speech.take(packet, at):
            for piece in self._cutter.take(sound):
                self._hear(piece, now - at)

    def miss(self, begin: float, end: float) -> None:
        """Between these two moments nobody listened."""
        self.end()
        self._utterance, self._revision, self._began_at = self._process.next_utterance(), 0, begin
        self._tell([], end, final=True, missed=True)

    def end(self) -> None:
        """Nothing follows for now: what was said until here is final."""
        for piece in self._cutter.end():
            self._hear(piece, 0.0)
        self._speech, self._cutter = Speech(), Cutter()

    def _hear(self, piece: Piece, lag: float) -> None:
        if piece.first:
            self._hearing, self._revision, self._told = self._engine.begin(), 0, ()
            self._utterance = self._process.next_utterance()
            self._began_at = self._guessed_at = piece.at
        if self._hearing is None:
            return
        if piece.samples:
            self._hearing.hear(piece.samples)
        if piece.last:
            self._finish(self._hearing, piece.at)
        elif piece.at - self._guessed_at >= self._engine.guess_every and lag < GUESS_LAG:
            self._guessed_at = piece.at
            self._tell(self._hearing.guess(), piece.at, final=False)

    def _finish(self, hearing: Hearing, at: float) -> None:
        self._hearing = None
        words = hearing.finish()
        if words or self._revision:  # a noise that nothing was guessed about leaves no trace
            self._tell(words, at, final=True)

    def _tell(self, words: Sequence[Word], end: float, *, final: bool, missed: bool = False) -> None:
        if not final and (not words or words == self._told):
            return
        self._told = words
        self._revision += 1
        moved = [_moved(word, self._began_at) for word in words]
        self._process.tell(
            Understood(
                speaker=self._number,
                utterance=self._utterance,
                revision=self._revision,
                begin=self._began_at,
                end=end,
                words=moved,
                final=final,
                missed=missed,
            )
        )


class Process:
    """The speakers of all calls, and the pipe that tells what they say."""

    def __init__(self, engines: Mapping[str, SpeechEngine], output: TextIO) -> None:
        self._engines = engines
        self._output = output
        self._speakers: dict[int, Speaker] = {}
        self._utterances = count(time.time_ns() // 1_000)

    def next_utterance(self) -> int:
        """A number above all before it, also above those of a process before this one."""
        return next(self._utterances)

    def tell(self, message: Loaded | Understood | Beat) -> None:
        """Write a line."""
        print(message.model_dump_json(), file=self._output, flush=True)

    def run(self, frames: BinaryIO) -> None:
        """Until the pipe ends."""
        while (frame := read_frame(frames)) is not None:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        if frame.kind is FrameKind.BEAT:
            self.tell(Beat(at=TIME.unpack(frame.body)[0]))
        elif frame.kind is FrameKind.OPEN:
            if (engine := self._engines.get(frame.body.decode())) is not None:
                self._speakers[frame.speaker] = Speaker(frame.speaker, engine, self)
        elif (speaker := self._speakers.get(frame.speaker)) is not None:
            self._listen(speaker, frame)

    def _listen(self, speaker: Speaker, frame: Frame) -> None:
        if frame.kind is FrameKind.PACKET:
            at = TIME.unpack_from(frame.body)[0]
            speaker.take(frame.body[TIME.size :], at, time.monotonic())
        elif frame.kind is FrameKind.MISSED:
            speaker.miss(TIME.unpack_from(frame.body)[0], TIME.unpack_from(frame.body, TIME.size)[0])
        else:
            speaker.end()
        if frame.kind is FrameKind.CLOSE:
            del self._speakers[frame.speaker]


def _moved(word: Word, by: float) -> Word:
    return word.model_copy(update={"begin": word.begin + by, "end": word.end + by})


def load(engines: Sequence[Engine]) -> tuple[dict[str, SpeechEngine], list[EngineFailure]]:
    """Those that can be loaded, by language, and why the others cannot."""
    loaded: dict[str, SpeechEngine] = {}
    failures = []
    for engine in engines:
        try:
            loaded[engine.language] = load_engine(engine)
        except EngineError as error:
            failures.append(EngineFailure(language=engine.language, text=str(error)))
    return loaded, failures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run to the end of standard input; returns the exit status."""
    parser = argparse.ArgumentParser("python -m wasl_media.captioning", description="The captions of a media worker.")
    parser.add_argument("--engines", required=True, help="language=engine:path, with commas")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="wasl_media.captioning %(levelname)s %(message)s")
    # Engines are C++ libraries that print as they like; standard output is ours alone.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(5)  # the relay, on the same machine, must never wait for us
    engines, failures = load(read_engines(given.engines))
    process = Process(engines, output)
    process.tell(Loaded(languages=list(engines), failures=failures))
    if not engines:
        return NO_ENGINE
    process.run(sys.stdin.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
