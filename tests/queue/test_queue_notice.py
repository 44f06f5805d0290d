"""The outbox: each notice goes out once, is tried again when it fails, and is given up in the end."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import Connection, select

from wasl_queue import notice, schema
from wasl_queue.notice import FIRST_PAUSE, MOST_ATTEMPTS, Notice, NoticeKind
from wasl_records.database import Database

LEASE = 60.0


def claim(connection: Connection, now: float, limit: int = 10) -> list[Notice]:
    return notice.claim(connection, now, LEASE, limit)


def failure(connection: Connection) -> str | None:
    found: str | None = connection.scalar(select(schema.notice.c.failure))
    return found


def test_a_notice_is_sent_once(connection: Connection) -> None:
    notice.write(connection, NoticeKind.TURN_NEAR, 100)
    (mine,) = claim(connection, 100)
    assert (mine.kind, mine.due_at, mine.attempts) == (NoticeKind.TURN_NEAR, 100, 1)
    assert claim(connection, 100 + LEASE - 1) == []
    assert notice.sent(connection, mine, 101)
    assert claim(connection, 100 + 10 * LEASE) == []
    assert not notice.sent(connection, mine, 102)


def test_what_is_due_first_is_claimed_first(connection: Connection) -> None:
    for due_at in (130, 110, 120, 900):
        notice.write(connection, NoticeKind.CLOSED, 100, due_at=due_at)
    assert claim(connection, 109) == []
    assert [found.due_at for found in claim(connection, 200, limit=2)] == [110, 120]
    assert [found.due_at for found in claim(connection, 200)] == [130]


def test_a_process_that_died_loses_its_claim(connection: Connection) -> None:
    notice.write(connection, NoticeKind.TURN_NEAR, 100)
    (lost,) = claim(connection, 100)
    (taken,) = claim(connection, 100 + LEASE)
    assert taken.id == lost.id
    assert not notice.sent(connection, lost, 161)  # it was only slow
    notice.failed(connection, lost, 161, "slow")
    assert notice.sent(connection, taken, 162)


def test_a_failure_waits_longer_each_time_and_ends(connection: Connection) -> None:
    notice.write(connection, NoticeKind.TURN_NEAR, 100)
    now, pauses = 100.0, []
    for _ in range(MOST_ATTEMPTS - 1):
        (mine,) = claim(connection, now)
        notice.failed(connection, mine, now, "busy")
        due: float | None = connection.scalar(select(schema.notice.c.due_at))
        assert due is not None
        assert claim(connection, due - 1) == []
        pauses.append(due - now)
        now = due
    assert pauses == [FIRST_PAUSE * 2**n for n in range(MOST_ATTEMPTS - 1)]
    assert failure(connection) is None
    (mine,) = claim(connection, now)
    notice.failed(connection, mine, now, "busy")
    assert failure(connection) == "busy"
    assert claim(connection, now + 1e6) == []


def test_a_gateway_may_ask_for_a_longer_pause(connection: Connection) -> None:
    notice.write(connection, NoticeKind.TURN_NEAR, 100)
    notice.failed(connection, claim(connection, 100)[0], 100, "busy", pause=500)
    assert claim(connection, 599) == []
    assert len(claim(connection, 600)) == 1


def test_a_notice_that_ends_whoever_sends_it_is_given_up(connection: Connection) -> None:
    notice.write(connection, NoticeKind.TURN_NEAR, 100)
    for attempt in range(MOST_ATTEMPTS):
        assert len(claim(connection, 100 + attempt * LEASE)) == 1
    assert claim(connection, 100 + MOST_ATTEMPTS * LEASE) == []
    assert failure(connection) == "no answer"


def test_what_is_not_true_any_more_is_not_sent(connection: Connection) -> None:
    for _ in range(2):
        notice.write(connection, NoticeKind.TURN_NEAR, 100)
    values = {"id": 7, "routing_group": "g", "service": "s", "language": "ar", "modality": "video", "level": 1}
    connection.execute(schema.line.insert(), values)
    booking = {"id": 3, "line": 7, "starts_at": 1, "ends_at": 2, "state": "booked", "secret": "", "made_at": 0}
    connection.execute(schema.booking.insert(), booking)
    notice.write(connection, NoticeKind.BOOKING_NEAR, 100, booking=3)
    (*_, claimed) = claim(connection, 100)
    assert claimed.booking == 3
    notice.withdraw(connection, booking=3)
    assert not notice.sent(connection, claimed, 101)
    assert len(claim(connection, 100 + LEASE)) == 2
    assert failure_of(connection, claimed.id) == "withdrawn"


def test_notices_of_a_ticket_are_withdrawn_when_she_is_back(connection: Connection) -> None:
    values = {"id": 7, "routing_group": "g", "service": "s", "language": "ar", "modality": "video", "level": 1}
    connection.execute(schema.line.insert(), values)
    times = {"since": 0, "joined_at": 0, "sort_key": 0, "priority": 0}
    for number in (1, 2):
        ticket = {"id": number, "line": 7, "secret": "", "state": "waiting", "reasons": "", **times}
        connection.execute(schema.ticket.insert(), ticket)
        notice.write(connection, NoticeKind.TURN_NEAR, 100, ticket=number)
    notice.withdraw(connection, ticket=1)
    assert [found.ticket for found in claim(connection, 100)] == [2]


def failure_of(connection: Connection, number: int) -> str | None:
    found: str | None = connection.scalar(select(schema.notice.c.failure).where(schema.notice.c.id == number))
    return found


def test_only_known_kinds_are_written(connection: Connection) -> None:
    with pytest.raises(ValueError, match="hello"):
        notice.write(connection, "hello", 100)


async def test_processes_that_claim_at_once_share_the_work(database_url: str) -> None:
    processes = [Database.open(database_url) for _ in range(3)]
    await processes[0].write(schema.metadata.create_all)
    for number in range(60):
        await processes[0].write(notice.write, NoticeKind.TURN_NEAR, 100.0 + number / 100)
    sent: Counter[int] = Counter()

    async def work(process: Database) -> None:
        while claimed := await process.write(notice.claim, 200.0, LEASE, 4):
            for mine in claimed:
                sent[mine.id] += 1
                assert await process.write(notice.sent, mine, 200.0)

    await asyncio.gather(*(work(process) for process in processes for _ in range(2)))
    for process in processes:
        await process.close()
    assert len(sent) == 60
    assert set(sent.values()) == {1}
