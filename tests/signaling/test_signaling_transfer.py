"""Sending a citizen on, coming back after a drop, and saying why not: at a real desk."""

from __future__ import annotations

from typing import Any

import pytest

from insidedesk import StartInside
from livedesk import DeskProcess, Page, Pages
from wasl_signaling import timekeeper

SERVICE = "housing-allocation"  # of agent1, agent2, agent3 and agent6
OTHER = "clinic-appointment"  # of agent3, agent4 and agent6


async def at_work(pages: Pages, desk: DeskProcess, username: str) -> Page:
    page = await pages.agent(desk, username)
    assert await page.ask("available") == {"ok": True}
    return page


async def join(pages: Pages, desk: DeskProcess, **more: Any) -> tuple[Page, dict[str, Any]]:
    citizen = await pages.citizen(desk)
    joined = await citizen.ask("join", service=SERVICE, modality="text", language="ar", **more)
    assert joined.get("ok"), joined
    return citizen, joined


async def accept(page: Page) -> dict[str, Any]:
    offer: dict[str, Any] = (await page.until(lambda state: state["offer"]))["offer"]
    assert await page.ask("accept", offer=offer["id"]) == {"ok": True}
    await page.until(lambda state: state["visit"])
    return offer


async def test_a_citizen_is_sent_on_to_a_colleague_who_reads_the_notes(desk: DeskProcess, pages: Pages) -> None:
    first, second = await at_work(pages, desk, "agent1"), await pages.agent(desk, "agent2")
    citizen, joined = await join(pages, desk)
    await accept(first)
    _, later = await join(pages, desk)
    await first.ask("notes", ticket=joined["ticket"], notes="Has her card.")
    reference = first.state["visit"]["reference"]
    targets = await first.ask("targets")
    assert [(agent["id"], agent["state"]) for agent in targets["agents"]] == [("agent2", "break")]
    assert SERVICE in [service["id"] for service in targets["services"]]
    assert OTHER not in [service["id"] for service in targets["services"]]
    moved = await first.ask("transfer", ticket=joined["ticket"], agent="agent2", note="Needs a new deed.")
    assert moved == {"ok": True}
    put_through = await citizen.until(lambda state: state["phase"] == "waiting")
    assert (put_through["ticket"]["put_through"], put_through["wait"]["position"]) == (True, 1)
    wrapping = await first.until(lambda state: state["presence"]["state"] == "wrap_up")
    assert (wrapping["call"], wrapping["visit"]) == (None, None)
    # She is in the line of one person, who comes back from her break to her, not to who joined later.
    await second.ask("available")
    offer = await accept(second)
    assert offer["ticket"] == joined["ticket"] != later["ticket"]
    assert offer["sent_by"] == "Maryam Al-Enezi"
    assert offer["notes"] == "Has her card.\nNeeds a new deed."
    await citizen.until(lambda state: state["phase"] == "call")
    assert second.state["visit"]["reference"] == reference
    assert await second.ask("finish", ticket=joined["ticket"], outcome="completed") == {"ok": True}
    done = await citizen.until(lambda state: state["phase"] == "summary")
    assert done["summary"]["agent_name"] == "Abdullah Al-Mutairi"


async def test_a_citizen_is_sent_on_to_another_service(desk: DeskProcess, pages: Pages) -> None:
    first, second = await at_work(pages, desk, "agent1"), await at_work(pages, desk, "agent3")
    citizen, joined = await join(pages, desk)
    await accept(first)
    assert OTHER in [service["id"] for service in (await first.ask("targets"))["services"]]
    assert await first.ask("transfer", ticket=joined["ticket"], service=OTHER) == {"ok": True}
    offer = await accept(second)
    assert offer["service"]["id"] == OTHER
    assert second.state["visit"]["service"]["id"] == OTHER
    await citizen.until(lambda state: state["phase"] == "call" and state["ticket"]["service"] == OTHER)


async def test_a_transfer_that_cannot_be_is_refused_and_nothing_changes(desk: DeskProcess, pages: Pages) -> None:
    first, second = await at_work(pages, desk, "agent1"), await pages.agent(desk, "agent2")
    citizen, joined = await join(pages, desk)
    ticket = joined["ticket"]
    assert (await first.ask("targets"))["error"]["code"] == "unknown_call"
    await accept(first)
    for codes, request in (
        ("agent_not_here", {"ticket": ticket, "agent": "agent4"}),
        ("agent_not_here", {"ticket": ticket, "agent": "nobody"}),
        ("unknown_service", {"ticket": ticket, "service": "no-such"}),
        ("unknown_call", {"ticket": ticket + 1, "agent": "agent2"}),
        ("bad_request", {"ticket": ticket}),
        ("bad_request", {"ticket": ticket, "agent": "agent2", "service": SERVICE}),
    ):
        assert (await first.ask("transfer", **request))["error"]["code"] == codes, request
    assert (await second.ask("transfer", ticket=ticket, agent="agent1"))["error"]["code"] == "unknown_call"
    assert citizen.state["phase"] == "call"


async def test_a_declined_citizen_rings_elsewhere_and_the_reason_is_kept(desk: DeskProcess, pages: Pages) -> None:
    first, second = await at_work(pages, desk, "agent1"), await at_work(pages, desk, "agent2")
    _, joined = await join(pages, desk)
    offer = (await first.until(lambda state: state["offer"]))["offer"]
    refused = await first.ask("decline", offer=offer["id"], reason="because")
    assert refused["error"]["code"] == "bad_request"
    assert await first.ask("decline", offer=offer["id"], reason="technical") == {"ok": True}
    again = (await second.until(lambda state: state["offer"]))["offer"]
    assert again["ticket"] == joined["ticket"]


async def test_who_dropped_out_comes_back_further_up_and_to_the_same_agent(
    start_inside: StartInside, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = (await start_inside(grace_call=0.5, wrap_up_seconds=0.5)).door
    first, second = await at_work(pages, desk, "agent1"), await at_work(pages, desk, "agent2")
    citizen, joined = await join(pages, desk)
    await accept(first)
    await citizen.close()
    await first.until(lambda state: state["presence"]["state"] == "available")
    stale = await pages.citizen(desk, ticket=joined["ticket"], resume=joined["resume"])
    await stale.until(lambda state: state["phase"] == "expired")
    await first.ask("break", reason="rest")
    await second.ask("break", reason="rest")
    waiting, _ = await join(pages, desk)
    back, _ = await join(pages, desk, returning={"ticket": joined["ticket"], "resume": joined["resume"]})
    liar, _ = await join(pages, desk, returning={"ticket": joined["ticket"], "resume": "guess"})
    places = {"back": back, "waiting": waiting, "liar": liar}
    for place, page in enumerate(places.values(), 1):
        await page.until(lambda state, place=place: state["wait"] and state["wait"]["position"] == place)
    # Others take those behind her; she waits a little for the one who knows her case.
    await second.ask("available")
    await waiting.until(lambda state: state["phase"] == "ringing")
    await at_work(pages, desk, "agent3")
    await liar.until(lambda state: state["phase"] == "ringing")
    await at_work(pages, desk, "agent6")
    monkeypatch.setattr(timekeeper, "LOOK_AROUND_EVERY", 0.0)  # nobody moves in her line
    await back.until(lambda state: state["wait"]["why"] == "wish")
    await first.ask("available")
    await back.until(lambda state: state["phase"] == "ringing")
