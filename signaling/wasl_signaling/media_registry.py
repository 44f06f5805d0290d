"""Follows the register of media workers: the pool learns who is there from it."""

from __future__ import annotations

import asyncio

import structlog

from wasl_records.database import Database
from wasl_signaling import media_worker as rows
from wasl_signaling import metrics
from wasl_signaling.media_key import MediaKey
from wasl_signaling.media_pool import MediaPool, Spot
from wasl_signaling.media_worker import MediaWorker, WorkerState

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds."""


class MediaRegistry:
    """Looks once a second, and when it is nudged."""

    def __init__(self, database: Database, key: MediaKey, pool: MediaPool) -> None:
        self._database, self._key, self._pool = database, key, pool
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Something has changed: look now."""
        self._nudged.set()

    async def look(self) -> None:
        """Read the register once."""
        workers = await self._database.read(rows.list_all)
        self._pool.follow([self._spot(worker) for worker in workers if self._usable(worker)])
        metrics.observe_media(self._pool)

    async def run(self) -> None:
        """Follows until cancelled. A look that fails is logged; what is connected stays so."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("media workers not looked up")
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._nudged.wait()
            except TimeoutError:
                continue
            self._nudged.clear()

    def _usable(self, worker: MediaWorker) -> bool:
        if worker.standing.state not in (WorkerState.READY, WorkerState.DRAINING):
            return False
        place = worker.standing.place
        proved = self._key.proves(place.proof, worker.id, place.control, place.fingerprint)
        if not proved:
            log.warning("media worker does not know our secret", worker=worker.id, host=worker.host)
        return proved

    def _spot(self, worker: MediaWorker) -> Spot:
        place = worker.standing.place
        fingerprint = bytes.fromhex(place.fingerprint) or None
        draining = worker.standing.state is WorkerState.DRAINING
        return Spot(worker.id, place.control, self._key.password(worker.id), fingerprint, draining)
