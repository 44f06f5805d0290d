"""Records a call while it lasts: packets are kept as they pass, and a thread writes them every half second."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from wasl_media.awaited import Awaited
from wasl_media.description import KINDS, Kind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Said
from wasl_media.publication import Publication
from wasl_media.reception import SenderClock
from wasl_media.recording import CLOCK, MAX_WORDS, Entry, EntryKind, RecordingWriter, Text, Track, pack_entry
from wasl_media.rtp import starts_keyframe
from wasl_media.simulcast import Simulcast

WRITE_INTERVAL = 0.5
"""Seconds: so much a killed worker loses at most."""

FULL = frozenset({ENOSPC, EDQUOT, EFBIG})
"""Of a disk that takes no more: it, our share of it, or the file."""

log = logging.getLogger(__name__)


class Consent(BaseModel):
    """Somebody agreed to be recorded. Who asks for a recording brings the consent of everyone who is in it."""

    model_config = ConfigDict(frozen=True)
    peer: str
    speaker: str
    """Whom her words are written down as."""
    given_at: float
    """Seconds since 1970."""
    reference: str
    """Of the record that proves it."""


class Recorded(Protocol):
    """Somebody who sends."""

    id: str
    publications: dict[Kind, Publication]
    layers: Simulcast


class RecordedStream:
    """Receives a sound or a picture as a subscription does, and keeps what it receives.

    A picture is the better of its layers. It changes with a keyframe of the new one; until then the old one goes on.
    """

    def __init__(self, recorder: Recorder, number: int, peer: Recorded, kind: Kind) -> None:
        self._recorder = recorder
        self._number = number
        self._peer, self._kind = peer, kind
        self._source: Publication | None = None
        self._awaited: Awaited | None = None
        self._held = True

    def settle(self, now: float) -> None:
        """Receive from now on what is to be kept."""
        best = self._peer.layers.best if self._kind == "video" else self._peer.publications[self._kind]
        if self._awaited is not None and self._awaited.layer is not best:
            self._give_up_waiting()
        if best is self._source or self._awaited is not None or not self._recorder.runs:
            return
        if self._source is not None and self._source.bitrate and not self._held:
            self._awaited = Awaited(self, best, now)
        else:
            self.leave()
            self.change_to(best)
            best.add(self, now)

    def change_to(self, layer: Publication) -> None:
        """The layer's packets come from now on."""
        self._awaited = None
        self._take_off()
        self._source = layer
        self.hold()

    def _give_up_waiting(self) -> None:
        if self._awaited is not None:
            self._awaited.leave()
            self._awaited = None

    def _take_off(self) -> None:
        if self._source is not None:
            others = [receiver for receiver in self._source.subscriptions if receiver is not self]
            self._source.subscriptions = others

    @property
    def waits_for_keyframe(self) -> bool:
        """Whether the picture cannot be decoded yet."""
        return self._held and self._kind == "video" and self._recorder.runs

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        """Keep a packet."""
        if not self._recorder.runs:
            return
        begins = self._held and (self._kind == "audio" or starts_keyframe(packet))
        if begins:
            self._held = False
        if not self._held:
            self._recorder.keep(EntryKind.PACKET, self._number, now, packet)
        if begins and self._source is not None and self._source.clock is not None:
            self.forward_clock(self._source.clock, now)

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        """Keep the time that a timestamp means: it is read as one of the stream whose packet was kept last."""
        if self._recorder.runs and not self._held:
            body = CLOCK.pack(clock.ntp, clock.timestamp)
            self._recorder.keep(EntryKind.CLOCK, self._number, clock.arrived_at, body)

    def hold(self) -> None:
        """Keep nothing until it can be decoded from the start."""
        self._held = True

    def leave(self) -> None:
        """Receive nothing more. Idempotent."""
        self._give_up_waiting()
        self._take_off()


