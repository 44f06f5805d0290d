"""The switchboard: gives each person a connection with a relay and shows the people of a call to each other.

A connection is made once and kept; who is seen in which slot is a mapping that changes without negotiation. The
people of a call are all on one media worker; whoever is on another when it rings gets a new connection there, before
anybody answers.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import structlog

from wasl_media.description import KINDS
from wasl_media.description import Kind as MediaKind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import ChannelClosed, ChannelOpened, Measured, PictureAdvised, Reads
from wasl_media.figures import PeerFigures
from wasl_media.remote import RemoteRelay
from wasl_media.turn import Turn
from wasl_signaling import metrics
from wasl_signaling.clips import Showing
from wasl_signaling.locks import Locks
from wasl_signaling.mailbox import Address, Kind, Mailboxes
from wasl_signaling.media_pool import PooledWorker
from wasl_signaling.messages import IceServer, Language, MediaAdvice, MediaOffer

log = structlog.get_logger()
SLOTS = 4
KEPT_WHILE_AWAY = 30.0  # seconds; a page whose socket merely blinked finds its media still flowing


class Pool(Protocol):
    """What knows the media workers: they come and go."""

    def choose(self, people: Mapping[str, int]) -> PooledWorker: ...


@dataclass
class Line:
    """One person's connection with the relay and who is shown in its slots."""

    peer: str
    worker: PooledWorker
    language: Language
    """Of the page that it was offered to."""
    open: bool = False
    """Whether the worker has it; until then the place is only taken."""
    shown: dict[int, str] = field(default_factory=dict)
    clip: Showing | None = None
    """What is shown in slot 0 instead of people."""
    pictures: bool = True
    """Whether this person is sent the pictures of others, or only their sound."""
    captions: str | None = None
    """The language in which the relay makes captions of what she says."""
    up: bool | None = None
    """Whether the relay hears it; none before the first time."""
    advice: PictureAdvised | None = None
    """What the relay advised last."""
    figures: PeerFigures | None = None
    """What the relay measured last of it; none while it hears nothing."""
    reads: Reads | None = None
    """How text reaches its page over a data channel; none when there is none."""


@dataclass(frozen=True)
class Company:
    """Who must be on one worker, the one whom the others follow first; and how new that is."""

    people: Sequence[Address]
    version: int


