"""Callers that replay a recording, and what they see of each other."""

from __future__ import annotations

import asyncio
import gc
import heapq
import secrets
import struct
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)
from media_leg import Leg
from media_recording import DURATION, LIMIT, Recorded

from wasl_media.description import CLOCK_RATES, KINDS, OPUS, Kind
from wasl_media.rtp import HEADER, REWRITE, REWRITE_OFFSET, UINT16, UINT32

WARM_UP = 2.5
"""Seconds before anything counts."""
_AFTER = 0.5
"""Seconds that late packets have."""
_REPORT_INTERVAL = 1.0
_BURST = 32
_STAMP = struct.Struct("!d")
_ROOM = 48
"""Bytes a packet must have for a stamp: beyond all headers."""
_NTP = 2_208_988_800


def _kind(second_byte: int) -> Kind:
    return "audio" if second_byte & 0x7F == OPUS else "video"


@dataclass(frozen=True)
class Window:
    """A time that counts."""

    begin: float
    end: float

    def __contains__(self, moment: float) -> bool:
        return self.begin <= moment < self.end


class Caller:
    """One participant: sends the recording over one leg, looks at what the other sends over another (or the same).

    With `stamped` every packet carries the moment it was sent in its last eight bytes, which a forwarder keeps.
    Otherwise the server decodes and encodes again, so that only timestamps say what became of what: then whole
    pictures and sounds are followed, from the first that comes.
    """

    def __init__(self, address: str, recording: list[Recorded], *, stamped: bool) -> None:
        self.window = Window(float("inf"), float("inf"))
        self.publishing = Leg(address, self._receive)
        self.ssrcs: dict[Kind, int] = {kind: 1 + secrets.randbelow(UINT32) for kind in KINDS}
        self.partner: Caller | None = None
        self.sent = 0
        self.delays: list[float] = []
        self._address = address
        self._subscribing: Leg | None = None
        self._stamped = stamped
        self._recording = recording
        self._first = {kind: _first_timestamp(recording, kind) for kind in KINDS}
        self._sequences = {kind: secrets.randbelow(1 << 14) for kind in KINDS}
        self._origins = {kind: secrets.randbits(31) for kind in KINDS}
        self._began_at = 0.0
        self._next = 0
        self._sent_at: dict[tuple[Kind, int], float] = {}
        """By kind and timestamp since the first: the last packet of each picture, each sound."""
        self._arrived: dict[int, tuple[int, int]] = {}
        """By payload type: the first timestamp, and the SSRC."""

    @property
    def receiving(self) -> Leg:
        """The leg that the other's streams come over."""
        return self._subscribing or self.publishing

    def subscribe(self) -> Leg:
        """A second leg, for a server that wants one."""
        self._subscribing = Leg(self._address, self._receive)
        return self._subscribing

    async def close(self) -> None:
        """End the connections."""
        await self.publishing.close()
        if self._subscribing is not None:
            await self._subscribing.close()

    # Out

    def count_in(self, window: Window) -> None:
        """Count from nothing, what is sent in this time."""
        self.window, self.sent, self.delays = window, 0, []

    def begin(self, now: float) -> None:
        """Send the first packet at this time."""
        self._began_at = now

    @property
    def due(self) -> float:
        """When the next packet goes."""
        round_, number = divmod(self._next, len(self._recording))
        return self._began_at + round_ * DURATION + self._recording[number].at

    def send(self) -> None:
        """Send the next packet."""
        round_, number = divmod(self._next, len(self._recording))
        self._next += 1
        packet = self._recording[number].packet
        kind, length = _kind(packet[1]), len(packet)
        _, marked_type, _, timestamp, _ = HEADER.unpack_from(packet)
        offset = (timestamp - self._first[kind] + round_ * int(DURATION * CLOCK_RATES[kind])) & UINT32
        sequence = self._sequences[kind] = self._sequences[kind] + 1
        buffer = self.publishing.outgoing()
        buffer.view[:length] = packet
        written = (sequence & UINT16, (self._origins[kind] + offset) & UINT32, self.ssrcs[kind])
        REWRITE.pack_into(buffer.view, REWRITE_OFFSET, *written)
        now = time.monotonic()
        counts = now in self.window
        if self._stamped:
            if length >= _ROOM:
                _STAMP.pack_into(buffer.view, length - _STAMP.size, now)
                self.sent += counts
        elif kind == "audio" or marked_type & 0x80:
            self._sent_at[kind, offset] = now
            self.sent += counts
        self.publishing.send(length)

    def report(self, now: float) -> None:
        """Sender reports over the one leg, a receiver report and a bitrate limit over the other."""
        ntp = int((time.time() + _NTP) * (1 << 32))
        for kind in KINDS:
            timestamp = (self._origins[kind] + int((now - self._began_at) * CLOCK_RATES[kind])) & UINT32
            info = RtcpSenderInfo(ntp, timestamp, self._next & UINT32, 0)
            self.publishing.send_rtcp(bytes(RtcpSrPacket(self.ssrcs[kind], info)))
        streams = [ssrc for _, ssrc in self._arrived.values()]
        reports = [RtcpReceiverInfo(ssrc, 0, 0, 0, 0, 0, 0) for ssrc in streams]
        limit = RtcpPsfbPacket(RTCP_PSFB_APP, 1, 0, pack_remb_fci(LIMIT, streams))
        self.receiving.send_rtcp(bytes(RtcpRrPacket(self.ssrcs["audio"], reports)) + bytes(limit))

    # In

    def _receive(self, packet: memoryview, now: float) -> None:
        if packet[1] & 0x7F not in self._arrived:
            _, _, _, timestamp, ssrc = HEADER.unpack_from(packet)
            self._arrived[packet[1] & 0x7F] = timestamp, ssrc
        sent_at = self._stamp(packet) if self._stamped else self._match(packet)
        if sent_at is not None and sent_at in self.window:
            self.delays.append(now - sent_at)

    def _stamp(self, packet: memoryview) -> float | None:
        if len(packet) < _ROOM:
            return None
        stamp: float = _STAMP.unpack_from(packet, len(packet) - _STAMP.size)[0]
        return stamp

    def _match(self, packet: memoryview) -> float | None:
        kind = _kind(packet[1])
        if self.partner is None or (kind == "video" and not packet[1] & 0x80):
            return None
        timestamp, first = HEADER.unpack_from(packet)[3], self._arrived[packet[1] & 0x7F][0]
        return self.partner._sent_at.pop((kind, (timestamp - first) & UINT32), None)


