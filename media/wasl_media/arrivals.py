"""When each packet of a peer arrived: with it the peer finds out what its way to us can take.

Source: draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
"""

from __future__ import annotations

import struct
from collections import deque

from wasl_media.reception import unwrap

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
_SYMBOLS = 7
"""Packets that one chunk tells of, two bits each."""
_MOST = 500
"""Packets that one report tells of."""


class Arrivals:
    """Collects what came since the last report. Times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._came: deque[tuple[int, float]] = deque(maxlen=_MOST)
        self._newest = 1 << 16
        self._next: int | None = None
        self._reports = 0

    def note(self, sequence: int, now: float) -> None:
        """A packet with this transport-wide number came."""
        self._came.append((sequence, now))

    def report(self, sender: int, media: int) -> bytes:
        """The feedback on what came since the last one; empty if there is nothing to tell."""
        if not self._came:
            return b""
        arrived = self._unwrapped()
        last = max(arrived)
        first = min(arrived) if self._next is None else min(self._next, min(arrived))
        first = max(first, last - _MOST + 1)
        self._next = last + 1
        return self._pack(sender, media, first, [arrived.get(index) for index in range(first, last + 1)])

    def _unwrapped(self) -> dict[int, float]:
        arrived = {}
        came = list(self._came)
        self._came.clear()
        for sequence, now in came:
            self._newest = unwrap(sequence, self._newest, 16)
            arrived[self._newest] = now
        return arrived

    def _pack(self, sender: int, media: int, first: int, times: list[float | None]) -> bytes:
        at = int(next(time for time in times if time is not None) * _PER_SECOND) // _REFERENCE * _REFERENCE
        reference = at // _REFERENCE
        symbols, deltas = bytearray(), bytearray()
        for time in times:
            if time is None:
                symbols.append(_NOT_RECEIVED)
                continue
            delta = int(time * _PER_SECOND) - at
            at += delta
            if 0 <= delta <= 255:
                symbols.append(_SMALL_DELTA)
                deltas.append(delta)
            else:
                symbols.append(_LARGE_DELTA)
                deltas += _LARGE.pack(max(-32_768, min(delta, 32_767)))
        body = _chunks(symbols) + bytes(deltas)
        body += bytes(-len(body) % 4)
        words = (_HEADER.size + len(body)) // 4 - 1
        count, self._reports = self._reports, (self._reports + 1) & 0xFF
        tail = (reference & 0xFFFFFF) << 8 | count
        head = (_FIRST_BYTE, _TRANSPORT_FEEDBACK, words, sender, media, first & 0xFFFF, len(times), tail)
        return _HEADER.pack(*head) + body


def _chunks(symbols: bytearray) -> bytes:
    """One run where all packets came in time (3.1.3), or else status vectors of two-bit symbols (3.1.4)."""
    if symbols.count(_SMALL_DELTA) == len(symbols):
        return (_SMALL_DELTA << 13 | len(symbols)).to_bytes(2, "big")
    packed = bytearray()
    for start in range(0, len(symbols), _SYMBOLS):
        chunk = 0b11
        for symbol in (symbols[start : start + _SYMBOLS] + bytes(_SYMBOLS))[:_SYMBOLS]:
            chunk = chunk << 2 | symbol
        packed += chunk.to_bytes(2, "big")
    return bytes(packed)
