"""The last packets of a stream, kept for those who missed one."""

from __future__ import annotations

HISTORY_SIZE = 512
"""Packets; a power of two. About five seconds of video at 1 Mbit/s."""
_PLACE = HISTORY_SIZE - 1


class History:
    """A ring of packets by extended sequence number."""

    def __init__(self) -> None:
        self._ring: list[tuple[int, bytes]] = [(-1, b"")] * HISTORY_SIZE

    def put(self, index: int, packet: bytes) -> None:
        """Keep a packet; the one 512 before it goes."""
        self._ring[index & _PLACE] = index, packet

    def get(self, index: int) -> bytes | None:
        """The packet with this number, if it is still kept."""
        number, packet = self._ring[index & _PLACE]
        return packet if number == index else None
