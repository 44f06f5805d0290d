"""The switchboard: gives each person a connection with the relay and shows the people of a call to each other.

A connection is made once and kept; who is seen in which slot is a mapping that changes without negotiation.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import structlog

from wasl_media.errors import MediaError
from wasl_media.events import Measured
from wasl_media.figures import PeerFigures
from wasl_media.remote import RemoteRelay
from wasl_media.turn import Turn
from wasl_signaling.locks import Locks
from wasl_signaling.mailbox import Address, Mailboxes
from wasl_signaling.messages import IceServer, MediaOffer

log = structlog.get_logger()
SLOTS = 4
KEPT_WHILE_AWAY = 30.0  # seconds; a page whose socket merely blinked finds its media still flowing


class Worker(Protocol):
    """What holds the relay: it comes and goes with the worker process."""

    @property
    def relay(self) -> RemoteRelay: ...


@dataclass
class Line:
    """One person's connection with the relay and who is shown in its slots."""

    peer: str
    sdp: str
    shown: dict[int, str] = field(default_factory=dict)
    up: bool | None = None
    """Whether the relay hears it; none before the first time."""
    figures: PeerFigures | None = None
    """What the relay measured last of it; none while it hears nothing."""


class Switchboard:
    """The connections of everyone in this process, by address."""

    def __init__(self, worker: Worker, mailboxes: Mailboxes, epoch: str, turn: Turn | None = None) -> None:
        """`epoch` makes the names of connections unique over restarts of the server; `turn` is offered to pages."""
        self._worker, self._mailboxes, self._epoch, self._turn = worker, mailboxes, epoch, turn
        self._lines: dict[Address, Line] = {}
        self._wanted: dict[Address, dict[int, Address]] = {}
        self._locks: Locks[Address] = Locks()
        self._away_since: dict[Address, float] = {}
        self._numbers = count(1)

    async def connect(self, address: Address) -> None:
        """Makes sure that this person has a connection, and offers it to her page when it is new."""
        async with self._locks[address]:
            if address not in self._lines:
                await self._open(address)

    async def renew(self, address: Address, dead: str | None = None) -> None:
        """A new connection in place of the present one (only of the one named `dead`, if it is named)."""
        async with self._locks[address]:
            line = self._lines.get(address)
            if line is None or (dead is not None and line.peer != dead):
                return
            await self._close(address)
            await self._open(address)

    async def returned(self, address: Address, holds: str | None) -> None:
        """The page is back: its connection stays if it still holds it, else it gets a new one."""
        line = self._lines.get(address)
        if line is not None and line.peer != holds:
            await self.renew(address)

    async def answer(self, address: Address, peer: str, sdp: str) -> None:
        """The page's answer; MediaError when it does not fit. An answer to an older connection is ignored."""
        line = self._lines.get(address)
        if line is not None and line.peer == peer:
            await self._worker.relay.answer(peer, sdp)

    def heard(self, peer: str, up: bool) -> Address | None:
        """The relay hears this connection from now on, or no more. Says whose it is; nobody's when it was replaced."""
        for address, line in self._lines.items():
            if line.peer == peer:
                line.up = up
                return address
        return None

    def measured(self, event: Measured) -> None:
        """What the relay measured in the last second."""
        found = {figures.peer: figures for figures in event.peers}
        for line in self._lines.values():
            line.figures = found.get(line.peer)

    def figures(self, address: Address) -> PeerFigures | None:
        """What the relay measured of this person in the last second; None while it hears nothing of her."""
        line = self._lines.get(address)
        return line.figures if line else None

    def is_up(self, address: Address) -> bool | None:
        """Whether the relay hears this person; None while her connection is new, or there is none."""
        line = self._lines.get(address)
        return line.up if line else None

    async def disconnect(self, address: Address) -> None:
        """Ends this person's connection, if there is one."""
        async with self._locks[address]:
            await self._close(address)
            self._wanted.pop(address, None)

    async def route(self, address: Address, slots: Mapping[int, Address]) -> None:
        """From now on this person sees these people in these slots; all other slots are dark."""
        self._wanted[address] = dict(slots)
        await self._apply(address)

    async def prune(self, now: float) -> None:
        """Ends the connections of people whose page has been away for long. `now` is a monotonic time."""
        for address in list(self._lines):
            if self._mailboxes.get(address) is not None:
                self._away_since.pop(address, None)
            elif now - self._away_since.setdefault(address, now) > KEPT_WHILE_AWAY:
                del self._away_since[address]
                await self.disconnect(address)

    async def relay_restarted(self) -> None:
        """The worker died and a new one runs: everyone gets a new connection by herself."""
        for address in list(self._lines):
            try:
                await self.renew(address)
            except Exception:  # the others still need theirs
                log.exception("media not reconnected", address=address)

    async def _open(self, address: Address) -> None:
        peer = f"{address.kind[1:]}-{address.party}-{self._epoch}-{next(self._numbers)}"
        try:
            line = Line(peer, await self._worker.relay.open_peer(peer))
        except MediaError:
            # The worker is restarting; relay_restarted or the next state of this person tries again.
            log.warning("no connection with the relay", address=address)
            return
        self._lines[address] = line
        offer = MediaOffer(peer=peer, sdp=line.sdp, slots=SLOTS, ice_servers=self._ice_servers(peer))
        await self._mailboxes.send(address, "media_offer", offer)
        for viewer, slots in list(self._wanted.items()):
            if viewer == address or address in slots.values():
                await self._apply(viewer)

    def _ice_servers(self, peer: str) -> list[IceServer]:
        if self._turn is None:
            return []
        made = self._turn.credential(peer, time.time())
        return [IceServer(urls=list(self._turn.urls), username=made.username, credential=made.password)]

    async def _close(self, address: Address) -> None:
        if line := self._lines.pop(address, None):
            try:
                await self._worker.relay.close_peer(line.peer)
            except MediaError:
                log.info("connection was gone already", peer=line.peer)

    async def _apply(self, viewer: Address) -> None:
        line = self._lines.get(viewer)
        if line is None:
            return
        wanted = {
            slot: self._lines[source].peer
            for slot, source in self._wanted.get(viewer, {}).items()
            if source in self._lines
        }
        changed = [slot for slot in wanted.keys() | line.shown.keys() if wanted.get(slot) != line.shown.get(slot)]
        line.shown = wanted
        try:
            for slot in changed:
                await self._worker.relay.show(line.peer, slot, wanted.get(slot))
        except MediaError:
            log.warning("could not show", peer=line.peer)
            line.shown = {}
