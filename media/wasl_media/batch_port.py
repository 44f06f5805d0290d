"""The UDP port on Linux: many datagrams in one system call.

`recvmmsg(2)` and `sendmmsg(2)` have no place in Python's standard library; cffi calls them in the C library. Their
structures are those of Linux's <sys/socket.h>, and the same on every processor.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import time
from itertools import islice
from typing import TypeVar

from cffi import FFI

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.datagram import MAX_DATAGRAM, Receive
from wasl_media.family import INET, INET6
from wasl_media.ice import Address

BATCH = 64
"""Datagrams in one system call."""
_REST = 0.002
"""Seconds between two looks at a busy socket: what came meanwhile is taken at once, which costs a millisecond of
delay in the mean and saves a wake-up for nearly every packet."""
_ROUNDS = 4
"""Batches taken before the loop may do something else."""
_MAX_ADDRESSES = 4096

log = logging.getLogger(__name__)

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_ffi = FFI()
_ffi.cdef("""
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr { void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                    void *msg_control; size_t msg_controllen; int msg_flags; };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
    int sendmmsg(int, struct mmsghdr *, unsigned int, int);
""")


_STRUCTURE = _ffi.sizeof("struct mmsghdr") // 4
_LENGTH_AT = _ffi.offsetof("struct mmsghdr", "msg_len") // 4


class _Batch:
    """Packet buffers, and what the kernel needs to know of them."""

    def __init__(self, name_size: int) -> None:
        self.packets = [PacketBuffer() for _ in range(BATCH)]
        self._names = _ffi.new("char[]", BATCH * name_size)
        self._parts = _ffi.new("struct iovec[]", BATCH)
        self.messages = _ffi.new("struct mmsghdr[]", BATCH)
        # Structures as plain memory: an attribute of theirs, once for every packet, is three times as slow.
        self.names = _ffi.buffer(self._names)
        self.places = [slice(number * name_size, (number + 1) * name_size) for number in range(BATCH)]
        """Where in them the name of each packet stands."""
        self.sizes = memoryview(_ffi.buffer(self._parts)).cast("B").cast("L")
        """Of what is to be sent: every second one, after its pointer."""
        self.lengths = memoryview(_ffi.buffer(self.messages)).cast("B").cast("I")
        """Of what came."""
        self.received = [(p, self.places[n], n * _STRUCTURE + _LENGTH_AT) for n, p in enumerate(self.packets)]
        """Each packet, and where its name and its length stand."""
        for number, packet in enumerate(self.packets):
            self._parts[number].iov_base = _ffi.cast("void *", packet.cdata)
            self._parts[number].iov_len = MAX_DATAGRAM
            header = self.messages[number].msg_hdr
            header.msg_name, header.msg_namelen = self._names + number * name_size, name_size
            header.msg_iov, header.msg_iovlen = self._parts + number, 1


class BatchPort:
    """A `UdpPort`. What is sent while a batch is handled leaves together at its end."""

    def __init__(self, bound: socket.socket, receive: Receive) -> None:
        self._socket = bound
        self._receive = receive
        self._library = _ffi.dlopen(None)
        self._family = INET6 if bound.family == socket.AF_INET6 else INET
        self._name_size = self._family.size
        self._in, self._out = _Batch(self._name_size), _Batch(self._name_size)
        self._collected = 0
        self._collecting = False
        self._addresses: dict[bytes, Address] = {}
        self._names: dict[Address, bytes] = {}
        self._rest: asyncio.TimerHandle | None = None
        self.faults = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(bound, self._wake)

    @property
    def number(self) -> int:
        """The port's number."""
        return int(self._socket.getsockname()[1])

    def outgoing(self) -> PacketBuffer:
        """A buffer to write the next packet into; it goes with the next `send`."""
        return self._out.packets[self._collected]

    def send(self, packet: PacketBuffer, length: int, address: Address) -> None:
        """Send what stands in the buffer of `outgoing`. A full socket or an unreachable peer loses it, as UDP may."""
        number, batch = self._collected, self._out
        batch.names[batch.places[number]] = self._names.get(address) or self._name(address)
        batch.sizes[2 * number + 1] = length
        self._collected = number = number + 1
        if number == BATCH or not self._collecting:
            self._flush()

    def close(self) -> None:
        """Let go of the port. Idempotent."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        if self._rest is not None:
            self._rest.cancel()

    # In

    def _wake(self) -> None:
        """The first datagram after a silence: look by the clock from now on."""
        self._loop.remove_reader(self._socket)
        self._look()

    def _look(self) -> None:
        came = self._drain()
        if self._socket.fileno() < 0:
            return
        if came:
            self._rest = self._loop.call_later(_REST, self._look)
        else:
            self._rest = None
            self._loop.add_reader(self._socket, self._wake)

    def _drain(self) -> bool:
        """Take what waits. False if there was nothing."""
        for taken in range(_ROUNDS):
            file = self._socket.fileno()
            if file < 0:
                return False
            count = self._library.recvmmsg(file, self._in.messages, BATCH, socket.MSG_DONTWAIT, _ffi.NULL)
            if count < 0 and _ffi.errno != errno.EAGAIN:  # an ICMP error of an earlier send
                continue
            if count <= 0:
                return taken > 0
            self._hand_over(count)
            if count < BATCH:
                return True
        return True

    def _hand_over(self, count: int) -> None:
        batch, now, receive = self._in, time.monotonic(), self._receive
        self._collecting = True
        try:
            for packet, place, length_at in islice(batch.received, count):
                name = batch.names[place]
                address = self._addresses.get(name) or self._address(name)
                try:
                    receive(packet, batch.lengths[length_at], address, now)
                except Exception:  # one datagram must never end the reading of all others
                    self.faults += 1
                    log.exception("a datagram could not be handled")
        finally:
            self._collecting = False
            self._flush()

    # Out

    def _flush(self) -> None:
        """Send what was collected. What a call cannot send is lost, and what stands behind it is tried again."""
        sent, count, self._collected = 0, self._collected, 0
        file = self._socket.fileno()
        while sent < count and file >= 0:
            taken = self._library.sendmmsg(file, self._out.messages + sent, count - sent, socket.MSG_DONTWAIT)
            if taken < 0 and _ffi.errno == errno.EAGAIN:
                return
            sent += max(1, taken)

    # Names

    def _address(self, name: bytes) -> Address:
        address = self._family.unpack(name)
        _remember(self._addresses, name, address)
        return address

    def _name(self, address: Address) -> bytes:
        name = self._family.pack(address)
        _remember(self._names, address, name)
        return name


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Strangers may come from anywhere: forget all before it becomes too much."""
    if len(known) >= _MAX_ADDRESSES:
        known.clear()
    known[key] = value