class Recorder:
    """One recording. It begins on the record; `stop` ends it, once, or a disk that fails."""

    def __init__(
        self,
        path: Path,
        key: bytes,
        peers: Sequence[Recorded],
        consents: Sequence[Consent],
        on_failure: Callable[[MediaErrorCode], None],
    ) -> None:
        """Raises MediaError (consent_missing, no_room, bad_recording); nothing is written then. `on_failure` is told
        the code when the disk fails later: everything is closed then."""
        lacking = {peer.id for peer in peers} - {consent.peer for consent in consents}
        if lacking or not peers:
            raise MediaError(MediaErrorCode.CONSENT_MISSING, f"no consent of {', '.join(sorted(lacking)) or 'anybody'}")
        try:
            self._writer = RecordingWriter(path, key)
        except (OSError, ValueError) as error:
            raise MediaError(_code(error), f"it cannot be written: {error}") from error
        self._on_failure = on_failure
        self._stopped = self._failed = False
        self._pending = bytearray()
        self._began_at = time.monotonic()
        self.runs = True
        """Whether the call is on the record."""
        self._on_record_since = time.time()
        self._speakers = {consent.peer: consent.speaker for consent in consents}
        self._streams = [
            RecordedStream(self, number, peer, kind)
            for number, (peer, kind) in enumerate((peer, kind) for peer in peers for kind in KINDS)
        ]
        self._introduce(peers)
        self._writing = asyncio.Lock()
        self._task = asyncio.ensure_future(self._run())

    def _introduce(self, peers: Sequence[Recorded]) -> None:
        names = [Track(peer=peer.id, kind=kind) for peer in peers for kind in KINDS]
        now = time.monotonic()
        for number, name in enumerate(names):
            self.keep(EntryKind.TRACK, number, now, name.model_dump_json().encode())
        self.settle(now)

    def settle(self, now: float) -> None:
        """Receive what is to be kept of everybody. Happens twice a second (`now` in seconds, monotonic)."""
        for stream in self._streams:
            stream.settle(now)

    def keep(self, kind: EntryKind, track: int, now: float, body: bytes = b"") -> None:
        """Keep an entry until it is written. `now` in seconds, monotonic."""
        self._pending += pack_entry(Entry(kind, track, now - self._began_at, body))

    def pause(self) -> None:
        """Off the record: nothing is kept until `resume`. Idempotent."""
        if self.runs:
            self.keep(EntryKind.PAUSE, 0, time.monotonic())
            self.runs = False
            for stream in self._streams:
                stream.hold()

    def resume(self) -> None:
        """On the record again. Idempotent."""
        if not self.runs:
            self.runs = True
            self._on_record_since = time.time()
            self.keep(EntryKind.RESUME, 0, time.monotonic())

    def write_text(self, text: Text) -> None:
        """Keep what somebody wrote or said, unless the call is off the record."""
        if self.runs:
            self.keep(EntryKind.TEXT, 0, time.monotonic(), text.model_dump_json().encode())

    def write_caption(self, said: Said) -> None:
        """Keep what a machine understood, if it was said by somebody in the recording and wholly on the record."""
        speaker = self._speakers.get(said.peer)
        if speaker is not None and said.begin >= self._on_record_since:
            words = " ".join(word.text for word in said.words)
            self.write_text(Text(speaker=speaker, words=words[:MAX_WORDS], automatic=True))

    async def stop(self) -> None:
        """Write what is left, and close the file. Idempotent."""
        if self._stopped:
            return
        self._stopped = True
        self._task.cancel()
        await asyncio.wait([self._task])
        self._leave()
        self.keep(EntryKind.END, 0, time.monotonic())
        await self._write()
        self._writer.close()

    def _leave(self) -> None:
        self.runs = False
        for stream in self._streams:
            stream.leave()

    def _fail(self, error: OSError) -> None:
        log.error("a recording ends here, because it cannot be written: %s", error)
        self._failed = True
        self._leave()
        self._writer.close()
        self._on_failure(_code(error))

    async def _run(self) -> None:
        while not self._failed:
            await asyncio.sleep(WRITE_INTERVAL)
            self.settle(time.monotonic())
            await asyncio.shield(self._write())

    async def _write(self) -> None:
        async with self._writing:
            pending, self._pending = bytes(self._pending), bytearray()
            if pending and not self._failed:
                try:
                    await asyncio.to_thread(self._writer.write, pending)
                except OSError as error:
                    self._fail(error)


def _code(error: Exception) -> MediaErrorCode:
    full = isinstance(error, OSError) and error.errno in FULL
    return MediaErrorCode.NO_ROOM if full else MediaErrorCode.BAD_RECORDING