class Switchboard:
    """The connections of everyone in this process, by address."""

    def __init__(self, pool: Pool, mailboxes: Mailboxes, epoch: str, turn: Turn | None = None) -> None:
        """`epoch` makes the names of connections unique over restarts of the server; `turn` is offered to pages."""
        self._pool, self._mailboxes, self._epoch, self._turn = pool, mailboxes, epoch, turn
        self._lines: dict[Address, Line] = {}
        self._companies: dict[Address, Company] = {}
        self._wanted: dict[Address, dict[int, Address]] = {}
        self._unplaced: set[Address] = set()
        self._blind: set[Address] = set()
        self._captions: dict[Address, str] = {}
        self._clips: dict[Address, Showing] = {}
        self._locks: Locks[Address] = Locks()
        self._applying: Locks[Address] = Locks()
        self._away_since: dict[Address, float] = {}
        self._numbers = count(1)

    async def connect(self, address: Address, company: Sequence[Address] = (), version: int = 0) -> None:
        """Makes sure that this person has a connection, on the worker of her company; offers it to her page when new.

        `company` are the people of her call, or of the call that rings, she among them: they follow the first of them
        who has a connection. `version` says which of two such lists is the newer one.
        """
        for person in company or (address,):
            known = self._companies.get(person)
            if known is None or known.version <= version:
                self._companies[person] = Company(company, version)
        for person in company or (address,):
            if person == address or person in self._lines:
                await self._settle(person)

    async def renew(self, address: Address, dead: str | None = None) -> None:
        """A new connection in place of the present one (only of the one named `dead`, if it is named)."""
        async with self._locks[address]:
            line = self._lines.get(address)
            if line is None or (dead is not None and line.peer != dead):
                return
            await self._replace(address, self._home(address))

    async def returned(self, address: Address, holds: str | None) -> None:
        """The page is back: its connection stays if it still holds it, else it gets a new one."""
        line = self._lines.get(address)
        if line is None:
            return
        if line.peer != holds:
            await self.renew(address)
        elif line.advice is not None:
            await self._advise(address, line.advice)

    async def answer(self, address: Address, peer: str, sdp: str) -> None:
        """The page's answer; MediaError when it does not fit. An answer to an older connection is ignored."""
        line = self._lines.get(address)
        if line is not None and line.peer == peer:
            await line.worker.relay.answer(peer, sdp)

    def relay_of(self, address: Address) -> tuple[RemoteRelay, str]:
        """The relay that this person is connected to, and her name there. Raises MediaError (unknown_peer)."""
        line = self._lines.get(address)
        if line is None or not line.open:
            raise MediaError(MediaErrorCode.UNKNOWN_PEER, f"{address} has no connection")
        return line.worker.relay, line.peer

    def heard(self, peer: str, up: bool) -> Address | None:
        """The relay hears this connection from now on, or no more. Says whose it is; nobody's when it was replaced."""
        address = self.owner(peer)
        if address is not None:
            line = self._lines[address]
            line.up, line.figures = up, line.figures if up else None
        return address

    def owner(self, peer: str) -> Address | None:
        """Whose connection this is; nobody's when it was replaced."""
        kind, _, party = peer.rsplit("-", 2)[0].partition("-")
        address = Address(Kind(f"/{kind}"), party)
        line = self._lines.get(address)
        return address if line is not None and line.peer == peer else None

    def channel_changed(self, event: ChannelOpened | ChannelClosed) -> None:
        """A data channel that carries text to a page opened or closed. Lines are better than letters."""
        address = self.owner(event.peer)
        if address is None:  # its page has a newer connection by now
            return
        line = self._lines[address]
        if isinstance(event, ChannelOpened):
            line.reads = event.reads if line.reads is not Reads.LINES else line.reads
        elif line.reads is event.reads:
            line.reads = None

    def reads(self, address: Address) -> tuple[Reads, Language] | None:
        """How, and in which language, text reaches this person over a data channel, if it does."""
        line = self._lines.get(address)
        return (line.reads, line.language) if line and line.reads else None

    async def advised(self, event: PictureAdvised) -> None:
        """The relay says what a page should know of pictures: its owner's, and those it is sent."""
        address = self.owner(event.peer)
        if address is not None:
            self._lines[address].advice = event
            await self._advise(address, event)

    async def _advise(self, address: Address, advice: PictureAdvised) -> None:
        told = MediaAdvice(peer=advice.peer, watched=advice.watched, small=advice.small, paused=advice.paused)
        await self._mailboxes.send(address, "media_advice", told)

    def measured(self, event: Measured) -> None:
        """What one worker measured in the last second."""
        found = {figures.peer: figures for figures in event.peers}
        for line in self._lines.values():
            line.figures = found.get(line.peer, line.figures)

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
            for table in (self._wanted, self._companies, self._captions, self._clips):
                table.pop(address, None)
            self._unplaced.discard(address)
            self._blind.discard(address)

    async def route(
        self, address: Address, slots: Mapping[int, Address], *, pictures: bool = True, clip: Showing | None = None
    ) -> None:
        """From now on this person sees these people in these slots, or only hears them; all other slots are dark.

        With a clip she sees that in slot 0, and nobody.
        """
        if clip is None:
            self._clips.pop(address, None)
        else:
            self._clips[address] = clip
        self._wanted[address] = dict(slots)
        if pictures:
            self._blind.discard(address)
        else:
            self._blind.add(address)
        line = self._lines.get(address)
        if line is not None and line.worker.draining and not slots:
            await self._settle(address)
        await self._apply(address)

    async def rearrange(self, address: Address, slots: Mapping[int, Address]) -> None:
        """As `route`, with pictures and a clip as they are."""
        self._wanted[address] = dict(slots)
        await self._apply(address)

    async def caption(self, address: Address, language: str | None) -> None:
        """From now on captions are made of what this person says in this language, or none."""
        if language is None:
            self._captions.pop(address, None)
        else:
            self._captions[address] = language
        await self._caption(address)

    async def prune(self, now: float) -> None:
        """Ends the connections of people whose page has been away for long. `now` is a monotonic time."""
        for address in list(self._lines):
            if self._mailboxes.get(address) is not None:
                self._away_since.pop(address, None)
            elif now - self._away_since.setdefault(address, now) > KEPT_WHILE_AWAY:
                del self._away_since[address]
                await self.disconnect(address)
        for address in [address for address in self._companies if address not in self._lines]:
            if self._mailboxes.get(address) is None:
                del self._companies[address]

    # Workers that come and go

    async def worker_joined(self) -> None:
        """Whoever asked for a connection while there was no worker gets one now."""
        await self._settle_all(self._unplaced)

    async def worker_draining(self, worker: PooledWorker) -> None:
        """Whoever is not in a call moves on; the others do when their call ends."""
        await self._settle_all(address for address, line in self._lines.items() if line.worker is worker)

    async def worker_lost(self, worker: PooledWorker) -> None:
        """Everyone on it gets a new connection with another by herself, those in calls first."""
        lost = [address for address, line in self._lines.items() if not line.worker.alive]
        metrics.MEDIA_LOST.inc()
        metrics.MEDIA_MOVED.inc(len(lost))
        people = sorted({*lost, *self._unplaced}, key=lambda address: not self._wanted.get(address))
        await self._settle_all(people)

    async def _settle_all(self, addresses: Iterable[Address]) -> None:
        await asyncio.gather(*map(self._settle_or_log, list(addresses)))

    async def _settle_or_log(self, address: Address) -> None:
        try:
            await self._settle(address)
        except Exception:  # the others still need theirs
            log.exception("media not connected", address=address)

    # Where people are

    async def _settle(self, address: Address) -> None:
        """Sees to it that this person has a connection, on the worker where she belongs."""
        async with self._locks[address]:
            line, home = self._lines.get(address), self._home(address)
            if line is None or line.worker is not home:
                await self._replace(address, home)

    def _home(self, address: Address) -> PooledWorker | None:
        """The worker where this person belongs; None if there is no worker."""
        company = self._companies.get(address)
        for person in [*(company.people if company else ()), address]:
            line = self._lines.get(person)
            if line is not None and line.worker.alive and (self._wanted.get(person) or not line.worker.draining):
                return line.worker
        try:
            return self._pool.choose(Counter(line.worker.id for line in self._lines.values()))
        except MediaError:
            return None

    async def _replace(self, address: Address, home: PooledWorker | None) -> None:
        # The new place is taken before anything is awaited: others follow it, or count it, from now on.
        old = self._lines.pop(address, None)
        line = self._take_place(address, home)
        await self._end(old)
        if line is not None:
            await self._open(address, line)

    def _take_place(self, address: Address, home: PooledWorker | None) -> Line | None:
        if home is None:
            log.warning("no media worker", address=address)
            self._unplaced.add(address)
            return None
        peer = f"{address.kind[1:]}-{address.party}-{self._epoch}-{next(self._numbers)}"
        self._unplaced.discard(address)
        mailbox = self._mailboxes.get(address)
        line = self._lines[address] = Line(peer, home, mailbox.language if mailbox else "ar")
        return line

    async def _open(self, address: Address, line: Line) -> None:
        try:
            sdp = await line.worker.relay.open_peer(line.peer)
        except MediaError:
            # Its worker is dying: worker_lost comes, or the next state of this person tries again.
            log.warning("no connection with the relay", address=address)
            del self._lines[address]
            self._unplaced.add(address)
            return
        line.open = True
        offer = MediaOffer(peer=line.peer, sdp=sdp, slots=SLOTS, ice_servers=self.ice_servers(line.peer))
        await self._mailboxes.send(address, "media_offer", offer)
        await self._caption(address)
        for viewer, slots in list(self._wanted.items()):
            if viewer == address or address in slots.values():
                await self._apply(viewer)

    def ice_servers(self, peer: str) -> list[IceServer]:
        """What a page may reach the relay through, with a fresh password for this connection."""
        if self._turn is None:
            return []
        made = self._turn.credential(peer, time.time())
        return [IceServer(urls=list(self._turn.urls), username=made.username, credential=made.password)]

    async def _close(self, address: Address) -> None:
        await self._end(self._lines.pop(address, None))

    async def _end(self, line: Line | None) -> None:
        if line is None or not line.worker.alive:
            return
        try:
            await line.worker.relay.close_peer(line.peer)
        except MediaError:
            log.info("connection was gone already", peer=line.peer)

    async def _caption(self, address: Address) -> None:
        line, wanted = self._lines.get(address), self._captions.get(address)
        if line is None or not line.open or line.captions == wanted:
            return
        line.captions = wanted
        try:
            if wanted is None:
                await line.worker.relay.stop_captions(line.peer)
            else:
                await line.worker.relay.start_captions(line.peer, wanted)
        except MediaError:
            log.warning("captions not changed", peer=line.peer)
            line.captions = None

    async def _apply(self, viewer: Address) -> None:
        async with self._applying[viewer]:
            await self._apply_now(viewer)

    async def _apply_now(self, viewer: Address) -> None:
        line = self._lines.get(viewer)
        if line is None or not line.open:
            return
        wanted = {
            slot: seen.peer
            for slot, source in self._wanted.get(viewer, {}).items()
            if (seen := self._lines.get(source)) is not None and seen.open and seen.worker is line.worker
        }
        pictures = viewer not in self._blind
        slots = wanted.keys() | line.shown.keys()
        changed = [slot for slot in slots if wanted.get(slot) != line.shown.get(slot) or pictures != line.pictures]
        line.shown, line.pictures = wanted, pictures
        kinds: tuple[MediaKind, ...] = KINDS if pictures else ("audio",)
        try:
            for slot in changed:
                await line.worker.relay.show(line.peer, slot, wanted.get(slot), kinds)
            await self._apply_clip(viewer, line, wanted.get(0), kinds)
        except MediaError:
            log.warning("could not show", peer=line.peer)
            line.shown = dict.fromkeys(slots, "")  # nobody knows: the next time, all of them are said again

    async def _apply_clip(self, viewer: Address, line: Line, person: str | None, kinds: Sequence[MediaKind]) -> None:
        """Shows the clip that is wanted, or the person who takes its place."""
        clip = self._clips.get(viewer)
        if clip == line.clip:
            return
        line.clip = clip
        if clip is None:
            await line.worker.relay.show(line.peer, 0, person, kinds)
        else:
            await line.worker.relay.show_clip(line.peer, 0, clip.name, repeat=clip.repeats)
