"""The UDP port on any system: a system call for each datagram."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.datagram import MAX_DATAGRAM, Receive
from wasl_media.family import INET, INET6
from wasl_media.ice import Address

_DRAIN = 64
"""Datagrams taken from the socket before the loop may do something else."""

log = logging.getLogger(__name__)


class PlainPort:
    """A `UdpPort` with one system call per datagram: the way that works everywhere."""

    def __init__(self, bound: socket.socket, receive: Receive) -> None:
        self._socket = bound
        self._receive = receive
        self._family = INET6 if bound.family == socket.AF_INET6 else INET
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
            self._socket.sendto(packet.view[:length], self._family.to_socket(address))

    def close(self) -> None:
        """Let go of the port. Idempotent."""
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    def _readable(self) -> None:
        buffer = self._incoming
        for _ in range(_DRAIN):
            try:
                length, sender = self._socket.recvfrom_into(buffer.view, MAX_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an earlier send; the next datagram is not concerned
                continue
            address = self._family.from_socket(sender)
            try:
                self._receive(buffer, length, address, time.monotonic())
            except Exception:  # one datagram must never end the reading of all others
                self.faults += 1
                log.exception("a datagram could not be handled")
            if self._socket.fileno() < 0:
                return
