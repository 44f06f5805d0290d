"""The refresher: after a change is committed, sends the whole present state to everyone it concerns.

People are marked, and marks melt together, so that a storm of changes costs each page one state. Those whom
a change concerns by name are told at once; those who only see a line move are told a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator

import structlog
from sqlalchemy import Connection

from wasl_queue.queue import Changes
from wasl_signaling import messages as m
from wasl_signaling.house import House
from wasl_signaling.mailbox import Address, Kind, Mailbox, Mailboxes
from wasl_signaling.switchboard import Switchboard
from wasl_signaling.views import View, Views

log = structlog.get_logger()
CHUNK = 25  # pages of a line that are refreshed at a time, so that those who are named get in between
LINE_PAUSE = 0.3  # seconds between two states for those who only see a line move
RETRY_PAUSE = 1.0  # seconds until those are tried again whose states could not be read


class Refresher:
    """Two tasks, one for each urgency."""

    def __init__(self, house: House, mailboxes: Mailboxes, switchboard: Switchboard, views: Views) -> None:
        self._house, self._mailboxes, self._switchboard, self._views = house, mailboxes, switchboard, views
        self._named: dict[Address, None] = {}
        self._lines: set[int] = set()
        self._named_marked, self._lines_marked = asyncio.Event(), asyncio.Event()

    def publish(self, changes: Changes) -> None:
        """Marks everyone whom these committed changes concern."""
        self.mark(Address.citizen(ticket) for ticket in changes.tickets)
        self.mark(Address.desk(agent) for agent in changes.agents)
        self._lines |= changes.lines
        self._lines_marked.set()

    def mark(self, addresses: Iterable[Address]) -> None:
        """Marks these people."""
        self._named |= dict.fromkeys(addresses)
        self._named_marked.set()

    def mark_all(self) -> None:
        """Marks everyone who is connected."""
        self.mark(mailbox.address for mailbox in self._mailboxes)

    async def run(self) -> None:
        """Sends until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_named())
            tasks.create_task(self._send_lines())

    async def _send_named(self) -> None:
        while True:
            await self._named_marked.wait()
            self._named_marked.clear()
            addresses, self._named = list(self._named), {}
            if not await self._went_well(self.refresh(addresses)):
                self.mark(addresses)
                await asyncio.sleep(RETRY_PAUSE)

    async def _send_lines(self) -> None:
        while True:
            await self._lines_marked.wait()
            self._lines_marked.clear()
            lines, self._lines = frozenset(self._lines), set()
            if await self._went_well(self._refresh_lines(lines)):
                await asyncio.sleep(LINE_PAUSE)
            else:
                self.publish(Changes(lines=lines))
                await asyncio.sleep(RETRY_PAUSE)

    async def _refresh_lines(self, lines: frozenset[int]) -> None:
        waiting = await self._house.database.read(self._house.queue.waiting_tickets, lines)
        watching = [box.address for kind in (Kind.DESK, Kind.WALL) for box in self._mailboxes.of_kind(kind)]
        addresses = [*watching, *map(Address.citizen, waiting)]
        for start in range(0, len(addresses), CHUNK):
            await self.refresh(addresses[start : start + CHUNK])

    async def _went_well(self, work: Awaitable[None]) -> bool:
        """Whether it did. Whatever goes wrong with one person or one round, the next gets her turn."""
        try:
            await work
        except Exception:
            log.exception("refresh failed")
            return False
        return True

    async def refresh(self, addresses: Iterable[Address]) -> None:
        """Sends their state to those of these people who are connected."""
        boxes = [box for address in addresses if (box := self._mailboxes.get(address)) is not None]
        if not boxes:
            return
        versions = [self._mailboxes.next_version() for _ in boxes]
        views = await self._house.database.read(self._all, boxes, versions)
        for box, version, view in zip(boxes, versions, views, strict=True):
            if view is not None:
                await self._went_well(self._apply(box, version, view))

    async def _apply(self, box: Mailbox, version: int, view: View) -> None:
        """Sends one state and connects its owner; goes no further once a newer state or page overtook it."""
        if self._mailboxes.get(box.address) is not box or version < box.applied:
            return
        box.applied = version
        for step in self._steps(box.address, version, view):
            await step
            if self._mailboxes.get(box.address) is not box or version < box.applied:
                return

    def _steps(self, address: Address, version: int, view: View) -> Iterator[Awaitable[None]]:
        yield self._mailboxes.send(address, "state", view.state)
        if isinstance(view.state, m.WallState):
            return
        if view.media:
            yield self._switchboard.connect(address, view.company, version)
            yield self._switchboard.route(address, view.slots, pictures=view.pictures, clip=view.clip)
            yield self._switchboard.caption(address, view.captions)
        else:
            yield self._switchboard.disconnect(address)

    def _all(self, connection: Connection, boxes: list[Mailbox], versions: list[int]) -> list[View | None]:
        return [self._view(connection, box, version) for box, version in zip(boxes, versions, strict=True)]

    def _view(self, connection: Connection, box: Mailbox, version: int) -> View | None:
        try:
            return self._views.of(connection, box, version)
        except Exception:  # one person's broken state must not silence everyone else
            log.exception("no view", address=box.address)
            return None