def _first_timestamp(recording: list[Recorded], kind: Kind) -> int:
    found: int = next(HEADER.unpack_from(packet)[3] for _, packet in recording if _kind(packet[1]) == kind)
    return found


@dataclass(frozen=True)
class Seen:
    """What all callers saw in the time that counts."""

    sent: int
    delays: list[float]
    server: float
    """CPU seconds of the server."""
    generator: float
    """CPU seconds of these callers."""


class Load:
    """All callers together, at a pace of their own each."""

    def __init__(self, callers: list[Caller]) -> None:
        self._callers = callers

    async def run(self, seconds: float, server_cpu: Callable[[], float]) -> Seen:
        """Warm up, then count for so many seconds."""
        async with aclosing(self.windows(seconds, 1, server_cpu)) as windows:
            return await anext(windows)

    async def windows(self, seconds: float, count: int, server_cpu: Callable[[], float]) -> AsyncGenerator[Seen]:
        """Warm up, then count for so many seconds, so many times; late packets have half a second in between."""
        begin = time.monotonic()
        for number, caller in enumerate(self._callers):
            caller.begin(begin + number * 0.377 % 1.0)
        reports = asyncio.ensure_future(self._report())
        gc.disable()
        try:
            await self._send(begin + WARM_UP)
            for _ in range(count):
                gc.collect()
                yield await self._count(seconds, server_cpu)
        finally:
            gc.enable()
            reports.cancel()

    async def _count(self, seconds: float, server_cpu: Callable[[], float]) -> Seen:
        now = time.monotonic()
        window = Window(now, now + seconds)
        for caller in self._callers:
            caller.count_in(window)
        server, generator = server_cpu(), time.process_time()
        await self._send(window.end)
        server, generator = server_cpu() - server, time.process_time() - generator
        await self._send(window.end + _AFTER)
        delays = [delay for caller in self._callers for delay in caller.delays]
        return Seen(sum(caller.sent for caller in self._callers), delays, server, generator)

    async def _send(self, until: float) -> None:
        queue = [(caller.due, number) for number, caller in enumerate(self._callers)]
        heapq.heapify(queue)
        while (now := time.monotonic()) < until:
            for _ in range(_BURST):
                due, number = queue[0]
                if due > now:
                    break
                self._callers[number].send()
                heapq.heapreplace(queue, (self._callers[number].due, number))
            await asyncio.sleep(0 if queue[0][0] <= now else 0.001)

    async def _report(self) -> None:
        while True:
            for caller in self._callers:
                caller.report(time.monotonic())
                await asyncio.sleep(_REPORT_INTERVAL / len(self._callers))
