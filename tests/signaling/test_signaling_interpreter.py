"""A deaf citizen, a hearing agent and an interpreter: two seats of one call, at a real desk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from insidedesk import InsideDesk, StartInside
from livedesk import DeskProcess, Page, Pages, until
from wasl_media.partner import MediaPartner
from wasl_records import session, staff
from wasl_records.staff import EVERY_SERVICE, Role, Staff

SERVICE = "housing-allocation"
HEARING = {"ar": 3}
SIGNING = {"ar": 3, "sgn-KW": 3}


def person(id_: str, languages: Mapping[str, int], role: Role = Role.AGENT) -> Staff:
    services = {EVERY_SERVICE: 3} if role is Role.AGENT else {}
    return Staff(id=id_, name_ar=id_, name_en=id_, roles=frozenset({role}), services=services, languages=languages)


def interpreter(id_: str) -> Staff:
    return person(id_, SIGNING, Role.INTERPRETER)


async def staffed(desk: InsideDesk, *people: Staff) -> dict[str, str]:
    """Puts people into the database of a desk; returns the cookie of each, as if she had signed in."""
    cookies = {}
    for member in people:
        await desk.database.write(staff.add, member, "no password")
        token = await desk.database.write(session.open, member.id, time.time())
        cookies[member.id] = f"wasl_session={token}"
    return cookies


async def at_work(pages: Pages, desk: DeskProcess, cookie: str) -> Page:
    """The page of somebody who is ready for the next citizen."""
    page = await pages.open(desk, "/desk", cookie)
    assert await page.ask("available") == {"ok": True}
    return page


async def deaf_citizen(pages: Pages, desk: DeskProcess, modality: str = "video", language: str = "en") -> Page:
    citizen = await pages.open(desk, "/citizen")
    if language == "ar":
        citizen = await pages.citizen(desk, language="ar")
    joined = await citizen.ask("join", service=SERVICE, modality=modality, language="ar", sign_language="sgn-KW")
    assert joined.get("ok"), joined
    return citizen


async def accept(page: Page) -> dict[str, Any]:
    """Accepts what rings, and returns the offer."""
    offer: dict[str, Any] = (await page.until(lambda state: state["offer"]))["offer"]
    assert await page.ask("accept", offer=offer["id"]) == {"ok": True}
    return offer


def roles(state: dict[str, Any]) -> dict[str, tuple[bool, int | None]]:
    """Who is in the call: whether it is you, and in which slot."""
    return {leg["role"]: (leg["you"], leg["slot"]) for leg in state["call"]["legs"]}


async def three(pages: Pages, desk: DeskProcess, cookies: Mapping[str, str], modality: str = "video") -> list[Page]:
    """Citizen, agent and interpreter in a call."""
    agent, signer = [await at_work(pages, desk, cookies[id_]) for id_ in ("agent", "signer")]
    citizen = await deaf_citizen(pages, desk, modality)
    await accept(agent)
    await accept(signer)
    for page in (citizen, agent, signer):
        await page.until(lambda state: state["call"] and state["call"]["state"] == "live")
    return [citizen, agent, signer]


@pytest.fixture
async def cookies(inside_desk: InsideDesk) -> dict[str, str]:
    people = person("agent", HEARING), interpreter("signer"), interpreter("other")
    return await staffed(inside_desk, *people)


async def test_call_begins_when_both_have_accepted(desk: DeskProcess, pages: Pages, cookies: dict[str, str]) -> None:
    agent, signer = [await at_work(pages, desk, cookies[id_]) for id_ in ("agent", "signer")]
    wall = await pages.wall(desk)
    citizen = await deaf_citizen(pages, desk)
    offer = await accept(agent)
    assert (offer["seat"], offer["with_interpreter"], offer["held"]) == ("agent", True, False)
    held = (await agent.until(lambda state: state["offer"] and state["offer"]["held"]))["offer"]
    assert held["expires_at"] > offer["expires_at"]
    assert agent.state["call"] is None
    await citizen.until(lambda state: state["phase"] == "ringing")
    shown = await wall.until(
        lambda state: state["tickets"] and any(seat["accepted"] for seat in state["tickets"][0]["seats"])
    )
    assert shown["tickets"][0]["seats"] == [
        {"seat": "agent", "agent": "agent", "accepted": True},
        {"seat": "interpreter", "agent": "signer", "accepted": False},
    ]
    assert {person["id"]: person["interpreter"] for person in shown["agents"]} == {"agent": False, "signer": True}
    asked = await accept(signer)
    assert (asked["seat"], asked["ticket"]) == ("interpreter", offer["ticket"])
    for page in (citizen, agent, signer):
        await page.until(lambda state: state["call"] and state["call"]["state"] == "live")
    assert roles(citizen.state) == {"citizen": (True, None), "agent": (False, 0), "interpreter": (False, 1)}
    assert roles(agent.state) == {"citizen": (False, 0), "agent": (True, None), "interpreter": (False, 1)}
    assert roles(signer.state) == {"citizen": (False, 0), "agent": (False, 1), "interpreter": (True, None)}
    for page in (citizen, agent, signer):
        await page.until_event("media_offer", lambda body: True)
    assert agent.state["visit"]["ticket"] == offer["ticket"]
    assert signer.state["visit"] is None
    # The visit is the agent's; everyone of the desk writes up her part.
    refused = await signer.ask("finish", ticket=offer["ticket"], outcome="completed")
    assert refused["error"]["code"] == "unknown_call"
    assert await agent.ask("finish", ticket=offer["ticket"], outcome="completed") == {"ok": True}
    await citizen.until(lambda state: state["phase"] == "summary")
    for page in (agent, signer):
        await page.until(lambda state: state["presence"]["state"] == "wrap_up" and state["call"] is None)
    assert signer.state["visit"] is None


async def test_all_three_see_and_hear_each_other(desk: DeskProcess, pages: Pages, cookies: dict[str, str]) -> None:
    people = await three(pages, desk, cookies)
    partners = [MediaPartner(pitch=pitch) for pitch in (300, 400, 500)]
    for page, partner in zip(people, partners, strict=True):
        offer = await page.until_event("media_offer", lambda body: True)
        sdp = await partner.answer(offer["sdp"])
        assert await page.ask("media_answer", peer=offer["peer"], sdp=sdp) == {"ok": True}

    async def all_seen_and_heard() -> bool:
        slots = [slot for partner in partners for slot in (await partner.measure()).slots[:2]]
        return all(slot.frames and slot.audio_energy for slot in slots)

    await until(all_seen_and_heard, seconds=20)
    for partner in partners:
        await partner.close()


async def test_what_anyone_types_is_read_by_all_three(desk: DeskProcess, pages: Pages, cookies: dict[str, str]) -> None:
    people = await three(pages, desk, cookies, "text")
    for number, writer in enumerate(people):
        call = writer.state["call"]["id"]
        assert await writer.ask("text", call=call, batch=str(number), t140=f"from {number}") == {"ok": True}
        for reader in people:
            await reader.until_event("text", lambda body, n=number: body["lines"][0]["text"] == f"from {n}")


async def test_an_interpreter_who_declines_is_replaced(
    desk: DeskProcess, pages: Pages, cookies: dict[str, str]
) -> None:
    agent, signer, other = [await at_work(pages, desk, cookies[id_]) for id_ in ("agent", "signer", "other")]
    citizen = await deaf_citizen(pages, desk)
    await accept(agent)
    asked = (await signer.until(lambda state: state["offer"]))["offer"]
    assert other.state["offer"] is None
    assert await signer.ask("decline", offer=asked["id"], reason="know_the_citizen") == {"ok": True}
    await accept(other)
    state = await citizen.until(lambda state: state["call"])
    assert [leg["name"] for leg in state["call"]["legs"]] == ["Citizen", "agent", "other"]
    assert signer.state["call"] is None


async def test_an_interpreter_whose_machine_dies_ends_the_call_and_the_agent_is_asked_again(
    start_inside: StartInside, pages: Pages
) -> None:
    inside_desk = await start_inside(lease_seconds=1)
    people = person("agent", HEARING), interpreter("signer"), interpreter("other")
    desk, cookies = inside_desk.door, await staffed(inside_desk, *people)
    citizen, agent, signer = await three(pages, desk, cookies)
    await signer.close()
    for page in (citizen, agent):  # at first she is only away, and may come back
        await page.until(lambda state: not state["call"]["legs"][2]["connected"])
    await citizen.until(lambda state: state["phase"] == "waiting")
    other = await at_work(pages, desk, cookies["other"])
    await accept(agent)
    await accept(other)
    state = await citizen.until(lambda state: state["call"])
    assert [leg["name"] for leg in state["call"]["legs"]] == ["Citizen", "agent", "other"]


async def test_an_interpreter_comes_back_into_her_call(
    desk: DeskProcess, pages: Pages, cookies: dict[str, str]
) -> None:
    citizen, _, signer = await three(pages, desk, cookies)
    await signer.close()
    await citizen.until(lambda state: not state["call"]["legs"][2]["connected"])
    again = await pages.open(desk, "/desk", cookies["signer"])
    assert (await again.until(lambda state: state["call"]))["call"]["id"] == citizen.state["call"]["id"]
    await citizen.until(lambda state: state["call"]["legs"][2]["connected"])


async def test_twenty_free_hearing_agents_are_not_offered_a_citizen_who_signs(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    hearing = [person(f"hearing{number:02}", HEARING) for number in range(20)]
    desk, cookies = inside_desk.door, await staffed(inside_desk, *hearing, interpreter("signer"))
    agents = [await at_work(pages, desk, cookies[one.id]) for one in hearing]
    citizens = [await deaf_citizen(pages, desk, language=language) for language in ("ar", "en")]
    for citizen in citizens:
        waiting = await citizen.until(lambda state: state["wait"])
        assert waiting["wait"]["why"] == "waiting_for_signer"
    assert [agent.state["offer"] for agent in agents] == [None] * 20
    signer = await at_work(pages, desk, cookies["signer"])
    offered = (await signer.until(lambda state: state["offer"]))["offer"]
    assert offered["seat"] == "interpreter"
    await citizens[0].until(lambda state: state["phase"] == "ringing")

    async def ringing() -> list[str]:
        return [agent.state["offer"]["seat"] for agent in agents if agent.state["offer"]]

    assert await until(ringing) == ["agent"]
