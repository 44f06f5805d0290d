"""Checks of lines: a connection with a relay that belongs to nobody, for the few seconds that a page measures itself.

The relay plays its tone in slot 0 and sends the page's own sound and picture back in slot 1, so that the way is loaded
in both directions. A check ends when the page has its verdict, when its socket is gone, or by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import structlog

from wasl_media.description import KINDS, Kind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Absence, Event, Measured, PeerConnected, PeerDisconnected
from wasl_media.figures import PeerFigures
from wasl_media.relay import TONE
from wasl_media.stats import PeerStats
from wasl_signaling import messages as m
from wasl_signaling import metrics
from wasl_signaling.media_pool import PooledWorker
from wasl_signaling.packet_count import PacketCount
from wasl_signaling.switchboard import SLOTS
from wasl_signaling.verdict import Findings, Way, judge, way_of
from wasl_web.errors import Problem

log = structlog.get_logger()
AT_ONCE = 16
"""Checks in this process: each takes as much of a relay as somebody in a call."""
LASTS = 10.0
"""Seconds after which a check ends by itself."""
_SETTLING = 1
"""Figures from the start that are not judged: the first are told as soon as the path stands, of no second yet."""
_LOOKED_AT = 2
"""Seconds whose best frame rate and round trip count: one hiccup is no weak line."""
_ENOUGH = 2
"""Seconds in which what was to come has come."""


class Pool(Protocol):
    """What knows the media workers."""

    def choose(self, people: Mapping[str, int]) -> PooledWorker: ...


@dataclass(eq=False)
class Check:
    """One page's check."""

    socket: str
    peer: str
    worker: PooledWorker
    request: m.Check
    connected: bool = False
    figures: list[PeerFigures] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None

    @property
    def way(self) -> Way:
        """What it is for."""
        return way_of(self.request.modality, self.request.sign_language)

    def findings(self, told: m.CheckDone, counted: PeerStats | None) -> Findings:
        """What the relay measured and counted, and what only the page knows."""
        settled = self.figures[_SETTLING:] or self.figures
        pictures = [each.picture for each in settled if each.picture is not None]
        enough = len(self.figures) >= _SETTLING + _ENOUGH
        levels = [each.sound.level for each in self.figures if each.sound and each.sound.level is not None]
        trips = [each.round_trip for each in settled if each.round_trip is not None]
        return Findings(
            connected=self.connected,
            camera=self.request.camera and enough,
            microphone=self.request.microphone and enough,
            sent_rate=told.sent_rate,
            frame_rate=max((picture.frame_rate for picture in pictures[-_LOOKED_AT:]), default=None),
            level=max(levels, default=None),
            heard=told.heard,
            round_trip=min(trips[-_LOOKED_AT:], default=told.round_trip),
            longest_trip=max(trips, default=told.round_trip),
            loss=_loss(told, counted),
            room=told.room,
            up=max((each.bitrate for each in settled), default=None),
            down=told.down,
        )


def _loss(told: m.CheckDone, counted: PeerStats | None) -> float | None:
    """Of the worse way, as far as it is proved."""
    if counted is None:
        return None
    never_came = counted.lost - counted.recovered  # and is missing in what was sent back, too
    ways = PacketCount(counted.packets_in, counted.lost), PacketCount(told.received, told.lost - never_came)
    return max((loss for way in ways if (loss := way.least_loss) is not None), default=None)


