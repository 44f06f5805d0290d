"""Mailboxes: one for each person whose page is connected. Everything for that person goes through it.

The newest connection of a person wins; the older one is told and cut off. What is in a mailbox lives as
long as the connection: places, presence and offers are in the database.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import structlog

from wasl_signaling.messages import Device, Language, Message, Replaced
from wasl_signaling.sockets import Sockets

log = structlog.get_logger()
BACKLOG = 200  # packets a page may leave unread before it is cut off; it then comes back to a whole state


class Kind(StrEnum):
    """Which page a person has open. The value is the Socket.IO namespace."""

    CITIZEN = "/citizen"
    DESK = "/desk"
    WALL = "/supervise"


class Address(NamedTuple):
    """Where a person is reached: the kind of page and the ticket's number or the staff member's id."""

    kind: Kind
    party: str

    @classmethod
    def citizen(cls, ticket: int) -> Address:
        return cls(Kind.CITIZEN, str(ticket))

    @classmethod
    def desk(cls, agent: str) -> Address:
        return cls(Kind.DESK, agent)


@dataclass
class Mailbox:
    """A connected page: its socket, its language, and what its devices are doing."""

    address: Address
    sid: str
    language: Language
    microphone: Device = Device.OFF
    camera: Device = Device.OFF
    pictures: bool = True
    """Whether its owner can see the pictures of others now."""
    clip_asked_at: float | None = None
    """When its owner asked for the clip of those who wait, in epoch seconds; None once it ended."""
    session: str | None = None
    """The token of the session that let a member of staff in."""
    applied: int = 0
    """The version of the last state that was sent."""


class Mailboxes:
    """All connected people of this process."""

    def __init__(self, server: Sockets) -> None:
        self._server = server
        self._by_address: dict[Address, Mailbox] = {}
        self._version = 0

    async def open(self, address: Address, sid: str, language: Language, session: str | None = None) -> Mailbox:
        """The page's mailbox from now on; a page that had it before is told and cut off."""
        older = self._by_address.get(address)
        mailbox = self._by_address[address] = Mailbox(address, sid, language, session=session)
        if older is not None:
            mailbox.microphone, mailbox.camera = older.microphone, older.camera
            mailbox.clip_asked_at = older.clip_asked_at
        if older is not None and older.sid != sid:
            await self._send(older, "replaced", Replaced())
            await self.cut_off(older)
        return mailbox

    def close(self, address: Address, sid: str) -> bool:
        """Forgets the mailbox if this socket still owns it. Says whether it did."""
        owned = self.owns(address, sid)
        if owned:
            del self._by_address[address]
        return owned

    def owns(self, address: Address, sid: str) -> bool:
        """Whether this socket is the newest of this person."""
        mailbox = self._by_address.get(address)
        return mailbox is not None and mailbox.sid == sid

    def get(self, address: Address) -> Mailbox | None:
        """The mailbox, or None while the person is away."""
        return self._by_address.get(address)

    def of_kind(self, kind: Kind) -> list[Mailbox]:
        """Everyone who has this page open."""
        return [mailbox for mailbox in self._by_address.values() if mailbox.address.kind is kind]

    def __iter__(self) -> Iterator[Mailbox]:
        return iter(list(self._by_address.values()))

    async def send(self, address: Address, event: str, message: Message) -> None:
        """Sends an event if the person is there; a person who is away gets a whole state on return."""
        if mailbox := self._by_address.get(address):
            await self._send(mailbox, event, message)

    def next_version(self) -> int:
        """A version above all that anyone was sent, also by a process before this one.

        It is the time in microseconds, and never stands still while the process lives.
        """
        self._version = max(self._version + 1, time.time_ns() // 1_000)
        return self._version

    async def cut_off(self, mailbox: Mailbox) -> None:
        """Ends the connection of this page, which may come back by itself."""
        await self._server.disconnect(mailbox.sid, namespace=mailbox.address.kind)

    async def disconnect_all(self) -> None:
        """Cuts everyone off; pages come back to the next process by themselves."""
        await self._server.close_transports()

    async def _send(self, mailbox: Mailbox, event: str, message: Message) -> None:
        if self._backlog(mailbox) > BACKLOG:
            log.warning("page does not read", address=mailbox.address)
            await self.cut_off(mailbox)
            return
        body = message.model_dump(mode="json")
        await self._server.emit(event, body, to=mailbox.sid, namespace=mailbox.address.kind)

    def _backlog(self, mailbox: Mailbox) -> int:
        # Socket.IO's own send queue grows without bound when a client stops reading.
        transport = self._server.manager.eio_sid_from_sid(mailbox.sid, mailbox.address.kind)
        socket = self._server.eio.sockets.get(transport)
        return socket.queue.qsize() if socket else 0
