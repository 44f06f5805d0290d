"""What the clock does when the database is away."""

from __future__ import annotations

import asyncio

from insidedesk import LEASE, InsideDesk
from wasl_signaling.timekeeper import Timekeeper


async def test_leases_are_renewed_before_anything_is_swept(inside_desk: InsideDesk) -> None:
    """Or, after a time without a database, the desk would take its own people for gone."""
    renew = inside_desk.parts.house.queue.renew_server
    inside_desk.database.fail_next(renew)
    second = inside_desk.database.hold_next(renew)
    clock = asyncio.create_task(Timekeeper(inside_desk.parts, LEASE).run())
    await second.reached()
    second.open()
    clock.cancel()
