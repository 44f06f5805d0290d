"""A server that dies loses nobody."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from livedesk import DeskProcess, Page, Pages, media_workers, until

pytestmark = pytest.mark.fault
SERVICE = "housing-allocation"


async def join(pages: Pages, desk: DeskProcess, modality: str = "text") -> tuple[Page, dict[str, Any]]:
    """A waiting citizen and what proves her place."""
    page = await pages.citizen(desk)
    return page, await page.ask("join", service=SERVICE, modality=modality, language="ar")


async def back(pages: Pages, desk: DeskProcess, joined: dict[str, Any]) -> Page:
    """The citizen's page after it found the desk again."""
    return await pages.citizen(desk, ticket=joined["ticket"], resume=joined["resume"])


async def test_p25_killed_server_keeps_every_ticket_and_its_place(desk: DeskProcess, pages: Pages) -> None:
    talking, talker = await join(pages, desk)
    agent = await pages.agent(desk)
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    call = (await talking.until(lambda state: state["phase"] == "call"))["call"]
    await talking.ask("text", call=call["id"], batch="a", t140="do not lose m")
    _, first = await join(pages, desk)
    second_page, second = await join(pages, desk)
    await second_page.until(lambda state: state["wait"] and state["wait"]["position"] == 2)

    await desk.kill()
    await desk.start()

    # In another order than they came: places come from the tickets, not from who is back first.
    second_again = await back(pages, desk, second)
    assert (await second_again.until(lambda state: state["wait"]))["wait"]["position"] == 2
    first_again = await back(pages, desk, first)
    assert (await first_again.until(lambda state: state["wait"]))["wait"]["position"] == 1
    talking_again, agent_again = await back(pages, desk, talker), await pages.agent(desk)
    for page in (talking_again, agent_again):
        state = await page.until(lambda state: state["call"])
        assert state["call"]["id"] == call["id"]
        assert [line["text"] for line in state["call"]["text"]] == ["do not lose m"]
    assert await agent_again.ask("finish", ticket=talker["ticket"], outcome="completed") == {"ok": True}
    await talking_again.until(lambda state: state["phase"] == "summary")


async def test_killed_media_worker_comes_back_with_new_connections(desk: DeskProcess, pages: Pages) -> None:
    agent = await pages.agent(desk)
    offer = await agent.until_event("media_offer", lambda body: True)
    os.kill(worker_of(desk), signal.SIGKILL)
    await agent.until_event("media_offer", lambda body: body["peer"] != offer["peer"])


async def test_media_worker_ends_with_a_killed_server(desk: DeskProcess) -> None:
    worker = worker_of(desk)
    await desk.kill()

    async def gone() -> bool:
        return not _alive(worker)

    await until(gone)


async def test_sigterm_drains_and_exits_with_0(start_desk: Callable[..., Awaitable[DeskProcess]], pages: Pages) -> None:
    desk = await start_desk(drain_seconds="30")
    citizen, joined = await join(pages, desk)
    agent = await pages.agent(desk)
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    _, other = await join(pages, desk)
    assert desk.process is not None
    desk.process.send_signal(signal.SIGTERM)
    await citizen.until(lambda state: state["draining"] and state["phase"] == "call")
    newcomer = await pages.citizen(desk)
    refused = await newcomer.ask("join", service=SERVICE, modality="text", language="ar")
    assert refused["error"]["code"] == "draining"
    await agent.ask("finish", ticket=joined["ticket"], outcome="completed")
    assert await desk.stop() == 0
    await desk.start()
    waiting = await back(pages, desk, other)
    await waiting.until(lambda state: state["wait"] and state["wait"]["position"] == 1)


async def test_an_agent_whose_desk_died_loses_no_citizen(
    start_desk: Callable[..., Awaitable[DeskProcess]], pages: Pages
) -> None:
    desk = await start_desk(lease_seconds="1")
    citizen, _ = await join(pages, desk)
    agent = await pages.agent(desk)
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    await citizen.until(lambda state: state["phase"] == "call")
    await agent.close()
    waiting = await citizen.until(lambda state: state["phase"] == "waiting")
    assert waiting["wait"]["position"] == 1
    other = await pages.agent(desk, "agent2")
    await other.ask("available")
    again = await other.until(lambda state: state["offer"])
    await other.ask("accept", offer=again["offer"]["id"])
    await citizen.until(lambda state: state["phase"] == "call")


def worker_of(desk: DeskProcess) -> int:
    """The process id of the desk's media worker."""
    assert desk.process is not None
    return media_workers(desk.process.pid)[0]


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
