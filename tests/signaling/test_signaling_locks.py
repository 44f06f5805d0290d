"""Locks by key: the same one for all who work on a key at once, and none is kept for nobody."""

from __future__ import annotations

import asyncio
import gc
import weakref

from livedesk import PATIENCE
from wasl_signaling.locks import Locks


async def test_nobody_else_enters_while_somebody_is_inside_or_waits() -> None:
    locks: Locks[int] = Locks()
    inside: list[str] = []
    most = 0

    async def visit(name: str) -> None:
        nonlocal most
        async with locks[1]:
            inside.append(name)
            most = max(most, len(inside))
            gc.collect()  # whoever is inside, or waits, is enough to keep the lock
            await asyncio.sleep(0)
            inside.remove(name)

    await asyncio.gather(*(visit(str(number)) for number in range(5)))
    assert most == 1


async def test_others_are_not_held_up() -> None:
    locks: Locks[int | str] = Locks()
    async with locks[1], asyncio.timeout(5 * PATIENCE), locks["1"]:
        pass


async def test_a_lock_that_nobody_holds_is_forgotten() -> None:
    locks: Locks[int] = Locks()
    async with locks[1]:
        held = weakref.ref(locks[1])
    gc.collect()
    assert held() is None
