"""A bad line between pages and the media port of a desk: a forwarder of datagrams that loses what it is told to.

It needs no rights and no module of the kernel: the desk is told to advertise an address of the loopback network that
only the forwarder listens on.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from dataclasses import dataclass, field, replace
from types import TracebackType

from aioice import stun

HOST = "127.0.0.2"
Address = tuple[str, int]


@dataclass
class Condition:
    """How one person's line is: shares of packets lost each way, and bits per second that the person can send."""

    loss_to: float = 0.0
    loss_from: float = 0.0
    rate_from: float | None = None
    _sent_until: float = field(default=0.0)

    def passes_from(self, length: int, chance: random.Random) -> bool:
        """Whether a datagram of the person gets through; a queue of 300 ms stands before a slow line."""
        if chance.random() < self.loss_from:
            return False
        if self.rate_from is None:
            return True
        now = time.monotonic()
        begins = max(now, self._sent_until)
        if begins - now > 0.3:
            return False
        self._sent_until = begins + length * 8 / self.rate_from
        return True


class BadLine:
    """To be used with `async with`, as a new line each time; `settings` are those of the desk behind it."""

    def __init__(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.settings = {"media_addresses": HOST, "media_udp_port": str(self._port)}
        self._people: dict[str, Condition] = {}
        """By the user name of their checks, in the order in which they came."""
        self._ways: dict[Address, _Way] = {}

    def person(self, number: int) -> Condition:
        """Whoever's page came to the media port first is 0; settable at any time."""
        return list(self._people.values())[number]

    async def __aenter__(self) -> BadLine:
        self._chance = random.Random(1)
        self.newcomers = Condition()
        """How the lines are of those who have not come yet."""
        loop = asyncio.get_running_loop()
        self._front, self._end = await loop.create_datagram_endpoint(
            lambda: _Front(self), local_addr=(HOST, self._port)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for way in self._ways.values():
            way.close()
        self._front.close()
        await self._end.closed.wait()  # its address is needed again
        self._ways.clear()
        self._people.clear()

    def take(self, data: bytes, sender: Address) -> None:
        """A datagram of a page."""
        way = self._ways.get(sender)
        if way is None:
            if (condition := self._recognise(data)) is None:
                return
            way = self._ways[sender] = _Way(self._front, sender, ("127.0.0.1", self._port), condition, self._chance)
        if way.condition.passes_from(len(data), self._chance):
            way.forward(data)

    def _recognise(self, data: bytes) -> Condition | None:
        try:
            name = stun.parse_message(data).attributes["USERNAME"]
        except (ValueError, KeyError):
            return None
        return self._people.setdefault(name, replace(self.newcomers))


class _Front(asyncio.DatagramProtocol):
    def __init__(self, line: BadLine) -> None:
        self._line = line
        self.closed = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._line.take(data, addr)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set()


class _Way:
    """One address of a page: what the relay sends back to it has a socket of its own."""

    def __init__(
        self,
        front: asyncio.DatagramTransport,
        page: Address,
        relay: Address,
        condition: Condition,
        chance: random.Random,
    ) -> None:
        self.condition = condition
        self._front, self._page, self._relay, self._chance = front, page, relay, chance
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._answer)

    def forward(self, data: bytes) -> None:
        self._socket.sendto(data, self._relay)

    def _answer(self) -> None:
        data = self._socket.recv(2_048)
        if self._chance.random() >= self.condition.loss_to:
            self._front.sendto(data, self._page)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()
