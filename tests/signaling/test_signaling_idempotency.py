"""What is asked again because its answer was lost is done once, and answered alike."""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from insidedesk import InsideDesk
from livedesk import Page, Pages, until
from wasl_queue import roster
from wasl_queue.schema import booking, ticket
from wasl_records.database import Database
from wasl_signaling import idempotency, schema
from wasl_signaling import messages as m
from wasl_signaling.idempotency import Wish
from wasl_web.errors import Problem

NUMBERS = count(1)
JOIN = {"service": "housing-allocation", "modality": "text", "language": "ar"}
MESSAGE = {"service": "housing-allocation", "language": "ar", "text": "سلام"}


def fresh() -> str:
    """A key nobody used."""
    return f"{next(NUMBERS):022d}"


async def rows(desk: InsideDesk, table: Any) -> int:
    """How many there are."""
    return int(await desk.parts.house.database.read(lambda c: c.scalar(select(func.count()).select_from(table))))


async def served(desk: InsideDesk, pages: Pages) -> tuple[Page, dict[str, Any]]:
    """An agent to whom a citizen is offered, and the offer."""
    citizen, agent = await pages.citizen(desk.door), await pages.agent(desk.door)
    await citizen.ask("join", **JOIN)
    await agent.ask("available")
    return agent, (await agent.until(lambda state: state["offer"]))["offer"]


async def test_a_join_sent_twice_is_one_place_and_one_answer(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, key = await pages.citizen(inside_desk.door), fresh()
    first = await citizen.ask("join", **JOIN, idempotency_key=key)
    again = await citizen.ask("join", **JOIN, idempotency_key=key)
    assert first == again == {"ok": True, "ticket": first["ticket"], "resume": key}
    assert await rows(inside_desk, ticket) == 1
    other = await citizen.ask("join", **{**JOIN, "language": "en"}, idempotency_key=key)
    assert other["error"]["code"] == "key_of_another_request"


async def test_a_page_that_loads_anew_before_a_late_answer_keeps_its_place(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    """The database is locked by another process; her page waits no longer, and asks again from a new socket."""
    key, held, free = fresh(), threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        held.set()
        free.wait(60)

    locked = asyncio.create_task(inside_desk.parts.house.database.write(hold))
    await asyncio.to_thread(held.wait)
    former, page = await pages.citizen(inside_desk.door), await pages.citizen(inside_desk.door)
    asked = [asyncio.create_task(one.ask("join", **JOIN, idempotency_key=key)) for one in (former, page)]
    free.set()
    await locked
    first, again = await asyncio.gather(*asked)
    assert first == again
    assert await rows(inside_desk, ticket) == 1
    back = await pages.citizen(inside_desk.door, ticket=first["ticket"], resume=key)
    await back.until(lambda state: state["phase"] == "waiting")


async def test_a_page_that_lost_its_line_has_its_place_by_asking_again(inside_desk: InsideDesk, pages: Pages) -> None:
    former, key = await pages.citizen(inside_desk.door), fresh()
    joined = await former.ask("join", **JOIN, idempotency_key=key)
    await former.close()

    async def away() -> bool:
        return not (await inside_desk.ticket(joined["ticket"])).present

    await until(away)
    page = await pages.citizen(inside_desk.door)
    assert await page.ask("join", **JOIN, idempotency_key=key) == joined
    await page.until(lambda state: state["phase"] == "waiting")
    assert (await inside_desk.ticket(joined["ticket"])).present


async def test_a_message_sent_twice_is_one(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, key = await pages.citizen(inside_desk.door), fresh()
    answers = [await citizen.ask("message", **MESSAGE, idempotency_key=key) for _ in range(9)]  # more than the limit
    assert answers == [{"ok": True, "ticket": answers[0]["ticket"], "resume": key}] * 9
    assert await rows(inside_desk, schema.message) == 1


async def test_a_time_booked_twice_is_promised_once(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen, key = await pages.citizen(inside_desk.door), fresh()
    house = inside_desk.parts.house
    soon = house.now() // 3_600 * 3_600 + 7_200
    await house.database.write(lambda c: roster.plan(c, "agent1", soon, soon + 3_600))
    await pages.agent(inside_desk.door)
    slots = (await citizen.ask("slots", **JOIN))["slots"]
    wanted = {**JOIN, "starts_at": slots[0]["starts_at"], "idempotency_key": key}
    first, again = await citizen.ask("book", **wanted), await citizen.ask("book", **wanted)
    assert first["resume"] == key
    assert again == first
    assert await rows(inside_desk, booking) == 1


async def test_accept_and_finish_sent_twice_are_one_act_and_one_answer(inside_desk: InsideDesk, pages: Pages) -> None:
    agent, offer = await served(inside_desk, pages)
    key = fresh()
    assert [await agent.ask("accept", offer=offer["id"], idempotency_key=key) for _ in range(2)] == [{"ok": True}] * 2
    state = await agent.until(lambda state: state["call"])
    done = {"ticket": state["visit"]["ticket"], "outcome": "completed", "idempotency_key": fresh()}
    assert [await agent.ask("finish", **done) for _ in range(2)] == [{"ok": True}] * 2
    assert await rows(inside_desk, schema.call) == 1
    assert (await agent.ask("finish", **{**done, "outcome": "follow_up"}))["error"]["code"] == "key_of_another_request"


def test_a_key_belongs_to_who_asked(connection: Connection) -> None:
    request = m.Accept(offer=1, idempotency_key=fresh())
    assert idempotency.claim(connection, Wish.of(request, "agent1"), 0.0) is None
    assert idempotency.claim(connection, Wish.of(request, "agent2"), 0.0) is None
    assert idempotency.claim(connection, Wish.of(request, "agent1"), 0.0) == 0
    with pytest.raises(Problem, match="key_of_another_request"):
        idempotency.claim(connection, Wish.of(request.model_copy(update={"offer": 2}), "agent1"), 0.0)


def test_a_key_is_forgotten_when_its_time_is_over(connection: Connection) -> None:
    wish = Wish.of(m.Accept(offer=1, idempotency_key=fresh()))
    idempotency.claim(connection, wish, 0.0)
    idempotency.keep(connection, wish, 7)
    idempotency.forget(connection, idempotency.KEPT)
    assert idempotency.made(connection, wish) == 7
    idempotency.forget(connection, idempotency.KEPT + 1)
    assert idempotency.made(connection, wish) is None


async def test_of_two_at_once_one_is_first(migrated_url: str) -> None:
    """In two processes, on both databases: the second waits for the first, and finds what it made."""
    first, second = Database.open(migrated_url), Database.open(migrated_url)

    def ask(connection: Connection, wish: Wish, number: int) -> int:
        before = idempotency.claim(connection, wish, 0.0)
        if before is None:
            idempotency.keep(connection, wish, number)
        return before or number

    for _ in range(20):
        wish = Wish.of(m.Accept(offer=1, idempotency_key=fresh()))
        assert wish is not None
        one, other = await asyncio.gather(first.write(ask, wish, 1), second.write(ask, wish, 2))
        assert one == other
    for database in (first, second):
        await database.close()
