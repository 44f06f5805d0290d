"""Clips on their way to their viewers: each from its beginning, all by one clock."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from bisect import bisect_right
from collections.abc import Callable
from typing import Protocol

from aiortc.clock import current_ntp_time
from aiortc.rtp import RTCP_PSFB_APP, RTCP_PSFB_PLI, RtcpPsfbPacket

from wasl_media import rtcp
from wasl_media.clip import SEND_TIME, Clip
from wasl_media.description import CLOCK_RATES, KINDS, Kind
from wasl_media.publication import Publication
from wasl_media.rtp import REWRITE, REWRITE_OFFSET, UINT16, UINT32, abs_send_time
from wasl_media.simulcast import Simulcast

TICK = 0.004
"""Seconds between two looks at what is due: the jitter that a viewer sees at most, a fifth of a packet of sound."""
PAUSE = 2.0
"""Seconds between two rounds of a clip that is repeated."""
REPORT_INTERVAL = 1.0
"""Seconds between sender reports."""
CONGESTED = 0.75
"""A receiver that can take less than this part of what it was sent cannot follow the picture."""

log = logging.getLogger(__name__)


class Viewer(Protocol):
    """Whoever sees a clip."""

    connected: bool


class Play:
    """One clip for one viewer. It is a source as a peer is, only that nobody sends: its packets come from memory.

    It begins when the viewer is connected, and again when she comes back: a signed sentence that starts in the middle
    is none. A viewer who lost the picture sees it again from its last keyframe, once. On a line that is too narrow
    the pictures pause until the next keyframe, and the sound goes on. `on_end` hears that it is over.
    """

    def __init__(self, clip: Clip, *, repeat: bool, viewer: Viewer, on_end: Callable[[], None]) -> None:
        self._clip, self._repeat, self._viewer, self._on_end = clip, repeat, viewer, on_end
        self.publications: dict[Kind, Publication] = {kind: Publication(kind, 0, self._hear) for kind in KINDS}
        self.layers = Simulcast(self.publications["video"], Publication("video", 0, self._hear))
        self._ssrc: dict[Kind, int] = {kind: 1 + secrets.randbelow(UINT32) for kind in KINDS}
        for kind in {packet.kind for packet in clip.packets}:
            self.publications[kind].adopt(self._ssrc[kind], None)
        self._keyframes = [number for number, packet in enumerate(clip.packets) if packet.key]
        self._sequence: dict[Kind, int] = {kind: secrets.randbelow(1 << 15) for kind in KINDS}
        self._began_at: float | None = None
        """When this viewer saw the first packet: RTP timestamps count from here."""
        self._zero = 0.0
        """When the present round began, or would have without a step back; both seconds, monotonic."""
        self._position = 0
        self._due_at = 0.0
        self._report_due_at = 0.0
        self._lost = False
        self._seen_again = -1
        self._limit: int | None = None
        self._dark = False
        self._measured_at = 0.0
        self._measured = 0
        self.over = False

    def advance(self, now: float) -> None:
        """Send what is due. To be called every few milliseconds."""
        if now < self._due_at or self.over:
            return
        if not self._viewer.connected:
            self._began_at, self._due_at = None, 0.0
            return
        if self._began_at is None:
            self._begin(now)
        if self._lost:
            self._step_back(now)
        if now >= self._report_due_at:
            self._report(now)
        self._send_due(now)

    def close(self) -> None:
        """The viewer receives nothing more. Idempotent."""
        self.over = True
        for publication in self.publications.values():
            publication.close()

    def _begin(self, now: float) -> None:
        self._began_at = self._zero = self._measured_at = now
        self._position = self._measured = 0
        self._lost = self._dark = False
        self._seen_again = -1
        self._report_due_at = now

    def _send_due(self, now: float) -> None:
        packets, position = self._clip.packets, self._position
        end = len(packets)
        elapsed = now - self._zero
        while position < end and packets[position].at <= elapsed:
            self._send(position, now)
            position += 1
        self._position = position
        if position < end:
            self._due_at = self._zero + packets[position].at
        elif elapsed >= self._clip.seconds:
            self._finish(now)

    def _send(self, position: int, now: float) -> None:
        _, kind, timestamp, packet, key = self._clip.packets[position]
        if key:
            self._look_at_room(now)
        if kind == "video":
            if self._dark:
                return
            self._measured += len(packet)
        sequence = self._sequence[kind]
        self._sequence[kind] = (sequence + 1) & UINT16
        numbered = bytearray(packet)
        moved = (timestamp + self._shift(kind)) & UINT32
        REWRITE.pack_into(numbered, REWRITE_OFFSET, sequence, moved, self._ssrc[kind])
        if kind == "video":
            numbered[SEND_TIME : SEND_TIME + 3] = abs_send_time(now)
        self.publications[kind].receive(bytes(numbered), now)

    def _shift(self, kind: Kind) -> int:
        """From timestamps of the clip to those of this play."""
        return int((self._zero - (self._began_at or 0.0)) * CLOCK_RATES[kind])

    def _finish(self, now: float) -> None:
        if not self._repeat:
            self.over = True
            self._on_end()
            return
        self._zero, self._position = now + PAUSE, 0
        self._seen_again = -1
        self._due_at = self._zero

    # From the viewer

    def _hear(self, feedback: bytes) -> None:
        """What a sender would be asked for."""
        for packet in rtcp.parse(feedback):
            if not isinstance(packet, RtcpPsfbPacket):
                continue
            if packet.fmt == RTCP_PSFB_PLI and self._position:
                self._lost, self._due_at = True, 0.0
            elif packet.fmt == RTCP_PSFB_APP:
                self._limit = rtcp.read_bitrate_limit(packet)

    def _step_back(self, now: float) -> None:
        """To the last keyframe, for who lost the picture; not twice to the same: even a bad line sees the end."""
        self._lost = False
        number = bisect_right(self._keyframes, self._position - 1) - 1
        if number < 0 or self._keyframes[number] <= self._seen_again:
            return
        self._position = self._seen_again = self._keyframes[number]
        self._zero = now - self._clip.packets[self._position].at

    def _look_at_room(self, now: float) -> None:
        """At a keyframe: leave the pictures out up to the next one if the line cannot take them, then try again."""
        sent, seconds = 8 * self._measured, max(0.001, now - self._measured_at)
        congested = self._limit is not None and self._limit < CONGESTED * sent / seconds
        self._dark = congested and not self._dark
        self._measured, self._measured_at = 0, now

    def _report(self, now: float) -> None:
        """Sound and picture carry one clock (RFC 3550, 6.4.1)."""
        self._report_due_at = now + REPORT_INTERVAL
        ntp = current_ntp_time()
        for kind, publication in self.publications.items():
            if publication.ssrc is not None:
                moment = int((now - (self._began_at or now)) * CLOCK_RATES[kind]) & UINT32
                publication.receive_clock(ntp, moment, now)


class Projector:
    """The one clock of all plays; it stands still while there are none."""

    def __init__(self) -> None:
        self._plays: list[Play] = []
        self._run: asyncio.Task[None] | None = None
        self.faults = 0
        """Plays that ended because our own code failed; each is in the log."""

    def add(self, play: Play) -> None:
        """Show it from the next tick on, until it is over."""
        self._plays.append(play)
        if self._run is None or self._run.done():
            self._run = asyncio.ensure_future(self._show())

    async def close(self) -> None:
        """End all plays. Idempotent."""
        for play in self._plays:
            play.close()
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)

    async def _show(self) -> None:
        while self._plays:
            now = time.monotonic()
            for play in list(self._plays):
                self._advance(play, now)
            self._plays = [play for play in self._plays if not play.over]
            await asyncio.sleep(TICK)

    def _advance(self, play: Play, now: float) -> None:
        try:
            play.advance(now)
        except Exception:  # one play must never stop those of all others
            self.faults += 1
            log.exception("a clip could not be shown")
            play.close()
