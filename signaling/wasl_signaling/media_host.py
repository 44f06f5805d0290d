"""The media workers of this machine: started, started again when they die, and registered with a heartbeat."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Connection

from wasl_media.process import Door, WorkerProcess
from wasl_media.stats import Load
from wasl_records.database import Database
from wasl_signaling import media_worker as rows
from wasl_signaling.media_key import MediaKey
from wasl_signaling.media_worker import Place, Standing, WorkerState
from wasl_signaling.settings import Settings

log = structlog.get_logger()
BEAT = 1.0
"""Seconds between two heartbeats."""


@dataclass(frozen=True)
class Plan:
    """How the workers of a machine are started."""

    count: int
    udp_host: str
    udp_port: int
    """Of the first; each further one takes the next. 0: any."""
    advertise: Sequence[str]
    """Addresses that pages reach the media ports on, the best first."""
    door: Door = field(default_factory=Door)
    """As `udp_port`; each gets a password of its own."""
    captions: str = ""
    """Their engines, as the setting has them."""
    clips: Path | None = None
    """Folder of what can be shown to people who wait."""

    def door_of(self, number: int, password: str) -> Door:
        """That of one worker."""
        door = self.door
        port = door.port + number if door.port else 0
        return Door(door.host, port, password, door.certificate, door.fingerprint)

    def udp_port_of(self, number: int) -> int:
        """That of one worker."""
        return self.udp_port + number if self.udp_port else 0


def plan(settings: Settings, count: int, door: Door | None = None) -> Plan:
    """So many workers, as the settings want them; without a `door` they are driven from this machine alone."""
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    door = door or Door()
    udp = settings.media_udp_port
    return Plan(count, host, udp, settings.media_advertised, door, settings.captions, settings.clips)


@dataclass
class Child:
    """One worker and what its row is called."""

    id: str
    process: WorkerProcess
    starts: int = 1


class MediaHost:
    """Keeps them running between `start` and `stop`; `run` keeps their rows alive."""

    def __init__(
        self, database: Database, key: MediaKey, plan: Plan, now: Callable[[], float], on_change: Callable[[], None]
    ) -> None:
        """`on_change` is called when a worker was started again."""
        self._database, self._key, self._plan, self._now, self._on_change = database, key, plan, now, on_change
        self._host = socket.gethostname()
        self._draining = False
        self._news = asyncio.Event()
        self.children = [self._child(number) for number in range(plan.count)]

    async def start(self) -> None:
        """Start all and register them. Raises MediaError (relay_down) when one does not come up."""
        await self._database.write(_register, [child.id for child in self.children], self._host, self._now())
        try:
            await asyncio.gather(*(child.process.start() for child in self.children))
        except BaseException:
            await self.stop()
            raise
        await self._beat()

    async def run(self) -> None:
        """Heartbeats until cancelled. One that fails is logged; the next one tries again."""
        while True:
            try:
                await self._beat()
            except Exception:
                log.exception("media heartbeat failed")
            await self._pause()

    async def drain(self) -> None:
        """No new calls are placed here from the next look of the desk on."""
        self._draining = True
        await self._beat()

    @property
    def peers(self) -> int:
        """How many connections the workers have."""
        return sum(child.process.relay.load.peers for child in self.children if child.process.pid is not None)

    async def stop(self) -> None:
        """End all workers and say so. Idempotent."""
        await asyncio.gather(*(child.process.stop() for child in self.children))
        try:
            for child in self.children:
                await self._database.write(rows.move, child.id, WorkerState.GONE, self._now())
        except Exception:
            log.exception("media workers not signed off")  # their heartbeat has stopped, which says it too

    def _child(self, number: int) -> Child:
        worker = secrets.token_hex(4)
        process = WorkerProcess(
            udp_host=self._plan.udp_host,
            udp_port=self._plan.udp_port_of(number),
            advertise=self._plan.advertise,
            captions=self._plan.captions,
            on_event=lambda _: None,  # the desk hears of its own people over its own channel
            on_restart=lambda: self._restarted(child),
            door=self._plan.door_of(number, self._key.password(worker)),
            clips=self._plan.clips,
        )
        child = Child(worker, process)
        return child

    def _restarted(self, child: Child) -> None:
        child.starts += 1
        self._news.set()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(BEAT):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def _beat(self) -> None:
        beats = [(child.id, self._standing(child)) for child in self.children]
        if beats:
            await self._database.write(_write_beats, beats, self._now())
        self._on_change()

    def _standing(self, child: Child) -> Standing:
        up, process = child.process.pid is not None, child.process
        state = WorkerState.READY if up else WorkerState.STARTING
        if self._draining:
            state = WorkerState.DRAINING
        load = process.relay.load if up else Load()
        return Standing(state, child.starts, self._place(child) if up else Place(), load)

    def _place(self, child: Child) -> Place:
        fingerprint = (self._plan.door.fingerprint or b"").hex()
        control = child.process.url or ""
        udp = ",".join(f"{address}:{child.process.udp_port}" for address in self._plan.advertise)
        return Place(control, fingerprint, self._key.proof(child.id, control, fingerprint), udp)


def _register(connection: Connection, workers: Sequence[str], host: str, now: float) -> None:
    for worker in workers:
        rows.register(connection, worker, host, now)


def _write_beats(connection: Connection, beats: Sequence[tuple[str, Standing]], now: float) -> None:
    for worker, standing in beats:
        rows.beat(connection, worker, standing, now)
    rows.forget(connection, now)
