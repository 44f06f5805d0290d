"""A desk whose database is a real PostgreSQL: the same visit, the same places after a kill."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from livedesk import DeskProcess, Pages

SERVICE = "housing-allocation"


async def test_a_visit_and_a_kill(
    start_desk: Callable[..., Awaitable[DeskProcess]], pages: Pages, postgres_url: str
) -> None:
    desk = await start_desk(database=postgres_url)
    agent, citizen = await pages.agent(desk), await pages.citizen(desk)
    talker = await citizen.ask("join", service=SERVICE, modality="text", language="ar")
    await agent.ask("available")
    offer = (await agent.until(lambda state: state["offer"]))["offer"]
    assert await agent.ask("accept", offer=offer["id"]) == {"ok": True}
    call = (await citizen.until(lambda state: state["call"]))["call"]["id"]
    await citizen.ask("text", call=call, batch="a", t140="here")
    waiter = await (await pages.citizen(desk)).ask("join", service=SERVICE, modality="text", language="ar")
    assert not (desk.data / "wasl.db").exists()
    await desk.kill()
    await desk.start()
    again, waiting = [await pages.citizen(desk, ticket=one["ticket"], resume=one["resume"]) for one in (talker, waiter)]
    assert (await waiting.until(lambda state: state["wait"]))["wait"]["position"] == 1
    agent = await pages.agent(desk)
    state = await again.until(lambda state: state["call"])
    assert (state["call"]["id"], state["call"]["text"][0]["text"]) == (call, "here")
    assert await agent.ask("finish", ticket=talker["ticket"], outcome="completed") == {"ok": True}
    await again.until(lambda state: state["phase"] == "summary")
