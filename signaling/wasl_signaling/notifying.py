"""Reaching citizens who are not on the page: the outbox of the queue is sent through ports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date, format_time
from sqlalchemy import Connection, bindparam, not_, or_, select

from wasl_locales import catalogue
from wasl_locales.catalogue import gettext_noop
from wasl_queue import booking as bookings
from wasl_queue import notice as notices
from wasl_queue import schema as queue
from wasl_queue.booking import BookingState
from wasl_queue.notice import Notice, NoticeKind
from wasl_records import contact as contacts
from wasl_records import schema as records
from wasl_records.contact import Address, Channel, Contact, Owner, UnreadableContact, Vault
from wasl_records.database import Database

log = structlog.get_logger()

ACTOR = "notifier"
"""How the audit log names who looked an address up in order to send."""
LOOK_EVERY = 2.0
"""Seconds between two looks into an empty outbox."""
AT_ONCE = 20
PATIENCE = 20.0
"""Seconds a port may take to send."""
LEASE = 60.0
"""Seconds for which a notice is ours: longer than sending it can take."""
TIDY_EVERY = 60.0

SENTENCES: Mapping[NoticeKind, tuple[str, str]] = {
    NoticeKind.TURN_NEAR: (
        gettext_noop("Your turn is near"),
        gettext_noop("Your turn is near. Please open the page now. Your place is kept for you."),
    ),
    NoticeKind.BOOKED: (
        gettext_noop("Your appointment is booked"),
        gettext_noop("Your appointment is on %(day)s at %(time)s. Please open the page then."),
    ),
    NoticeKind.BOOKING_NEAR: (
        gettext_noop("Your appointment begins soon"),
        gettext_noop("Your appointment begins at %(time)s on %(day)s. Please open the page a few minutes before."),
    ),
    NoticeKind.CLOSED: (
        gettext_noop("The service has closed"),
        gettext_noop(
            "We are sorry. The service closed before it was your turn. Please open the page to choose what to do."
        ),
    ),
}
"""A title and a whole message. They name no service: others may see a telephone's screen."""
USEFUL: Mapping[NoticeKind, int] = {
    NoticeKind.TURN_NEAR: 300,
    NoticeKind.BOOKED: 86_400,
    NoticeKind.BOOKING_NEAR: 1_800,
    NoticeKind.CLOSED: 43_200,
}
"""Seconds after which a message had better not come: to a telephone that was off, after a desk that was."""

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


class NotSent(Exception):  # noqa: N818
    """The base of what ports raise."""


class Gone(NotSent):
    """This address will never work again."""


class TryLater(NotSent):
    """It did not work this time."""

    def __init__(self, why: str, pause: float = 0) -> None:
        """`pause`: seconds that the other side asks us to wait."""
        super().__init__(why)
        self.pause = pause


@dataclass(frozen=True)
class Words:
    """A message in the citizen's language."""

    language: str
    title: str
    body: str
    link: str
    """Where the page is that it speaks of."""
    useful_seconds: int
    """A device that cannot be reached so long need not get it any more."""


class Port(Protocol):
    """A way out of the house."""

    async def send(self, address: Address, words: Words) -> None:
        """Hand the message over. Raises Gone, TryLater."""


Link = Callable[[Notice, str], str]
"""Makes the address of the page that a notice leads to, in a language."""


