"""The media workers that this process can use: a control channel to each, and which of them takes the next call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Protocol

import structlog

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Event
from wasl_media.remote import RemoteRelay
from wasl_signaling.placement import Candidate, least_loaded

log = structlog.get_logger()
LATE = 0.25
"""Seconds by which a worker's loop is late when it struggles."""
QUIET = 1.0
"""Seconds without a beat, of which there are two a second, when it struggles."""
RECOVERY = 5.0
"""Seconds that it must have been well before calls are placed on it as on any other."""
SMOOTHING = 0.3
"""Weight of the newest look in the processor time by which calls are placed."""


@dataclass(frozen=True)
class Spot:
    """Where a worker is reached."""

    id: str
    url: str
    password: str
    fingerprint: bytes | None = None
    draining: bool = False


@dataclass(eq=False)
class PooledWorker:
    """A worker with an open control channel."""

    id: str
    relay: RemoteRelay
    draining: bool = False
    cpu: float = 0.0
    """Share of a core, smoothed."""
    struggled_at: float = float("-inf")
    checks: int = 0
    """Pages that measure their line there now. They are no calls: they are gone in seconds, by themselves."""

    @property
    def alive(self) -> bool:
        """Whether it can be asked anything."""
        return self.relay.alive

    def note(self, now: float) -> None:
        """Look at how it does. To be called once a second."""
        load = self.relay.load
        self.cpu += SMOOTHING * (load.cpu - self.cpu)
        if load.lag > LATE or self.relay.silence > QUIET:
            self.struggled_at = now

    def candidate(self, people: int, now: float) -> Candidate:
        """It, for a placement, with so many people of ours."""
        struggling = self.relay.silence > QUIET or now - self.struggled_at < RECOVERY
        return Candidate(self.id, max(people, self.relay.load.peers - self.checks), self.cpu, self.draining, struggling)


class Listener(Protocol):
    """Who wants to know of workers that come and go."""

    async def worker_joined(self) -> None:
        """One more can be used."""

    async def worker_draining(self, worker: PooledWorker) -> None:
        """It takes no new calls."""

    async def worker_lost(self, worker: PooledWorker) -> None:
        """It died, hangs, or was stopped: its connections are void."""


class MediaPool:
    """Connects to workers as they become known and keeps them while their channel holds."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self._listener: Listener | None = None
        self._workers: dict[str, PooledWorker] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._connected = asyncio.Event()
        self._connected.set()

    @property
    def workers(self) -> Collection[PooledWorker]:
        """Those that can be used."""
        return [worker for worker in self._workers.values() if worker.alive]

    @property
    def languages(self) -> frozenset[str]:
        """Those that captions can be made of now, on one of the workers at least."""
        return frozenset(language for worker in self.workers for language in worker.relay.languages)

    def listen(self, listener: Listener) -> None:
        """Who is told from now on."""
        self._listener = listener

    def choose(self, people: Mapping[str, int]) -> PooledWorker:
        """The least loaded worker, given how many people of ours each has. Raises MediaError (relay_down)."""
        now = monotonic()
        chosen = least_loaded(worker.candidate(people.get(worker.id, 0), now) for worker in self.workers)
        if chosen is None:
            raise MediaError(MediaErrorCode.RELAY_DOWN, "there is no media worker")
        return self._workers[chosen.id]

    def follow(self, spots: Collection[Spot]) -> None:
        """Connect to those of these that are not connected, and note who drains. To be called once a second.

        Who is not among them any more is kept while its channel holds: a list can be wrong, a channel cannot.
        """
        now = monotonic()
        for worker in self.workers:
            worker.note(now)
        for spot in spots:
            known = self._workers.get(spot.id)
            if known is not None and spot.draining:
                self._drain(known)
            if spot.id not in self._keepers:
                task = self._keepers[spot.id] = asyncio.create_task(self._keep(spot))
                task.add_done_callback(partial(self._forget, spot.id))
                self._connected.clear()

    async def connected(self) -> None:
        """Wait until nothing is being connected."""
        await self._connected.wait()

    async def close(self) -> None:
        """Let go of all workers, which end what we opened there. Idempotent."""
        tasks = [*self._keepers.values(), *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _drain(self, worker: PooledWorker) -> None:
        if not worker.draining:
            worker.draining = True
            self._tell(lambda listener: listener.worker_draining(worker))

    def _forget(self, name: str, _: object) -> None:
        del self._keepers[name]
        self._see_who_is_missing()

    def _see_who_is_missing(self) -> None:
        if self._keepers.keys() == self._workers.keys():
            self._connected.set()

    async def _keep(self, spot: Spot) -> None:
        try:
            relay = await RemoteRelay.connect(spot.url, spot.password, self._on_event, spot.fingerprint)
        except MediaError as error:
            log.warning("media worker not reached", worker=spot.id, error=error.text)
            return
        worker = self._workers[spot.id] = PooledWorker(spot.id, relay, spot.draining)
        self._see_who_is_missing()
        log.info("media worker joined", worker=spot.id)
        self._tell(lambda listener: listener.worker_joined())
        try:
            await relay.gone()
            log.error("media worker lost", worker=spot.id)
            self._tell(lambda listener: listener.worker_lost(worker))
        finally:
            del self._workers[spot.id]
            await relay.close()

    def _tell(self, message: Callable[[Listener], Coroutine[Any, Any, None]]) -> None:
        if self._listener is not None:
            task = asyncio.create_task(message(self._listener))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
