"""The main job over the wire: a citizen waits, an agent answers, they type, the citizen leaves with a reference."""

from __future__ import annotations

from livedesk import DeskProcess, Page, Pages, until
from wasl_media.partner import MediaPartner

SERVICE = "housing-allocation"


async def meet(pages: Pages, desk: DeskProcess, modality: str = "text") -> tuple[Page, Page, dict[str, object]]:
    """A citizen and an agent in a call, and what `join` answered."""
    citizen, agent = await pages.citizen(desk), await pages.agent(desk)
    joined = await citizen.ask("join", service=SERVICE, modality=modality, language="ar")
    assert "error" not in joined
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    assert await agent.ask("accept", offer=offered["offer"]["id"]) == {"ok": True}
    await citizen.until(lambda state: state["phase"] == "call")
    await agent.until(lambda state: state["call"])
    return citizen, agent, joined


async def test_citizen_waits_with_a_place_and_a_reason(desk: DeskProcess, pages: Pages) -> None:
    first, second = await pages.citizen(desk), await pages.citizen(desk)
    for citizen in (first, second):
        await citizen.ask("join", service=SERVICE, modality="video", language="ar")
    await first.until(lambda state: state["wait"] and state["wait"]["position"] == 1)
    waiting = await second.until(lambda state: state["wait"] and state["wait"]["position"] == 2)
    assert waiting["wait"]["why"] == "nobody_signed_in"
    assert waiting["wait"]["estimate"] is None
    await first.ask("leave")
    await second.until(lambda state: state["wait"]["position"] == 1)


async def test_visit_from_join_to_reference(desk: DeskProcess, pages: Pages) -> None:
    citizen, agent, joined = await meet(pages, desk)
    call = agent.state["call"]["id"]
    await citizen.ask("text", call=call, batch="a", t140="sal")
    await agent.until_event("text", lambda body: [line["text"] for line in body["lines"]] == ["sal"])
    reply = await agent.ask("finish", ticket=joined["ticket"], outcome="completed", note="Bring your card.")
    assert reply == {"ok": True}
    done = await citizen.until(lambda state: state["summary"] and state["summary"]["outcome"])
    assert done["phase"] == "summary"
    assert len(done["summary"]["reference"]) == 8
    assert done["summary"]["note"] == "Bring your card."
    wrapping = await agent.until(lambda state: state["presence"]["state"] == "wrap_up")
    assert wrapping["visit"]["reference"] == done["summary"]["reference"]
    await agent.ask("available")
    await agent.until(lambda state: state["presence"]["state"] == "available")


async def test_agent_finishes_after_the_citizen_hung_up(desk: DeskProcess, pages: Pages) -> None:
    citizen, agent, joined = await meet(pages, desk)
    await citizen.ask("leave")
    await citizen.until(lambda state: state["phase"] == "summary" and state["summary"]["outcome"] is None)
    await agent.until(lambda state: state["call"] is None and state["presence"]["state"] == "wrap_up")
    assert await agent.ask("finish", ticket=joined["ticket"], outcome="follow_up") == {"ok": True}
    await citizen.until(lambda state: state["summary"]["outcome"] == "follow_up")
    assert await citizen.ask("forget") == {"ok": True}
    await citizen.until(lambda state: state["phase"] == "none")


async def test_p22_a_page_that_comes_back_finds_the_whole_state(desk: DeskProcess, pages: Pages) -> None:
    citizen, agent, joined = await meet(pages, desk)
    call = citizen.state["call"]["id"]
    await citizen.ask("text", call=call, batch="a", t140="one\u2028tw")
    before = citizen.state["version"]
    await citizen.close()
    await agent.until(lambda state: not state["call"]["legs"][0]["connected"])
    again = await pages.citizen(desk, ticket=joined["ticket"], resume=joined["resume"])
    state = await again.until(lambda state: state["phase"] == "call")
    assert state["call"]["id"] == call
    assert state["version"] > before
    assert [(line["text"], line["done"]) for line in state["call"]["text"]] == [("one", True), ("tw", False)]
    await agent.until(lambda state: state["call"]["legs"][0]["connected"])


async def test_p32_the_newest_connection_wins_and_the_older_is_told(desk: DeskProcess, pages: Pages) -> None:
    phone = await pages.citizen(desk)
    joined = await phone.ask("join", service=SERVICE, modality="video", language="ar")
    tablet = await pages.citizen(desk, ticket=joined["ticket"], resume=joined["resume"])
    await tablet.until(lambda state: state["phase"] == "waiting")
    await phone.until_event("replaced", lambda body: True)
    # The older page's end must not make the ticket look absent.
    wall = await pages.wall(desk)
    shown = await wall.until(lambda state: state["tickets"])
    assert shown["tickets"][0]["present"]


async def test_leaving_can_be_undone(desk: DeskProcess, pages: Pages) -> None:
    citizen = await pages.citizen(desk)
    await citizen.ask("join", service=SERVICE, modality="video", language="ar")
    await citizen.ask("leave")
    left = await citizen.until(lambda state: state["phase"] == "left")
    assert left["undo_until"] > left["ticket"]["joined_at"]
    await citizen.ask("undo_leave")
    back = await citizen.until(lambda state: state["phase"] == "waiting")
    assert back["ticket"] == left["ticket"]


async def test_a_wrong_secret_opens_nothing(desk: DeskProcess, pages: Pages) -> None:
    citizen = await pages.citizen(desk)
    joined = await citizen.ask("join", service=SERVICE, modality="video", language="ar")
    stranger = await pages.refused(desk, "/citizen", ticket=joined["ticket"], resume="guess")
    assert stranger["error"]["code"] == "unknown_ticket"
    nobody = await pages.refused(desk, "/desk")
    assert nobody["error"] == {
        "code": "not_signed_in",
        "kind": "sign_in",
        "message": "Please sign in.",
        "field": None,
        "opens_at": None,
        "reason": None,
    }


async def test_the_wall_shows_tickets_and_agents(desk: DeskProcess, pages: Pages) -> None:
    wall = await pages.wall(desk)
    await meet(pages, desk)
    shown = await wall.until(lambda state: state["tickets"] and state["tickets"][0]["state"] == "serving")
    assert shown["tickets"][0]["agent"] == "Maryam Al-Enezi"
    assert shown["agents"][0]["ticket"] == shown["tickets"][0]["id"]
    assert shown["agents"][0]["presence"]["state"] == "busy"


async def test_p16_both_sides_are_told_when_a_connection_falls_silent(desk: DeskProcess, pages: Pages) -> None:
    citizen, agent, _ = await meet(pages, desk, "video")
    offer = await agent.until_event("media_offer", lambda body: True)
    partner = MediaPartner()
    await agent.ask("media_answer", peer=offer["peer"], sdp=await partner.answer(offer["sdp"]))

    async def connected() -> bool:
        return (await partner.measure()).connected

    await until(connected)
    await partner.close()
    await citizen.until(lambda state: not state["call"]["legs"][1]["connected"])
    await agent.ask("media_failed", peer=offer["peer"])
    anew = await agent.until_event("media_offer", lambda body: body["peer"] != offer["peer"])
    other = MediaPartner()
    await agent.ask("media_answer", peer=anew["peer"], sdp=await other.answer(anew["sdp"]))
    await citizen.until(lambda state: state["call"]["legs"][1]["connected"])
    await other.close()