class Notifier:
    """Sends what the outbox holds. Any number of processes may have one.

    A process that dies between sending and writing that down has the message sent once more, by the next.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        ports: Mapping[Channel, Port],
        link: Link,
        zone: ZoneInfo,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`zone` is where the times are meant that messages name; `now` gives epoch seconds."""
        self._database = database
        self._vault = vault
        self._ports = ports
        self._link = link
        self._zone = zone
        self._now = now
        self._tidied_at = float("-inf")

    async def run(self) -> None:
        """Works until cancelled. What fails is logged and tried again."""
        while True:
            try:
                while await self.send_due():
                    pass
                await self._tidy()
            except Exception:
                log.exception("notices were not sent")
            await asyncio.sleep(LOOK_EVERY)

    async def send_due(self) -> int:
        """Send some of what is due now. Returns how many were taken up, sent or not."""
        claimed = await self._database.write(notices.claim, self._now(), LEASE, AT_ONCE)
        await asyncio.gather(*(self._send(notice) for notice in claimed))
        return len(claimed)

    async def _send(self, notice: Notice) -> None:
        if self._now() - notice.due_at > USEFUL[notice.kind]:
            await self._database.write(notices.give_up, notice, "too late")
            return
        try:
            found = await self._database.write(contacts.look, self._vault, _owner(notice), ACTOR, self._now())
        except UnreadableContact:
            log.error("an address cannot be read: its key is gone", notice=notice.id)
            found = []
        reachable = [contact for contact in found if contact.address.channel in self._ports]
        starts_at = await self._database.read(_starts_at, notice)
        outcomes = await asyncio.gather(*(self._deliver(notice, contact, starts_at) for contact in reachable))
        results = {contact.address.channel: outcome for contact, outcome in zip(reachable, outcomes, strict=True)}
        await self._database.write(_settle, notice, results, self._now())

    async def _deliver(self, notice: Notice, contact: Contact, starts_at: float | None) -> NotSent | None:
        channel = contact.address.channel
        try:
            words = self._words(notice, contact.language, starts_at)
            async with asyncio.timeout(PATIENCE):
                await self._ports[channel].send(contact.address, words)
        except NotSent as error:
            log.info("notice not sent", notice=notice.id, channel=channel, why=repr(error))
            return error
        except TimeoutError:
            return TryLater("no answer in time")
        except Exception as error:  # a fault of ours must not be tried for ever either
            log.exception("notice not sent", notice=notice.id, channel=channel)
            return TryLater(type(error).__name__)
        return None

    def _words(self, notice: Notice, language: str, starts_at: float | None) -> Words:
        words = catalogue.words(language)
        title, body = SENTENCES[notice.kind]
        values = {} if starts_at is None else self._when(starts_at, language)
        return Words(
            language,
            words.gettext(title),
            words.gettext(body, **values),
            self._link(notice, language),
            USEFUL[notice.kind],
        )

    def _when(self, starts_at: float, language: str) -> dict[str, str]:
        moment = datetime.fromtimestamp(starts_at, self._zone)
        day = format_date(moment, "EEEE d MMMM", locale=language)
        clock = format_time(moment, "h:mm a", tzinfo=self._zone, locale=language)
        written = {"day": day, "time": clock}
        if catalogue.numbering(language) != "arab":
            return written
        return {name: text.translate(_ARABIC_DIGITS) for name, text in written.items()}

    async def _tidy(self) -> None:
        if self._now() - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = self._now()
            await self._database.write(forget_ended, self._now())


_ticket, _booking, _contact = queue.ticket.c, queue.booking.c, records.contact.c
_unsent = select(queue.notice.c.id).where(queue.notice.c.sent_at.is_(None), queue.notice.c.failure.is_(None))
_ENDED_TICKETS = (
    select(_contact.ticket)
    .join(queue.ticket, _ticket.id == _contact.ticket)
    .where(
        not_(queue.is_open),
        or_(_ticket.undo_until.is_(None), _ticket.undo_until <= bindparam("now")),
        not_(_unsent.where(queue.notice.c.ticket == _contact.ticket).exists()),
    )
    .distinct()
)
_ENDED_BOOKINGS = (
    select(_contact.booking)
    .join(queue.booking, _booking.id == _contact.booking)
    .where(
        _booking.state != BookingState.BOOKED,
        not_(_unsent.where(queue.notice.c.booking == _contact.booking).exists()),
    )
    .distinct()
)


def forget_ended(connection: Connection, now: float) -> None:
    """Delete the addresses of tickets and bookings that are over, once there is nothing left to tell."""
    tickets = connection.scalars(_ENDED_TICKETS, {"now": now}).all()
    ended = connection.scalars(_ENDED_BOOKINGS).all()
    for owner in [*(Owner("ticket", number) for number in tickets), *(Owner("booking", number) for number in ended)]:
        contacts.forget(connection, owner, now)


def _owner(notice: Notice) -> Owner:
    if notice.ticket is not None:
        return Owner("ticket", notice.ticket)
    assert notice.booking is not None
    return Owner("booking", notice.booking)


def _starts_at(connection: Connection, notice: Notice) -> float | None:
    return None if notice.booking is None else bookings.get(connection, notice.booking).starts_at


def _settle(connection: Connection, notice: Notice, results: Mapping[Channel, NotSent | None], now: float) -> None:
    """Write down how it went. Whoever was reached in one way was reached."""
    for channel, outcome in results.items():
        if isinstance(outcome, Gone):
            contacts.forget(connection, _owner(notice), now, channel)
    later = [outcome for outcome in results.values() if isinstance(outcome, TryLater)]
    if None in results.values():
        notices.sent(connection, notice, now)
    elif later:
        pause = max(outcome.pause for outcome in later)
        notices.failed(connection, notice, now, "; ".join(map(str, later)), pause)
    else:
        notices.give_up(connection, notice, "gone" if results else "no address")
