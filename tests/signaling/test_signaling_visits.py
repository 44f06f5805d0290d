"""Who may end a visit, and what is shown of media that does not come."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from insidedesk import LEASE, InsideDesk
from livedesk import Page, Pages
from wasl_queue.queue import Changes
from wasl_signaling import call_view, desk, visits
from wasl_signaling.house import House


async def meet(pages: Pages, desk: InsideDesk, modality: str) -> tuple[Page, Page, dict[str, Any]]:
    """A citizen and an agent in a call, and what `join` answered."""
    citizen, agent = await pages.citizen(desk.door), await pages.agent(desk.door)
    joined = await citizen.ask("join", service="housing-allocation", modality=modality, language="ar")
    await answer(agent)
    await citizen.until(lambda state: state["call"])
    return citizen, agent, joined


async def answer(agent: Page) -> None:
    """The agent takes the next citizen."""
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    assert await agent.ask("accept", offer=offered["offer"]["id"]) == {"ok": True}
    await agent.until(lambda state: state["call"])


def after_the_lease(connection: Connection, house: House) -> Changes:
    """The desk was here all the time; an agent whose page is closed was not."""
    later = house.now() + LEASE + 1
    house.queue.renew_server(connection, later)
    return visits.sweep(connection, house.queue, later)


async def test_an_agent_who_lost_a_visit_cannot_end_it_for_the_citizen_who_is_back_in_line(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    citizen, agent, joined = await meet(pages, inside_desk, "text")
    await agent.close()
    house = inside_desk.parts.house
    inside_desk.parts.publish(await house.database.write(after_the_lease, house))
    await citizen.until(lambda state: state["phase"] == "waiting")
    back = await pages.agent(inside_desk.door)
    reply = await back.ask("finish", ticket=joined["ticket"], outcome="completed", note="too late")
    assert reply["error"]["code"] == "unknown_call"
    other = await pages.agent(inside_desk.door, "agent2")
    await answer(other)
    assert await other.ask("finish", ticket=joined["ticket"], outcome="follow_up") == {"ok": True}
    done = await citizen.until(lambda state: state["summary"] and state["summary"]["outcome"])
    assert (done["summary"]["outcome"], done["summary"]["note"]) == ("follow_up", "")


async def test_media_that_does_not_come_is_shown_as_away_once_it_had_its_time(
    inside_desk: InsideDesk, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (desk, call_view):
        monkeypatch.setattr(module, "MEDIA_PATIENCE", 1.0)
    citizen, _, _ = await meet(pages, inside_desk, "video")
    shown = [leg["connected"] for leg in citizen.state["call"]["legs"]]
    assert shown == [True, True], "at first nobody's media need be there"
    await citizen.until(lambda state: [leg["connected"] for leg in state["call"]["legs"]] == [False, False])
