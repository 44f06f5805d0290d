"""Finds header extensions in the packets of a stream, and takes them out (RFC 8285, 4.2: one-byte form)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wasl_media.rtp import HEADER, header_length

_EXTENSION_BIT = 0x10
_PROFILE = b"\xbe\xde"
_STOP = 15
"""An identifier that ends the reading, as 0 does where it is not padding."""
_LAID_OUT = 0xDF
"""What the first byte says of the layout: all but the padding bit."""


@dataclass(slots=True)
class Layout:
    """How a header is laid out. Packets of one layout differ in nothing but the data between."""

    length: int
    """Bytes before the payload."""
    places: tuple[int, ...]
    """Where the data of each extension that was asked for begin; 0 for one that is not there in its size."""
    mask: int
    """Ones where the header says how it is laid out, as one number of `length` bytes."""
    shape: int
    """What stands there."""


class HeaderExtensions:
    """The extensions with these identifiers, in their sizes (bytes; None: any).

    A stream nearly always keeps its layout, so the last one is tried first: one comparison reads the whole header.
    """

    def __init__(self, sizes: Mapping[int, int | None]) -> None:
        self._sizes = sizes
        self._last = Layout(0, (), 0, 1)

    def read(self, packet: bytes | bytearray | memoryview) -> Layout:
        """How this packet is laid out. Raises ValueError for what is no RTP packet."""
        last = self._last
        if int.from_bytes(packet[: last.length], "big") & last.mask != last.shape:
            last = self._last = _read(packet, self._sizes)
        return last


def _read(packet: bytes | bytearray | memoryview, sizes: Mapping[int, int | None]) -> Layout:
    length = header_length(packet)
    mask = bytearray(length)
    mask[0] = _LAID_OUT
    found: dict[int, int] = {}
    if packet[0] & _EXTENSION_BIT:
        begin = HEADER.size + 4 * (packet[0] & 0x0F)
        mask[begin : begin + 4] = b"\xff" * 4
        if packet[begin : begin + 2] == _PROFILE:
            found = _elements(packet, begin + 4, length, mask)
    places = tuple(
        at if (at := found.get(identifier, 0)) and size in (None, _size(packet, at)) else 0
        for identifier, size in sizes.items()
    )
    ones = int.from_bytes(mask, "big")
    return Layout(length, places, ones, int.from_bytes(packet[:length], "big") & ones)


def _elements(packet: bytes | bytearray | memoryview, at: int, end: int, mask: bytearray) -> dict[int, int]:
    """Where the data of each element begin, by identifier; what is cut off is none. Marks what was read in the mask."""
    found: dict[int, int] = {}
    while at < end:
        mask[at] = 0xFF
        identifier = packet[at] >> 4
        if not packet[at]:
            at += 1
            continue
        if identifier in (0, _STOP) or at + 1 + _size(packet, at + 1) > end:
            break
        found.setdefault(identifier, at + 1)
        at += 1 + _size(packet, at + 1)
    return found


def data(packet: bytes | bytearray | memoryview, at: int) -> bytes:
    """The data that begin there; nothing at 0, where no extension can be."""
    return bytes(packet[at : at + _size(packet, at)]) if at else b""


def blank(packet: memoryview, at: int) -> None:
    """Take the data that begin there out of the packet, whose length stays: padding stands in their place."""
    size = _size(packet, at)
    packet[at - 1 : at + size] = bytes(1 + size)


def _size(packet: bytes | bytearray | memoryview, at: int) -> int:
    return 1 + (packet[at - 1] & 0x0F)
