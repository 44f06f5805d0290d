"""The one UDP port that all peers of a relay share."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import time
from collections.abc import Callable

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.ice import Address

BIND_PATIENCE = 5.0
"""Seconds to wait for a dying predecessor to let go of the port."""
SOCKET_BUFFER = 4 << 20
"""Bytes the kernel may keep for us while the loop is busy; it grants what it is allowed to."""
MAX_DATAGRAM = 1800
"""Bytes; what is longer is no packet of ours."""
_DRAIN = 64
"""Datagrams taken from the socket before the loop may do something else."""

Receive = Callable[[PacketBuffer, int, Address, float], None]
"""Called with a datagram's buffer, length, sender, and the time (seconds, monotonic). The buffer is the
callee's until it returns."""

log = logging.getLogger(__name__)


class UdpPort:
    """A bound socket in the running loop, one system call per datagram: the way that works everywhere.

    A faster way for one system (recvmmsg, sendmmsg) is another class with these four methods:
    `outgoing` may then hand out another buffer each time and `send` may collect until the batch is done.
    """

    def __init__(self, bound: socket.socket, receive: Receive) -> None:
        self._socket = bound
        self._receive = receive
        self._incoming = PacketBuffer()
        self._outgoing = PacketBuffer()
        self.faults = 0
        asyncio.get_running_loop().add_reader(bound, self._readable)

    @property
    def number(self) -> int:
        """The port's number."""
        return int(self._socket.getsockname()[1])

    def outgoing(self) -> PacketBuffer:
        """A buffer to write the next packet into; it goes with the next `send`."""
        return self._outgoing

    def send(self, packet: PacketBuffer, length: int, address: Address) -> None:
        """Send what stands in the buffer. A full socket or an unreachable peer loses it, as UDP may."""
        with contextlib.suppress(OSError):
            self._socket.sendto(packet.view[:length], address)

    def close(self) -> None:
        """Let go of the port. Idempotent."""
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    def _readable(self) -> None:
        buffer = self._incoming
        for _ in range(_DRAIN):
            try:
                length, address = self._socket.recvfrom_into(buffer.view, MAX_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an earlier send; the next datagram is not concerned
                continue
            self._hand_over(buffer, length, address)
            if self._socket.fileno() < 0:
                return

    def _hand_over(self, buffer: PacketBuffer, length: int, address: Address) -> None:
        try:
            self._receive(buffer, length, address, time.monotonic())
        except Exception:  # one datagram must never end the reading of all others
            self.faults += 1
            log.exception("a datagram could not be handled")


async def open_port(host: str, number: int, receive: Receive) -> UdpPort:
    """Bind the port, waiting for a predecessor that is still dying.

    Raises MediaError (port_in_use) if the port stays taken for 5 s, OSError if the host is not ours.
    """
    give_up_at = time.monotonic() + BIND_PATIENCE
    while (bound := _bind(host, number)) is None:
        if time.monotonic() > give_up_at:
            text = f"UDP port {number} on {host} is held by another process; stop it or choose another port"
            raise MediaError(MediaErrorCode.PORT_IN_USE, text)
        await asyncio.sleep(0.1)
    return UdpPort(bound, receive)


def _bind(host: str, number: int) -> socket.socket | None:
    """A bound socket, or None if somebody else has the port."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        made.bind((host, number))
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return made
