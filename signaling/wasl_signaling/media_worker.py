"""The life of a media worker: the row by which the desk finds it, from its start until it is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, insert, select, update

from wasl_media.stats import Load
from wasl_signaling.schema import media_worker as table

FORGOTTEN_AFTER = 15.0
"""Seconds without a heartbeat after which a worker counts as gone."""
KEPT = 86_400.0
"""Seconds for which a worker that is gone is still listed."""


class WorkerState(StrEnum):
    """What a media worker is doing."""

    STARTING = "starting"
    """Its process is being started, or started again after it died."""
    READY = "ready"
    """Calls are placed on it."""
    DRAINING = "draining"
    """No new calls; those it has go on until they end or its machine stops."""
    GONE = "gone"
    """It was stopped, or its heartbeat stopped."""


MOVES: Mapping[WorkerState, frozenset[WorkerState]] = {
    WorkerState.STARTING: frozenset({WorkerState.READY, WorkerState.DRAINING, WorkerState.GONE}),
    WorkerState.READY: frozenset({WorkerState.STARTING, WorkerState.DRAINING, WorkerState.GONE}),
    WorkerState.DRAINING: frozenset({WorkerState.GONE}),
    # Forgotten while the database was away, and not dead at all.
    WorkerState.GONE: frozenset({WorkerState.STARTING}),
}


class IllegalWorkerMove(Exception):  # noqa: N818 - named after what is refused
    """The worker is not in a state from which this move leads on."""

    def __init__(self, worker: str, to: WorkerState) -> None:
        super().__init__(f"{worker} cannot become {to}")
        self.worker, self.to = worker, to


@dataclass(frozen=True)
class Place:
    """Where a worker is reached, and by whom it is vouched for."""

    control: str = ""
    """The address of its control channel; empty while it starts."""
    fingerprint: str = ""
    """Of the channel's certificate (SHA-256, hexadecimal); empty on the desk's own machine."""
    proof: str = ""
    """See `MediaKey.proof`."""
    udp: str = ""
    """Where pages reach it."""


@dataclass(frozen=True)
class Standing:
    """What a heartbeat tells."""

    state: WorkerState
    starts: int
    """How often its process was started: it died one time less."""
    place: Place
    load: Load


@dataclass(frozen=True)
class MediaWorker:
    """A worker as its row tells of it. Times are epoch seconds."""

    id: str
    host: str
    since: float
    """In this state."""
    heartbeat_at: float
    standing: Standing


def register(connection: Connection, worker: str, host: str, now: float) -> None:
    """A new worker that is being started on this machine."""
    values = {"id": worker, "host": host, "state": WorkerState.STARTING, "since": now, "heartbeat_at": now, "starts": 0}
    connection.execute(insert(table).values(**values, **vars(Place()), **Load().model_dump()))


def beat(connection: Connection, worker: str, standing: Standing, now: float) -> None:
    """Its heartbeat. Raises IllegalWorkerMove."""
    found = connection.scalar(select(table.c.state).where(table.c.id == worker))
    if found == WorkerState.GONE:
        move(connection, worker, WorkerState.STARTING, now)
    move(connection, worker, standing.state, now)
    told = {"heartbeat_at": now, "starts": standing.starts, **vars(standing.place), **standing.load.model_dump()}
    connection.execute(update(table).where(table.c.id == worker).values(told))


def move(connection: Connection, worker: str, to: WorkerState, now: float) -> None:
    """Moves a worker, unless it is in that state. Raises IllegalWorkerMove when the table does not allow it."""
    origins = [state for state, targets in MOVES.items() if to in targets]
    moved = connection.execute(
        update(table).where(table.c.id == worker, table.c.state.in_(origins)).values(state=to, since=now)
    )
    if moved.rowcount == 0 and connection.scalar(select(table.c.state).where(table.c.id == worker)) != to:
        raise IllegalWorkerMove(worker, to)


def forget(connection: Connection, now: float) -> None:
    """Those whose heartbeat stopped are gone; those who are gone for long are not listed any more."""
    silent = (table.c.state != WorkerState.GONE) & (table.c.heartbeat_at < now - FORGOTTEN_AFTER)
    connection.execute(update(table).where(silent).values(state=WorkerState.GONE, since=now))
    connection.execute(delete(table).where(table.c.state == WorkerState.GONE, table.c.since < now - KEPT))


def list_all(connection: Connection) -> list[MediaWorker]:
    """Every worker, by machine and the order in which they came."""
    return [_worker(row) for row in connection.execute(select(table).order_by(table.c.host, table.c.udp, table.c.id))]


def _worker(row: Row[tuple[object, ...]]) -> MediaWorker:
    place = Place(row.control, row.fingerprint, row.proof, row.udp)
    load = Load(peers=row.peers, packets=row.packets, lag=row.lag, cpu=row.cpu)
    standing = Standing(WorkerState(row.state), row.starts, place, load)
    return MediaWorker(row.id, row.host, row.since, row.heartbeat_at, standing)
