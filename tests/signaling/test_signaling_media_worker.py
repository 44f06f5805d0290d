"""The life of a media worker in the database, and who is believed to be one."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from wasl_media.stats import Load
from wasl_records.database import Database
from wasl_signaling import media_worker as rows
from wasl_signaling.media_key import MediaKey
from wasl_signaling.media_worker import (
    FORGOTTEN_AFTER,
    KEPT,
    MOVES,
    IllegalWorkerMove,
    Place,
    Standing,
    WorkerState,
)

PLACE = Place("https://10.0.0.1:7443", "ab" * 32, "cd" * 32, "10.0.0.1:7000")
LOAD = Load(peers=4, packets=800.0, lag=0.002, cpu=0.3)
WAYS = {
    WorkerState.STARTING: [],
    WorkerState.READY: [WorkerState.READY],
    WorkerState.DRAINING: [WorkerState.READY, WorkerState.DRAINING],
    WorkerState.GONE: [WorkerState.GONE],
}
"""How a new worker gets into each state."""


async def test_every_move_of_the_table_is_made_and_every_other_is_refused(migrated_url: str) -> None:
    def move(connection: Connection, number: int, origin: WorkerState, to: WorkerState) -> None:
        rows.register(connection, f"w{number}", "host", 0.0)
        for step in WAYS[origin]:
            rows.move(connection, f"w{number}", step, 1.0)
        rows.move(connection, f"w{number}", to, 2.0)

    database = Database.open(migrated_url)
    pairs = [(origin, to) for origin in WorkerState for to in WorkerState]
    for number, (origin, to) in enumerate(pairs):
        if to is origin or to in MOVES[origin]:
            await database.write(move, number, origin, to)
        else:
            with pytest.raises(IllegalWorkerMove):
                await database.write(move, number, origin, to)
    await database.close()


async def test_a_heartbeat_tells_all_and_its_end_is_noticed(migrated_url: str) -> None:
    database = Database.open(migrated_url)
    await database.write(rows.register, "one", "host", 100.0)
    (worker,) = await database.read(rows.list_all)
    assert (worker.standing, worker.host) == (Standing(WorkerState.STARTING, 0, Place(), Load()), "host")

    standing = Standing(WorkerState.READY, 1, PLACE, LOAD)
    await database.write(rows.beat, "one", standing, 101.0)
    (worker,) = await database.read(rows.list_all)
    assert (worker.standing, worker.heartbeat_at, worker.since) == (standing, 101.0, 101.0)

    await database.write(rows.forget, 101.0 + FORGOTTEN_AFTER)
    assert await states(database) == [WorkerState.READY]
    await database.write(rows.forget, 102.0 + FORGOTTEN_AFTER)
    assert await states(database) == [WorkerState.GONE]

    # It was the database that was away: the next heartbeat brings it back.
    await database.write(rows.beat, "one", standing, 200.0)
    assert await states(database) == [WorkerState.READY]

    await database.write(rows.move, "one", WorkerState.GONE, 300.0)
    await database.write(rows.forget, 301.0 + KEPT)
    assert await database.read(rows.list_all) == []
    await database.close()


async def states(database: Database) -> list[WorkerState]:
    return [worker.standing.state for worker in await database.read(rows.list_all)]


def test_only_who_knows_the_secret_proves_to_be_a_worker() -> None:
    key, other = MediaKey(b"secret"), MediaKey(b"other")
    proof = key.proof("one", "https://a:1", "ab")
    assert key.proves(proof, "one", "https://a:1", "ab")
    for worker, control, fingerprint in (
        ("two", "https://a:1", "ab"),
        ("one", "https://b:1", "ab"),
        ("one", "https://a:1", "ac"),
    ):
        assert not key.proves(proof, worker, control, fingerprint)
    assert not other.proves(proof, "one", "https://a:1", "ab")
    assert not key.proves("", "one", "https://a:1", "ab")
    assert len({key.password("one"), key.password("two"), other.password("one"), proof}) == 4
