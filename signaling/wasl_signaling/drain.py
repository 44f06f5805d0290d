"""Draining: the desk stops without losing anybody. No new offers; calls go on until they end or the time is up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from wasl_signaling import call as calls
from wasl_signaling.parts import Parts

LOOK_EVERY = 0.5  # seconds


async def drained(parts: Parts, seconds: float) -> None:
    """Returns when no call is live any more, at the latest after `seconds`."""
    parts.house.draining, parts.house.queue.matching = True, False
    parts.refresher.mark_all()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _no_calls(parts)


async def _no_calls(parts: Parts) -> None:
    while await parts.house.database.read(calls.live_calls):  # noqa: ASYNC110 (calls may end anywhere)
        await asyncio.sleep(LOOK_EVERY)
