"""The timekeeper: lets time pass in the queue, keeps the leases of those who are here, closes lines, and tidies up."""

from __future__ import annotations

import asyncio
import time

import structlog

from wasl_queue import booking as bookings
from wasl_queue import estimate as estimates
from wasl_queue.queue import Changes
from wasl_signaling import call as calls
from wasl_signaling import idempotency, metrics, sessions, visits
from wasl_signaling.mailbox import Kind
from wasl_signaling.parts import Parts

log = structlog.get_logger()
SWEEP_EVERY = 1.0  # seconds
LOOK_AROUND_EVERY = 10.0  # seconds; why and how long somebody waits changes also when nobody moves in her line
HEARTBEATS_PER_LEASE = 3


class Timekeeper:
    """Ticks until cancelled. A tick that fails is logged; the next one tries again."""

    def __init__(self, parts: Parts, lease_seconds: float) -> None:
        self._parts = parts
        self._renew_every = lease_seconds / HEARTBEATS_PER_LEASE
        self._renewed_at = self._looked_at = float("-inf")
        self._missing: frozenset[int] = frozenset()

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
            await self._renew_leases()  # nothing is swept before that succeeds: it would be our own people
            self._renewed_at = monotonic
        self._parts.publish(await house.database.write(visits.sweep, house.queue, house.now()))
        await house.database.write(estimates.note, house.queue.policy, house.now())
        await self._parts.switchboard.prune(monotonic)
        self._parts.captions.prune(call.id for call in await house.database.read(calls.live_calls))
        tickets = await house.database.read(house.queue.open_tickets)
        metrics.observe(self._parts.mailboxes, tickets)
        if monotonic - self._looked_at >= LOOK_AROUND_EVERY:
            self._looked_at = monotonic
            await self._look_around()
            self._parts.publish(Changes(lines=frozenset(ticket.line for ticket in tickets)))

    async def _renew_leases(self) -> None:
        house = self._parts.house
        await sessions.cut_ended(self._parts)
        agents = [mailbox.address.party for mailbox in self._parts.mailboxes.of_kind(Kind.DESK)]
        await house.database.write(house.queue.renew_server, house.now())
        await house.database.write(house.queue.renew, agents, house.now())
        await self._reconcile(agents)

    async def _reconcile(self, agents: list[str]) -> None:
        house = self._parts.house
        pages = frozenset(int(mailbox.address.party) for mailbox in self._parts.mailboxes.of_kind(Kind.CITIZEN))
        changes, self._missing = await house.database.write(
            visits.reconcile, house, pages, agents, self._missing, house.now()
        )
        self._parts.publish(changes)

    async def _look_around(self) -> None:
        house = self._parts.house
        self._parts.publish(await house.database.write(visits.close, house, house.now()))
        await house.database.write(bookings.miss_overdue, house.now())
        await house.database.write(idempotency.forget, house.now())
        await self._parts.tapes.tidy()