class Checks:
    """The checks that run in this process, one for each socket at most."""

    def __init__(self, pool: Pool, ice_servers: Callable[[str], list[m.IceServer]], epoch: str) -> None:
        """`epoch` makes the names of connections unique over restarts of the server."""
        self._pool, self._ice_servers, self._epoch = pool, ice_servers, epoch
        self._by_socket: dict[str, Check] = {}
        self._by_peer: dict[str, Check] = {}
        self._numbers = count(1)
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many."""
        return len(self._by_peer)

    async def begin(self, socket: str, request: m.Check) -> m.MediaOffer:
        """A connection for this page to measure itself by. One that it had before ends.

        Raises Problem (too_many_requests, not_now) and MediaError.
        """
        await self.end(socket)
        if self.running >= AT_ONCE:
            raise Problem("too_many_requests")
        # As a citizen whom nobody knows: whatever it does, there is no line of hers that it could do it to.
        peer = f"citizen-check-{self._epoch}-{next(self._numbers)}"
        check = Check(socket, peer, self._pool.choose({}), request)
        self._by_socket[socket] = self._by_peer[peer] = check
        check.worker.checks += 1
        try:
            sdp = await self._open(check)
        except BaseException:
            await self.end(socket)
            raise
        if self._by_socket.get(socket) is not check:
            await self._close(check)
            raise Problem("not_now")  # the page went away, or asked anew, before it had this one
        check.timer = asyncio.get_running_loop().call_later(LASTS, self._expire, check)
        return m.MediaOffer(peer=peer, sdp=sdp, slots=SLOTS, ice_servers=self._ice_servers(peer))

    async def _open(self, check: Check) -> str:
        relay, way = check.worker.relay, check.way
        sdp = await relay.open_peer(check.peer)
        if way is not Way.TEXT:
            await relay.show_clip(check.peer, 0, TONE, repeat=True)
            kinds: tuple[Kind, ...] = ("audio",) if way is Way.VOICE else KINDS
            await relay.show(check.peer, 1, check.peer, kinds)
        return sdp

    async def answer(self, socket: str, peer: str, sdp: str) -> None:
        """The page's answer; one to a check that is over is ignored. Raises MediaError when it does not fit."""
        check = self._by_socket.get(socket)
        if check is not None and check.peer == peer:
            await check.worker.relay.answer(peer, sdp)

    async def finish(self, socket: str, told: m.CheckDone) -> tuple[m.Check, m.CheckView]:
        """The verdict, and what it is for. Raises Problem (not_now) when the check is over, and MediaError."""
        check = self._by_socket.get(socket)
        if check is None or check.peer != told.peer:
            raise Problem("not_now")
        if not check.worker.alive:
            await self.end(socket)
            raise MediaError(MediaErrorCode.RELAY_DOWN, "the worker died while a line was checked")
        found = check.findings(told, await self._count(check))
        if self._by_socket.get(socket) is not check:
            raise Problem("not_now")  # it ended meanwhile, or the page asked anew
        verdict = judge(check.way, found)
        await self.end(socket)
        metrics.CHECKS.labels(verdict.result, verdict.cause or "none").inc()
        log.info("line checked", way=check.way, result=verdict.result, cause=verdict.cause, found=found)
        return check.request, verdict

    async def _count(self, check: Check) -> PeerStats | None:
        """What the relay has counted until now. Raises MediaError."""
        peers = (await check.worker.relay.stats()).peers
        return next((each for each in peers if each.peer == check.peer), None)

    async def end(self, socket: str) -> None:
        """Ends the check of this socket, if there is one."""
        if (check := self._by_socket.pop(socket, None)) is not None:
            await self._close(check)

    def take(self, event: Event) -> None:
        """What a relay reports: of connections that are not ours, too."""
        if isinstance(event, Measured):
            for figures in event.peers:
                if (check := self._by_peer.get(figures.peer)) is not None:
                    check.figures.append(figures)
        elif isinstance(event, PeerConnected) and (check := self._by_peer.get(event.peer)) is not None:
            check.connected = True
        elif isinstance(event, PeerDisconnected) and event.reason is Absence.CLOSED and event.peer in self._by_peer:
            self._expire(self._by_peer[event.peer])  # the page has given it up, or is gone

    async def close(self) -> None:
        """Ends all. Idempotent."""
        for socket in list(self._by_socket):
            await self.end(socket)
        await asyncio.gather(*self._ending)

    def _expire(self, check: Check) -> None:
        if self._by_socket.get(check.socket) is check:
            task = asyncio.ensure_future(self.end(check.socket))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _close(self, check: Check) -> None:
        if self._by_peer.pop(check.peer, None) is not None:
            check.worker.checks -= 1
        if check.timer is not None:
            check.timer.cancel()
        if check.worker.alive:
            try:
                await check.worker.relay.close_peer(check.peer)
            except MediaError:
                log.info("connection was gone already", peer=check.peer)
