"""The one thread that writes to SQLite: many functions per COMMIT.

A commit with `synchronous=FULL` costs a flush of the disk, whatever it holds. While the disk flushes, the
next functions gather in the queue; they then share one flush (group commit). A savepoint for each would cost
more than many of the functions do; so they run without, and once more with savepoints if one of them fails.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from wasl_records.errors import CommitFailed

LONGEST_BATCH = 0.010
"""Seconds after which a batch takes no further function: bounds how long the first one waits."""


@dataclass(eq=False)
class Job:
    """A function to run, and the future of the coroutine that waits for it."""

    run: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tell the caller; runs in the caller's loop. A caller that went away is told nothing."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs functions one after the other, in the order in which they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="wasl-writer", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """Queue `run`. The future resolves after the COMMIT that holds it.

        If it is cancelled before its turn, `run` is skipped; afterwards `run` happens whole.
        """
        loop = asyncio.get_running_loop()
        job = Job(run, loop, loop.create_future())
        self._queue.put(job)
        return job.future

    def end(self) -> None:
        """Run what is queued, then stop. Blocks until then; nothing may be submitted afterwards."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while not self._ending:
            job = self._queue.get()
            if job is None:
                break
            self._commit_together(job)

    def _commit_together(self, first: Job) -> None:
        batch: list[Job] = []
        try:
            if not self._all_succeed(first, batch):
                self._keep_the_good(batch)
        except BaseException as error:  # the thread must outlive any failure, and every caller be told
            for job in batch or [first]:
                if job.error is None:
                    job.error = CommitFailed()
                    job.error.__cause__ = error
        _settle(batch or [first])

    def _all_succeed(self, first: Job, batch: list[Job]) -> bool:
        """Run what is queued as one transaction. False: a function failed, and nothing was done."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            for job in self._gather(first):
                batch.append(job)
                try:
                    job.value = job.run(connection)
                except BaseException as error:
                    transaction.rollback()
                    if len(batch) == 1:
                        job.error = error
                        return True  # nobody else to save
                    return False
        return True

    def _keep_the_good(self, batch: list[Job]) -> None:
        """Run the same functions again, each in a savepoint that it alone loses when it fails."""
        with self._engine.begin() as connection:
            for job in batch:
                _run(connection, job)

    def _gather(self, first: Job) -> Iterator[Job]:
        until = time.monotonic() + LONGEST_BATCH
        job: Job | None = first
        while job is not None:
            if not job.future.cancelled():
                yield job
            if time.monotonic() > until:
                return
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
        self._ending = True


def _run(connection: Connection, job: Job) -> None:
    try:
        with connection.begin_nested():
            job.value = job.run(connection)
    except BaseException as error:
        job.error = error
        # A full disk or an I/O error makes SQLite roll the whole transaction back on its own; a SAVEPOINT
        # taken after that would commit by itself.
        if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            raise


def _settle(batch: list[Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, jobs)


def _settle_all(jobs: list[Job]) -> None:
    for job in jobs:
        job.settle()
