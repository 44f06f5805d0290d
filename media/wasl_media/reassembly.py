"""Packets of a recorded track, put in order and together to whole pictures and sounds.

Sources: RFC 7741 (VP8 in RTP), RFC 7587 (Opus in RTP).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from wasl_media.description import CLOCK_RATES, Kind
from wasl_media.reception import unwrap
from wasl_media.rtp import HEADER, header_length, vp8_fragment
from wasl_media.timeline import StreamTime

PATIENCE = 2.0
"""Seconds that a missing packet is waited for: longer than the relay asks for one."""


class Unit(NamedTuple):
    """A whole picture or sound."""

    timestamp: int
    """Extended RTP timestamp."""
    data: bytes
    key: bool


class Reassembly:
    """One track, which may be several streams one after the other."""

    def __init__(self, kind: Kind, patience: float = PATIENCE) -> None:
        self._kind = kind
        self._patience = patience
        self.streams: dict[int, StreamTime] = {}
        """By SSRC."""
        self.lost = 0
        """Pictures that could not be put together, or not be decoded without one that is missing."""
        self._ssrc: int | None = None
        self._highest = 0
        self._waiting: list[tuple[int, float, bytes]] = []
        self._seen: set[int] = set()
        self._expected: int | None = None
        self._parts: list[bytes] | None = None
        self._broken = True

    def stream(self, ssrc: int) -> StreamTime:
        """The stream with this SSRC."""
        return self.streams.setdefault(ssrc, StreamTime(CLOCK_RATES[self._kind]))

    def take(self, packet: bytes, at: float) -> Iterator[tuple[StreamTime, Unit]]:
        """A packet, in the order they came; gives what is whole by now."""
        _, _, sequence, _, ssrc = HEADER.unpack_from(packet)
        if ssrc != self._ssrc:
            yield from self.flush()
            self._ssrc, self._highest, self._expected, self._broken = ssrc, sequence + (1 << 16), None, True
            self._seen.clear()
        index = unwrap(sequence, self._highest, 16)
        self._highest = max(index, self._highest)
        if index not in self._seen and (self._expected is None or index >= self._expected):
            self._seen.add(index)
            heapq.heappush(self._waiting, (index, at, packet))
        yield from self._release(at - self._patience)

    def flush(self) -> Iterator[tuple[StreamTime, Unit]]:
        """What still waits: nothing more comes."""
        yield from self._release(float("inf"))

    def cut(self) -> Iterator[tuple[StreamTime, Unit]]:
        """What still waits: what comes next is no continuation, however its packets are numbered."""
        yield from self.flush()
        self._ssrc = None

    def _release(self, before: float) -> Iterator[tuple[StreamTime, Unit]]:
        while self._waiting and (self._waiting[0][0] == self._expected or self._waiting[0][1] <= before):
            index, at, packet = heapq.heappop(self._waiting)
            gap = self._expected is not None and index != self._expected
            self._expected = index + 1
            self._seen.discard(index)
            assert self._ssrc is not None
            stream = self.stream(self._ssrc)
            timestamp = stream.extend(HEADER.unpack_from(packet)[3], at)
            unit = _sound(packet, timestamp) if self._kind == "audio" else self._picture(packet, timestamp, gap)
            if unit is not None:
                yield stream, unit

    def _picture(self, packet: bytes, timestamp: int, gap: bool) -> Unit | None:
        if gap:
            self.lost += self._parts is not None
            self._parts, self._broken = None, True
        try:
            starts, part = vp8_fragment(packet)
        except (ValueError, IndexError):
            return None
        if starts:
            self._parts = []
        if self._parts is None or not part:
            return None
        self._parts.append(part)
        if not packet[1] & 0x80:
            return None
        data, self._parts = b"".join(self._parts), None
        key = not data[0] & 1
        self._broken = self._broken and not key
        if self._broken:
            self.lost += 1
            return None
        return Unit(timestamp, data, key)


def _sound(packet: bytes, timestamp: int) -> Unit | None:
    payload = packet[header_length(packet) :]
    return Unit(timestamp, payload, True) if payload else None
