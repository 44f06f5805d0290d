"""What the tests of the server share: desks in the test's own process, which start at once and can be looked into.

Only what a test of signals, restarts or commands means by a desk is a process of its own: `start_desk`.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from insidedesk import InsideDesk, StartInside, furnish, inside
from livedesk import DeskProcess
from mediaworker import MediaWorker
from wasl_media.process import WorkerProcess
from wasl_records import schema as records_schema
from wasl_signaling import schema


@pytest.fixture(scope="session", autouse=True)
def heap() -> None:
    """What all tests together brought is not looked through again whenever one of them, or a desk, collects garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all tables and the demo staff, to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture(scope="session")
def lent_worker() -> Iterator[MediaWorker]:
    """The media worker of all desks that have none of their own."""
    worker = MediaWorker()
    yield worker
    worker.end()


@pytest.fixture
async def start_inside(furnished: Path, lent_worker: MediaWorker, tmp_path: Path) -> AsyncIterator[StartInside]:
    """Starts desks in the test's own process with the given settings; ends them after the test."""
    async with AsyncExitStack() as stack:
        folders = (tmp_path / f"inside{number}" for number in count())

        async def start(**settings: Any) -> InsideDesk:
            return await stack.enter_async_context(inside(furnished, next(folders), lent_worker, **settings))

        yield start


@pytest.fixture
async def inside_desk(start_inside: StartInside) -> InsideDesk:
    """A desk in the test's own process."""
    return await start_inside()


@pytest.fixture
def desk(inside_desk: InsideDesk) -> DeskProcess:
    """Where pages reach it, for tests that look at nothing else."""
    return inside_desk.door


@pytest.fixture
def next_worker(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """No media worker takes the place of a dead one before this is set, so that a test sees what is between them."""
    may_come, respawn = asyncio.Event(), WorkerProcess._respawn

    async def held_up(process: WorkerProcess) -> None:
        await may_come.wait()
        await respawn(process)

    monkeypatch.setattr(WorkerProcess, "_respawn", held_up)
    return may_come


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A transaction on an empty database."""
    engine = create_engine("sqlite://")
    for metadata in (records_schema.metadata, schema.metadata):
        metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()
