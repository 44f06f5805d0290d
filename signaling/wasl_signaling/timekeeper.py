"""The timekeeper: lets time pass in the queue, keeps the leases of agents who are here, and tidies up."""

from __future__ import annotations

import asyncio
import time

import structlog

from wasl_signaling import metrics, visits
from wasl_signaling.mailbox import Kind
from wasl_signaling.parts import Parts

log = structlog.get_logger()
SWEEP_EVERY = 1.0  # seconds
HEARTBEATS_PER_LEASE = 3


class Timekeeper:
    """Ticks until cancelled. A tick that fails is logged; the next one tries again."""

    def __init__(self, parts: Parts, lease_seconds: float) -> None:
        self._parts = parts
        self._renew_every = lease_seconds / HEARTBEATS_PER_LEASE
        self._renewed_at = float("-inf")

    async def run(self) -> None:
        """Ticks once a second."""
        while True:
            try:
                await self._tick()
            except Exception:
                log.exception("tick failed")
            await asyncio.sleep(SWEEP_EVERY)

    async def _tick(self) -> None:
        house, monotonic = self._parts.house, time.monotonic()
        if monotonic - self._renewed_at >= self._renew_every:
            self._renewed_at = monotonic
            await house.database.write(house.queue.renew, self._agents_here(), house.now())
        self._parts.publish(await house.database.write(visits.sweep, house.queue, house.now()))
        await self._parts.switchboard.prune(monotonic)
        metrics.observe(self._parts.mailboxes, await house.database.read(house.queue.open_tickets))

    def _agents_here(self) -> list[str]:
        return [mailbox.address.party for mailbox in self._parts.mailboxes.of_kind(Kind.DESK)]
