"""The refresher: no state is overtaken by an older one, and whatever goes wrong with one person or one round,
everyone else, and the next, is told."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from insidedesk import InsideDesk, StartInside
from livedesk import Page, Pages, sign_in, until
from wasl_queue.queue import Changes
from wasl_signaling.mailbox import Address

SERVICE = "housing-allocation"


async def join(pages: Pages, desk: InsideDesk, modality: str = "text") -> tuple[Page, dict[str, object]]:
    """A waiting citizen whose page has its state."""
    citizen = await pages.citizen(desk.door)
    joined = await citizen.ask("join", service=SERVICE, modality=modality, language="ar")
    await citizen.until(lambda state: state["phase"] == "waiting")
    return citizen, joined


async def test_a_newer_state_is_not_overtaken_by_an_older_one(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, joined = await join(pages, inside_desk)
    address, refresher = Address.citizen(joined["ticket"]), inside_desk.parts.refresher
    slow = inside_desk.database.hold_next(refresher._all)
    older = asyncio.create_task(refresher.refresh([address]))  # as one for a moved line
    await slow.reached()
    await citizen.ask("leave")
    await citizen.until(lambda state: state["phase"] == "left")
    slow.open()
    await older
    await citizen.ask("undo_leave")  # comes after all that was sent before
    await citizen.until(lambda state: state["phase"] == "waiting")
    versions = [state["version"] for state in citizen.states]
    assert versions == sorted(versions)


async def test_what_could_not_be_told_is_told_once_the_database_is_back(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, joined = await join(pages, inside_desk)
    behind, waiting = await join(pages, inside_desk)
    line = (await inside_desk.ticket(waiting["ticket"])).line
    await citizen.ask("leave")
    await citizen.until(lambda state: state["phase"] == "left")  # no line concerns her any more
    await behind.until(lambda state: state["wait"]["position"] == 1)
    seen = [page.state["version"] for page in (citizen, behind)]

    async def refused() -> bool:
        return {"_all", "waiting_tickets"} <= set(inside_desk.database.refused)

    with inside_desk.database.away():
        inside_desk.parts.publish(Changes(tickets=frozenset({joined["ticket"]}), lines=frozenset({line})))
        await until(refused)
    for page, version in zip((citizen, behind), seen, strict=True):
        await page.until(lambda state, version=version: state["version"] > version)
    assert inside_desk.logged("refresh failed") >= 2


async def test_what_goes_wrong_with_one_person_does_not_keep_the_others_from_their_state(
    inside_desk: InsideDesk, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, (citizen, joined) = await pages.agent(inside_desk.door), await join(pages, inside_desk)
    await agent.until(lambda state: True)
    switchboard, refresher = inside_desk.parts.switchboard, inside_desk.parts.refresher
    connect = switchboard.connect

    async def broken(address: Address) -> None:
        assert address != Address.desk("agent1"), "a mistake of ours"
        await connect(address)

    monkeypatch.setattr(switchboard, "connect", broken)
    before = citizen.state["version"]
    refresher.mark([Address.desk("agent1"), Address.citizen(joined["ticket"])])
    await citizen.until(lambda state: state["version"] > before)
    assert inside_desk.logged("refresh failed") >= 1


async def test_who_asked_for_media_while_there_was_no_worker_gets_it_from_the_next(
    start_inside: StartInside, pages: Pages, next_worker: asyncio.Event
) -> None:
    inside_desk = await start_inside(media_workers=1)
    citizen, joined = await join(pages, inside_desk, "voice")
    cookie = await sign_in(inside_desk.door, "agent1")
    agent = await pages.open(inside_desk.door, "/desk", cookie)
    offer = await agent.until_event("media_offer", lambda body: True)
    await agent.ask("available")
    await citizen.until(lambda state: state["phase"] == "ringing")
    await citizen.until_event("media_offer", lambda body: True)

    await kill_worker(inside_desk)
    again = await pages.citizen(inside_desk.door, **{name: joined[name] for name in ("ticket", "resume")})
    await again.until(lambda state: state["phase"] == "ringing")
    assert not again.events, "there is nobody to make an offer"
    next_worker.set()
    await again.until_event("media_offer", lambda body: True)
    await agent.until_event("media_offer", lambda body: body["peer"] != offer["peer"])


async def test_a_person_whose_media_cannot_be_renewed_does_not_keep_the_others_from_theirs(
    start_inside: StartInside, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside_desk = await start_inside(media_workers=1)
    one, other = await pages.agent(inside_desk.door), await pages.agent(inside_desk.door, "agent2")
    for page in (one, other):
        await page.until_event("media_offer", lambda body: True)
    switchboard = inside_desk.parts.switchboard
    settle = switchboard._settle

    async def broken(address: Address) -> None:
        assert address != Address.desk("agent1"), "a mistake of ours"
        await settle(address)

    monkeypatch.setattr(switchboard, "_settle", broken)
    for times in (2, 3):
        await kill_worker(inside_desk)
        await other.until_event("media_offer", lambda body, times=times: len(other.events) == times)
    assert inside_desk.logged("media not connected") >= 2


async def kill_worker(desk: InsideDesk) -> None:
    """Kills the only media worker; comes back when the desk knows."""
    (pid,), (worker,) = desk.workers, desk.parts.switchboard._pool.workers
    os.kill(pid, signal.SIGKILL)

    async def noticed() -> bool:
        return not worker.alive

    await until(noticed)
