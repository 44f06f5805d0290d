"""Everybody leaves a desk that goes on: nobody of one test is matched with somebody of the next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress

from playwright.async_api import Browser, StorageState
from socketio.exceptions import ConnectionError as Refused

from livedesk import DeskProcess, Pages, until

VISITS = ("wasl.ticket", "wasl.message")
"""Under these keys a citizen's device keeps what proves that a visit is hers."""
THERE = """
  select count(*) from (
    select id from ticket where state in ('waiting', 'offered', 'serving')
    union all select id from agent where state <> 'offline'
  )
"""


async def everybody_leaves(browser: Browser, desk: DeskProcess) -> None:
    """Closes all pages of this browser; ends the visits and signs out the staff of their devices over the wire."""
    devices = [await context.storage_state() for context in browser.contexts]
    for context in browser.contexts:
        await context.close()
    async with AsyncExitStack() as stack:
        pages = Pages(stack)
        for visit in (visit for device in devices for visit in visits(device)):
            with suppress(Refused):  # it has ended for good
                await (await pages.citizen(desk, **visit)).ask("leave")
        for cookie in (cookie for device in devices for cookie in device["cookies"]):
            with suppress(Refused):  # a supervisor is at no desk
                await (await pages.open(desk, "/desk", f"{cookie['name']}={cookie['value']}")).ask("sign_out")

    async def nobody_there() -> bool:
        with closing(sqlite3.connect(desk.data / "wasl.db")) as database:
            return database.execute(THERE).fetchone() == (0,)

    await until(nobody_there)


def visits(device: StorageState) -> Iterator[dict[str, int | str]]:
    """Tickets that this device has, with their proofs."""
    for origin in device["origins"]:
        yield from (json.loads(one["value"]) for one in origin["localStorage"] if one["name"] in VISITS)
