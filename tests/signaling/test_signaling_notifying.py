"""From the outbox to the citizen, in her language, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert, select, update

from wasl_locales import catalogue
from wasl_queue import notice, schema
from wasl_queue.notice import FIRST_PAUSE, NoticeKind
from wasl_records import audit, contact
from wasl_records import schema as records
from wasl_records.contact import Address, Channel, Owner, PhoneNumber, Subscription
from wasl_records.database import Database
from wasl_signaling import notifying
from wasl_signaling.notifying import SENTENCES, Gone, Notifier, NotSent, TryLater, Words

KUWAIT = ZoneInfo("Asia/Kuwait")
EIGHT_THIRTY = datetime(2026, 11, 22, 8, 30, tzinfo=KUWAIT).timestamp()
VAULT = Fernet(Fernet.generate_key())
PHONE = PhoneNumber("+96550011234")
BROWSER = Subscription("https://fcm.googleapis.com/x", "key", "auth")
TICKET, BOOKING = Owner("ticket", 7), Owner("booking", 3)


@dataclass
class FakePort:
    """Keeps what it is given; raises what it is told to."""

    sent: list[tuple[Address, Words]] = field(default_factory=list)
    error: Exception | None = None

    async def send(self, address: Address, words: Words) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.sent.append((address, words))


@dataclass
class House:
    database: Database
    push: FakePort = field(default_factory=FakePort)
    sms: FakePort = field(default_factory=FakePort)
    time: float = EIGHT_THIRTY - 1_800

    def notifier(self, *channels: Channel) -> Notifier:
        ports = {Channel.WEB_PUSH: self.push, Channel.SMS: self.sms}
        chosen = {channel: ports[channel] for channel in channels or ports}
        return Notifier(self.database, VAULT, chosen, link, KUWAIT, lambda: self.time)

    async def keep(self, owner: Owner, address: Address, language: str = "ar") -> None:
        await self.database.write(contact.keep, VAULT, owner, address, language, self.time)

    async def tell(self, kind: NoticeKind, owner: Owner = TICKET) -> None:
        numbers: dict[str, Any] = {owner.kind: owner.number}
        await self.database.write(notice.write, kind, self.time, **numbers)

    async def outbox(self) -> list[tuple[bool, str | None, int]]:
        """Of each notice: whether it was sent, why not, and how often it was tried."""
        columns = schema.notice.c
        query = select(columns.sent_at, columns.failure, columns.attempts).order_by(columns.id)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [(sent_at is not None, failure, attempts) for sent_at, failure, attempts in rows]

    async def kept(self, owner: Owner = TICKET) -> set[Channel]:
        return set(await self.database.read(contact.masked, VAULT, owner))


def link(told: notice.Notice, language: str) -> str:
    return f"https://desk.example/{language}/?notice={told.id}"


def begin(connection: Connection) -> None:
    schema.metadata.create_all(connection)
    records.metadata.create_all(connection)
    line = {"id": 1, "routing_group": "g", "service": "deed", "language": "ar", "modality": "video", "level": 1}
    connection.execute(insert(schema.line), line)
    times = {"since": 0, "joined_at": 0, "sort_key": 0, "priority": 0}
    connection.execute(
        insert(schema.ticket), {"id": 7, "line": 1, "secret": "", "state": "waiting", "reasons": "", **times}
    )
    span = {"starts_at": EIGHT_THIRTY, "ends_at": EIGHT_THIRTY + 1_800, "made_at": 0}
    connection.execute(insert(schema.booking), {"id": 3, "line": 1, "state": "booked", "secret": "", **span})


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    database = Database.open(database_url)
    await database.write(begin)
    yield House(database)
    await database.close()


async def test_a_citizen_is_told_in_her_language(house: House) -> None:
    await house.keep(TICKET, PHONE, "ar")
    await house.keep(TICKET, BROWSER, "en")
    await house.tell(NoticeKind.TURN_NEAR)
    assert await house.notifier().send_due() == 1
    ((number, arabic),), ((browser, english),) = house.sms.sent, house.push.sent
    assert (number, browser) == (PHONE, BROWSER)
    assert english.body == "Your turn is near. Please open the page now. Your place is kept for you."
    assert (english.title, english.link) == ("Your turn is near", "https://desk.example/en/?notice=1")
    assert (arabic.language, arabic.link) == ("ar", "https://desk.example/ar/?notice=1")
    assert arabic.body == catalogue.words("ar").gettext(SENTENCES[NoticeKind.TURN_NEAR][1])
    assert await house.outbox() == [(True, None, 1)]
    assert await house.notifier().send_due() == 0


async def test_times_are_said_as_people_there_write_them(house: House) -> None:
    await house.keep(BOOKING, PHONE, "ar")
    await house.keep(BOOKING, BROWSER, "en")
    await house.tell(NoticeKind.BOOKED, BOOKING)
    await house.notifier().send_due()
    assert "on Sunday 22 November at 8:30" in house.push.sent[0][1].body
    arabic = house.sms.sent[0][1].body
    assert "الأحد ٢٢ نوفمبر" in arabic
    assert "٨:٣٠" in arabic


@pytest.mark.parametrize("kind", list(NoticeKind))
async def test_every_kind_has_its_words(house: House, kind: NoticeKind) -> None:
    await house.keep(BOOKING, PHONE, "en")
    await house.tell(kind, BOOKING)
    await house.notifier().send_due()
    ((_, words),) = house.sms.sent
    assert "%(" not in words.body
    assert words.useful_seconds > 0


async def test_every_look_at_the_address_is_written_down(house: House) -> None:
    await house.keep(TICKET, PHONE)
    await house.tell(NoticeKind.TURN_NEAR)
    await house.notifier().send_due()
    acts = await house.database.read(audit.read, "ticket:7")
    assert [(act.actor, act.action) for act in acts] == [("ticket:7", "contact.kept"), ("notifier", "contact.seen")]


@pytest.mark.parametrize("error", [TryLater("busy"), TimeoutError(), RuntimeError("ours")])
async def test_what_fails_is_tried_again(house: House, error: Exception) -> None:
    await house.keep(TICKET, PHONE)
    await house.tell(NoticeKind.TURN_NEAR)
    house.sms.error = error
    await house.notifier().send_due()
    assert await house.outbox() == [(False, None, 1)]
    house.sms.error = None
    house.time += FIRST_PAUSE - 1
    assert await house.notifier().send_due() == 0
    house.time += 1
    assert await house.notifier().send_due() == 1
    assert await house.outbox() == [(True, None, 2)]


async def test_an_address_that_is_gone_is_forgotten(house: House) -> None:
    await house.keep(TICKET, PHONE)
    await house.keep(TICKET, BROWSER)
    await house.tell(NoticeKind.TURN_NEAR)
    house.push.error = Gone()
    await house.notifier().send_due()
    assert await house.kept() == {Channel.SMS}
    assert await house.outbox() == [(True, None, 1)]


@pytest.mark.parametrize(
    ("push", "sms", "outcome"),
    [
        (Gone(), None, (True, None, 1)),
        (Gone(), TryLater("busy"), (False, None, 1)),
        (TryLater("busy"), None, (True, None, 1)),
        (Gone(), Gone(), (False, "gone", 1)),
    ],
)
async def test_one_way_to_her_is_enough(
    house: House, push: NotSent, sms: NotSent | None, outcome: tuple[bool, str | None, int]
) -> None:
    await house.keep(TICKET, PHONE)
    await house.keep(TICKET, BROWSER)
    await house.tell(NoticeKind.TURN_NEAR)
    house.push.error, house.sms.error = push, sms
    await house.notifier().send_due()
    assert await house.outbox() == [outcome]


async def test_who_cannot_be_reached_is_not_tried_for_ever(house: House) -> None:
    await house.tell(NoticeKind.TURN_NEAR)
    await house.keep(BOOKING, PHONE)
    await house.tell(NoticeKind.BOOKED, BOOKING)
    await house.notifier(Channel.WEB_PUSH).send_due()
    assert await house.outbox() == [(False, "no address", 1)] * 2


async def test_what_comes_too_late_is_not_sent(house: House) -> None:
    await house.keep(TICKET, PHONE)
    await house.tell(NoticeKind.TURN_NEAR)
    house.time += notifying.USEFUL[NoticeKind.TURN_NEAR] + 1  # the desk was down
    await house.notifier().send_due()
    assert house.sms.sent == []
    assert await house.outbox() == [(False, "too late", 1)]


async def test_an_address_whose_key_is_lost_is_no_address(house: House) -> None:
    lost = Fernet(Fernet.generate_key())
    await house.database.write(contact.keep, lost, TICKET, PHONE, "ar", house.time)
    await house.tell(NoticeKind.TURN_NEAR)
    await house.notifier().send_due()
    assert await house.outbox() == [(False, "no address", 1)]


async def test_several_senders_tell_her_once(house: House) -> None:
    await house.keep(TICKET, PHONE)
    for _ in range(40):
        await house.tell(NoticeKind.TURN_NEAR)
    senders = [house.notifier() for _ in range(4)]
    await asyncio.gather(*(sender.send_due() for sender in senders * 2))
    assert len(house.sms.sent) == 40
    assert await house.outbox() == [(True, None, 1)] * 40


async def test_the_loop_sends_and_outlives_a_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "LOOK_EVERY", 0.01)
    sent, real, faults = asyncio.Event(), notice.claim, [RuntimeError("once")]

    def claim(*arguments: Any) -> list[notice.Notice]:
        if faults:
            raise faults.pop()
        return real(*arguments)

    class Announcing(FakePort):
        async def send(self, address: Address, words: Words) -> None:
            sent.set()

    house.sms = Announcing()
    monkeypatch.setattr(notice, "claim", claim)
    await house.keep(TICKET, PHONE)
    await house.tell(NoticeKind.TURN_NEAR)
    loop = asyncio.create_task(house.notifier().run())
    await asyncio.wait_for(sent.wait(), 10)
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop


def ticket_is(**values: Any) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(update(schema.ticket).values(**values))


async def test_what_is_over_is_forgotten_when_there_is_nothing_left_to_tell(house: House) -> None:
    await house.keep(TICKET, PHONE)
    await house.keep(BOOKING, PHONE)

    async def forget() -> tuple[bool, bool]:
        await house.database.write(notifying.forget_ended, house.time)
        return bool(await house.kept(TICKET)), bool(await house.kept(BOOKING))

    assert await forget() == (True, True)
    await house.database.write(ticket_is(state="left", undo_until=house.time + 120))
    assert await forget() == (True, True)  # she may change her mind
    house.time += 120
    await house.tell(NoticeKind.CLOSED)
    assert await forget() == (True, True)  # she is to be told
    await house.notifier().send_due()
    assert await forget() == (False, True)
    await house.database.write(lambda connection: connection.execute(update(schema.booking).values(state="missed")))
    assert await forget() == (False, False)
