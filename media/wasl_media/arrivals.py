"""When each packet of a peer arrived: with it the peer finds out what its way to us can take.

Source: draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence
from operator import sub

from wasl_media.rtp import UINT16

_HEADER = struct.Struct("!BBHIIHHI")
_FIRST_BYTE = 2 << 6 | 15
"""Version 2, format 15."""
_TRANSPORT_FEEDBACK = 205
_LARGE = struct.Struct("!h")
_PER_SECOND = 4000
"""Units of a delta: 250 µs."""
_REFERENCE = 256
"""Units of the reference time, in deltas: 64 ms."""
_NOT_RECEIVED, _SMALL_DELTA, _LARGE_DELTA = 0, 1, 2
_UINT8 = 0xFF
_CYCLE, _HALF = 1 << 16, 1 << 15
_SYMBOLS = 7
"""Packets that one chunk tells of, two bits each."""
_MOST = 500
"""Packets that one report tells of."""


class Arrivals:
    """Collects what came since the last report."""

    def __init__(self) -> None:
        self._came: deque[tuple[int, int]] = deque(maxlen=_MOST)
        """Numbers as they were sent, and times in units of a delta."""
        self._newest: int | None = None
        self._next: int | None = None
        self._reports = 0

    def note(self, sequence: int, now: float) -> None:
        """A packet with this transport-wide number came (seconds, monotonic)."""
        self._came.append((sequence, int(now * _PER_SECOND)))

    def report(self, sender: int, media: int) -> bytes:
        """The feedback on what came since the last one; empty if there is nothing to tell."""
        if not self._came:
            return b""
        arrived = self._unwrapped()
        self._newest = last = max(arrived)
        first = min(arrived) if self._next is None else min(self._next, min(arrived))
        first = max(first, last - _MOST + 1)
        self._next = last + 1
        return self._pack(sender, media, first, list(map(arrived.get, range(first, last + 1))))

    def _unwrapped(self) -> dict[int, int]:
        """When each packet came, by its extended number: the one that is nearest to the newest before."""
        lowest = (self._newest if self._newest is not None else _CYCLE + self._came[0][0]) - _HALF
        arrived = {lowest + ((sequence - lowest) & UINT16): time for sequence, time in self._came}
        self._came.clear()
        return arrived

    def _pack(self, sender: int, media: int, first: int, times: Sequence[int | None]) -> bytes:
        came = [time for time in times if time is not None]
        reference = came[0] // _REFERENCE
        deltas = list(map(sub, came, [reference * _REFERENCE, *came]))
        body = _chunks(times, deltas) + _deltas(deltas)
        body += bytes(-len(body) % 4)
        words = (_HEADER.size + len(body)) // 4 - 1
        count, self._reports = self._reports, (self._reports + 1) & _UINT8
        tail = (reference & 0xFFFFFF) << 8 | count
        head = (_FIRST_BYTE, _TRANSPORT_FEEDBACK, words, sender, media, first & UINT16, len(times), tail)
        return _HEADER.pack(*head) + body


def _small(deltas: Sequence[int]) -> bool:
    """Whether a byte is enough for each."""
    return min(deltas) >= 0 and max(deltas) <= _UINT8


def _deltas(deltas: Sequence[int]) -> bytes:
    if _small(deltas):
        return bytes(deltas)
    return b"".join(
        bytes([delta]) if 0 <= delta <= _UINT8 else _LARGE.pack(max(-32_768, min(delta, 32_767))) for delta in deltas
    )


def _chunks(times: Sequence[int | None], deltas: Sequence[int]) -> bytes:
    """One run where all packets came in time (3.1.3), or else status vectors of two-bit symbols (3.1.4)."""
    if len(deltas) == len(times) and _small(deltas):
        return (_SMALL_DELTA << 13 | len(times)).to_bytes(2, "big")
    sizes = iter([_SMALL_DELTA if 0 <= delta <= _UINT8 else _LARGE_DELTA for delta in deltas])
    symbols = bytes([_NOT_RECEIVED if time is None else next(sizes) for time in times])
    packed = bytearray()
    for start in range(0, len(symbols), _SYMBOLS):
        chunk = 0b11
        for symbol in (symbols[start : start + _SYMBOLS] + bytes(_SYMBOLS))[:_SYMBOLS]:
            chunk = chunk << 2 | symbol
        packed += chunk.to_bytes(2, "big")
    return bytes(packed)
