"""Finds header extensions in packets, and takes them out (RFC 8285, 4.2: one-byte form)."""

from __future__ import annotations

from wasl_media.rtp import HEADER

_EXTENSION_BIT = 0x10
_PROFILE = b"\xbe\xde"


class HeaderExtension:
    """One extension. The packets of a stream nearly always have it in the same place, which is remembered.

    Packets are whole ones: `header_length` has accepted them.
    """

    def __init__(self, identifier: int) -> None:
        self._identifier = identifier
        self._at = self._first = self._words_at = self._words = self._mark = 0

    def find(self, packet: bytes | memoryview) -> int:
        """Where its data begin; 0 if the packet has none."""
        at, words_at = self._at, self._words_at
        if (
            at
            and packet[0] == self._first
            and packet[words_at] == self._words
            and not packet[words_at - 1]
            and packet[at - 1] == self._mark
        ):
            return at
        return self._search(packet)

    def _search(self, packet: bytes | memoryview) -> int:
        if not packet[0] & _EXTENSION_BIT:
            return 0
        begin = HEADER.size + 4 * (packet[0] & 0x0F)
        if packet[begin : begin + 2] != _PROFILE:
            return 0
        at, end = begin + 4, begin + 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4], "big")
        while at < end:
            size = 2 + (packet[at] & 0x0F) if packet[at] else 1
            if packet[at] >> 4 == self._identifier and at + size <= end:
                if not packet[begin + 2]:  # no browser's header is so long that this byte is needed
                    self._at, self._first, self._mark = at + 1, packet[0], packet[at]
                    self._words_at, self._words = begin + 3, packet[begin + 3]
                return at + 1
            at += size
        return 0

    def data(self, packet: bytes | memoryview) -> bytes:
        """What it holds; nothing if the packet has none."""
        at = self.find(packet)
        return bytes(packet[at : at + 1 + (packet[at - 1] & 0x0F)]) if at else b""

    def blank(self, packet: memoryview, at: int) -> None:
        """Take it out of the packet, whose length stays: padding stands where its data began, at `at`."""
        end = at + 1 + (packet[at - 1] & 0x0F)
        packet[at - 1 : end] = bytes(end - at + 1)
