"""The one UDP port that all peers of a relay share."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from typing import Protocol

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.batch_port import BatchPort
from wasl_media.datagram import Receive
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.family import family_of
from wasl_media.ice import Address
from wasl_media.plain_port import PlainPort

BIND_PATIENCE = 5.0
"""Seconds to wait for a dying predecessor to let go of the port."""
SOCKET_BUFFER = 4 << 20
"""Bytes the kernel may keep for us while the loop is busy; it grants what it is allowed to."""


class UdpPort(Protocol):
    """A bound socket in the running loop."""

    faults: int
    """Datagrams that made our own code fail."""

    @property
    def number(self) -> int:
        """The port's number."""

    def outgoing(self) -> PacketBuffer:
        """A buffer to write the next packet into; it goes with the next `send`."""

    def send(self, packet: PacketBuffer, length: int, address: Address) -> None:
        """Send what stands in the buffer. A full socket or an unreachable peer loses it, as UDP may."""

    def close(self) -> None:
        """Let go of the port. Idempotent."""


async def open_port(host: str, number: int, receive: Receive) -> UdpPort:
    """Bind the port, waiting for a predecessor that is still dying, and read it in the way that suits this system.

    Raises MediaError (port_in_use) if the port stays taken for 5 s, OSError if the host is not ours.
    """
    give_up_at = time.monotonic() + BIND_PATIENCE
    while (bound := _bind(host, number)) is None:
        if time.monotonic() > give_up_at:
            text = f"UDP port {number} on {host} is held by another process; stop it or choose another port"
            raise MediaError(MediaErrorCode.PORT_IN_USE, text)
        await asyncio.sleep(0.1)
    return choose()(bound, receive)


def choose() -> type[BatchPort] | type[PlainPort]:
    """The fastest way of reading a socket that this system has."""
    return BatchPort if sys.platform == "linux" else PlainPort


def _bind(host: str, number: int) -> socket.socket | None:
    """A bound socket, or None if somebody else has the port. On `::` it hears IPv4 as well."""
    made = socket.socket(family_of(host).number, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if host == "::":
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        made.bind((host, number))
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return made
