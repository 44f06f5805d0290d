"""Who is listened to in a relay, and the caption process that listens.

The relay never waits for it. Packets go into a pipe as they pass; when the pipe is full, because the engine does not
keep up, or when the process is gone, they are dropped, and a gap marker says so in the captions.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from itertools import count

from pydantic import ValidationError

from wasl_media.captions import (
    NO_ENGINE,
    TIME,
    Beat,
    Engine,
    FrameKind,
    FromCaptions,
    Loaded,
    Understood,
    pack_frame,
)
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import CaptionsChanged, Said
from wasl_media.publication import Publication
from wasl_media.reception import SenderClock

FLUSH_INTERVAL = 0.1
"""Seconds between two writes into the pipe."""
MAX_BACKLOG = 1 << 19
"""Bytes in front of the pipe; what comes then is dropped. Twenty speakers fill it in six seconds."""
SILENCE = 1.0
"""Seconds without a packet that count as a pause."""
LOAD_PATIENCE = 300.0
"""Seconds until the engines are loaded; a large model on a slow disk takes a minute."""
STUCK = 60.0
"""Seconds without a sign of life after which the process is ended and started again."""
MAX_PAUSE = 30.0
"""Seconds between two attempts to start a process that does not live."""
MAX_LINE = 1 << 20

log = logging.getLogger(__name__)


class Tap:
    """Receives the sound of one peer as a subscription does, and hands it to the caption process."""

    """A pipe takes everything."""
    waits_for_keyframe = False

    def __init__(self, captioner: Captioner, peer: str, number: int, language: str, source: Publication) -> None:
        self._captioner = captioner
        self.peer = peer
        self.number = number
        self.language = language
        self._source = source
        self.heard_at: float | None = None
        """When the last packet came; none while the peer is silent."""
        self.missed_since: float | None = None
        """Since when packets were dropped."""
        self.open: Understood | None = None
        """The utterance that is not final yet."""
        source.add(self, time.monotonic())

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        """A packet."""
        self.heard_at = now
        self._captioner.keep(self, packet, now)

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        """Captions need no lip-sync."""

    def hold(self) -> None:
        """Sound can be decoded from anywhere."""

    def leave(self) -> None:
        """The peer is gone, or captions of it are not wanted any more. Idempotent."""
        if self in self._source.subscriptions:
            self._source.subscriptions.remove(self)
            self._captioner.ignore(self.peer)


class Captioner:
    """The caption process is started at once, and again whenever it dies, except when it has no engine at all.

    `on_event` hears what is understood, and which languages can be. Closes once, by `close`.
    """

    def __init__(self, engines: Sequence[Engine], on_event: Callable[[Said | CaptionsChanged], None]) -> None:
        self._engines = engines
        self._on_event = on_event
        self._taps: dict[str, Tap] = {}
        self._by_number: dict[int, Tap] = {}
        self._numbers = count(1)
        self._pending = bytearray()
        self._child: Process | None = None
        self._languages: frozenset[str] = frozenset()
        self._beat_at = 0.0
        self.change: CaptionsChanged | None = None
        """The last one that was told."""
        self._task = asyncio.ensure_future(self._run())

    @property
    def pid(self) -> int | None:
        """The process id of the caption process that lives."""
        return self._child.pid if self._child is not None else None

    def listen(self, peer: str, source: Publication, language: str) -> None:
        """Make captions of what a peer says, from now on or as soon as there is a process. Idempotent.

        Raises MediaError (no_captions) if no engine was set for the language.
        """
        if language not in {engine.language for engine in self._engines}:
            raise MediaError(MediaErrorCode.NO_CAPTIONS, f"there is no caption engine for {language}")
        if (former := self._taps.get(peer)) is not None:
            if former.language == language:
                return
            former.leave()
        tap = Tap(self, peer, next(self._numbers), language, source)
        self._taps[peer] = self._by_number[tap.number] = tap
        self._open(tap)

    def ignore(self, peer: str) -> None:
        """Make no captions of this peer any more. Idempotent."""
        if (tap := self._taps.pop(peer, None)) is not None:
            tap.leave()
            self._send(pack_frame(FrameKind.CLOSE, tap.number))
            if tap.open is None:  # else its end is still to come
                del self._by_number[tap.number]

    def keep(self, tap: Tap, packet: bytes, now: float) -> None:
        """A packet of this tap. It goes with the next write."""
        if tap.language in self._languages:
            self._pending += pack_frame(FrameKind.PACKET, tap.number, TIME.pack(now), packet)

    async def close(self) -> None:
        """End the process. Idempotent."""
        self._task.cancel()
        await asyncio.wait([self._task])
        for peer in list(self._taps):
            self.ignore(peer)

    # The process

    async def _run(self) -> None:
        pause = 1.0
        while True:
            began_at = time.monotonic()
            try:
                status = await self._live()
                if status == NO_ENGINE:
                    return
                log.error("the caption process is gone (%s); starting another", status)
            except OSError:
                log.exception("the caption process did not start")
            lived = time.monotonic() - began_at
            pause = 1.0 if lived > MAX_PAUSE else min(2 * pause, MAX_PAUSE)
            await asyncio.sleep(pause)

    async def _live(self) -> int:
        """One process, from its start to its end. Returns its exit status."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wasl_media.captioning", "--engines", ",".join(map(str, self._engines))),
            stdin=PIPE,
            stdout=PIPE,
            limit=MAX_LINE,
        )
        try:
            self._child = child
            if await self._load(child):
                await self._serve(child)
            return await _end(child)
        finally:
            self._child = None
            self._lose()
            if child.returncode is None:
                child.kill()
                await child.wait()

    async def _load(self, child: Process) -> bool:
        assert child.stdout is not None
        try:
            async with asyncio.timeout(LOAD_PATIENCE):
                message = FromCaptions.validate_json(await child.stdout.readline())
        except (TimeoutError, ValidationError):
            return False
        if not isinstance(message, Loaded):
            return False
        for failure in message.failures:
            log.error("no captions in %s: %s", failure.language, failure.text)
        self._languages = frozenset(message.languages)
        self._change(CaptionsChanged(languages=message.languages, failures=message.failures))
        return bool(message.languages)

    async def _serve(self, child: Process) -> None:
        self._beat_at = time.monotonic()
        for tap in self._taps.values():
            self._open(tap)
        reading = asyncio.ensure_future(self._read(child))
        try:
            while not reading.done() and time.monotonic() - self._beat_at < STUCK:
                self._flush(time.monotonic())
                await asyncio.wait([reading], timeout=FLUSH_INTERVAL)
        finally:
            reading.cancel()
            await asyncio.wait([reading])

    async def _read(self, child: Process) -> None:
        assert child.stdout is not None
        with contextlib.suppress(ValueError):  # a line without an end
            while line := await child.stdout.readline():
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            message = FromCaptions.validate_json(line)
        except ValidationError:
            log.warning("the caption process told something that is not understood")
            return
        if isinstance(message, Beat):
            self._beat_at = message.at
        elif isinstance(message, Understood) and (tap := self._by_number.get(message.speaker)) is not None:
            tap.open = None if message.final else message
            if message.final and self._taps.get(tap.peer) is not tap:
                del self._by_number[tap.number]
            self._tell(tap, message)

    def _lose(self) -> None:
        """The process is gone: what was being said stays as it was understood, and a gap begins."""
        self._pending.clear()
        now = time.monotonic()
        for tap in self._by_number.values():
            if (left := tap.open) is not None:
                tap.open = None
                self._tell(tap, left.model_copy(update={"revision": left.revision + 1, "final": True}))
            tap.missed_since = tap.missed_since or now
        self._by_number = {tap.number: tap for tap in self._taps.values()}
        if self._languages:
            self._languages = frozenset()
            self._change(CaptionsChanged(languages=[]))

    def _change(self, event: CaptionsChanged) -> None:
        self.change = event
        self._on_event(event)

    # The pipe

    def _open(self, tap: Tap) -> None:
        if tap.language in self._languages:
            self._send(pack_frame(FrameKind.OPEN, tap.number, tap.language.encode()))

    def _flush(self, now: float) -> None:
        """Hand over what came since the last time, unless there is too much before it."""
        pending, self._pending = self._pending, bytearray()
        if self._child is None or self._child.stdin is None:
            return
        full = self._child.stdin.transport.get_write_buffer_size() > MAX_BACKLOG
        for tap in list(self._taps.values()):
            self._note(tap, now, full)
        if not full:
            self._send(bytes(pending) + pack_frame(FrameKind.BEAT, 0, TIME.pack(now)))

    def _note(self, tap: Tap, now: float, full: bool) -> None:
        """Tell of what cannot be seen in packets: that they were dropped, or that none come."""
        if full:
            tap.missed_since = tap.missed_since or tap.heard_at
            return
        if tap.missed_since is not None:
            span = TIME.pack(tap.missed_since), TIME.pack(now)
            self._send(pack_frame(FrameKind.MISSED, tap.number, *span))
            tap.missed_since = None
        if tap.heard_at is not None and now - tap.heard_at > SILENCE:
            tap.heard_at = None
            self._pending += pack_frame(FrameKind.PAUSE, tap.number)

    def _send(self, frames: bytes) -> None:
        if self._child is not None and self._child.stdin is not None and not self._child.stdin.is_closing():
            self._child.stdin.write(frames)

    def _tell(self, tap: Tap, said: Understood) -> None:
        since_1970 = time.time() - time.monotonic()
        words = [
            word.model_copy(update={"begin": word.begin + since_1970, "end": word.end + since_1970})
            for word in said.words
        ]
        self._on_event(
            Said(
                peer=tap.peer,
                utterance=said.utterance,
                revision=said.revision,
                begin=said.begin + since_1970,
                end=said.end + since_1970,
                words=words,
                final=said.final,
                missed=said.missed,
            )
        )


async def _end(child: Process) -> int:
    if child.stdin is not None:
        child.stdin.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            return await child.wait()
    child.kill()
    return await child.wait()
