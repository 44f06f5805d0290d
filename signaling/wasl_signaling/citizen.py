"""The citizen's channel."""

from __future__ import annotations

import secrets
from typing import Any

from limits import RateLimitItemPerDay, RateLimitItemPerMinute

from wasl_records.contact import PhoneNumber
from wasl_signaling import appointments, arrivals, idempotency, line_check, visits
from wasl_signaling import messages as m
from wasl_signaling.call_view import milliseconds
from wasl_signaling.idempotency import Wish
from wasl_signaling.locks import Locks
from wasl_signaling.mailbox import Address, Kind
from wasl_signaling.parts import Parts
from wasl_signaling.talking import TalkingChannel
from wasl_web.errors import Problem

LASTING = RateLimitItemPerMinute(6)  # messages, bookings and call-backs of one page
CHECKING = RateLimitItemPerMinute(6)  # of one page; each loads its line and a relay for some seconds
CHECKING_HERE = RateLimitItemPerMinute(60)  # of one address, which may be that of a whole library
LOOKING = RateLimitItemPerMinute(20)  # at the times of appointments, which are work to find
PER_PHONE = RateLimitItemPerDay(12)  # so that nobody's phone can be flooded from here


class CitizenChannel(TalkingChannel):
    """`/citizen`: anyone may connect; a ticket and its resume secret say whose place it is."""

    requests = m.CITIZEN_REQUESTS

    def __init__(self, parts: Parts) -> None:
        super().__init__(Kind.CITIZEN, parts)
        self._tickets: dict[str, int] = {}
        self._hosts: dict[str, str] = {}
        self._checked: dict[str, tuple[m.Check, m.CheckView]] = {}
        self._locks: Locks[int | str] = Locks()  # by ticket, and by socket while it has none

    async def connected(self, sid: str, environ: dict[str, Any], auth: Any) -> m.Language:
        hello = m.CitizenConnect.model_validate(auth)
        self._hosts[sid] = environ["aiohttp.request"].remote or ""
        if hello.ticket is not None and hello.resume is not None:
            await self._resume(sid, hello, hello.ticket, hello.resume)
        else:
            await self._send_no_ticket(sid)
        return hello.language

    async def disconnected(self, sid: str) -> None:
        self._hosts.pop(sid, None)
        self._checked.pop(sid, None)
        await self._parts.checks.end(sid)
        ticket = self._tickets.pop(sid, None)
        if ticket is None or not self._parts.mailboxes.owns(Address.citizen(ticket), sid):
            return
        house, address = self._parts.house, Address.citizen(ticket)
        async with self._locks[ticket]:
            if not self._parts.mailboxes.close(address, sid):
                return  # a newer page of hers came while this one waited for its turn
            self._parts.publish(await house.database.write(visits.absent, house.queue, ticket, house.now()))
        await self._parts.went_away(address)

    async def on_join(self, sid: str, request: m.Join) -> m.Joined:
        async with self._locks[sid]:  # or two at once would both find that she has no place yet
            return await self._join(sid, request)

    async def on_leave(self, sid: str, request: m.Leave) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        self._parts.publish(await house.database.write(visits.leave, house.queue, ticket, house.now()))
        await self._parts.checks.end(sid)
        return m.Ok()

    async def on_undo_leave(self, sid: str, request: m.UndoLeave) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        self._parts.publish(await house.database.write(house.queue.undo_leave, ticket, house.now()))
        return m.Ok()

    async def on_callback(self, sid: str, request: m.Callback) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        if request.wanted:
            await self._limit(sid, request.phone)
            found = arrivals.addresses(house, request.phone, request.push)
            change = house.database.write(
                arrivals.ask_callback, house, ticket, found, self._languages[sid], house.now()
            )
        else:
            change = house.database.write(arrivals.cancel_callback, house, ticket, house.now())
        self._parts.publish(await change)
        return m.Ok()

    async def on_clip(self, sid: str, request: m.WatchClip) -> m.Ok:
        self._parts.ask_clip(self.address(sid), request.wanted)
        return m.Ok()

    async def on_message(self, sid: str, request: m.LeaveMessage) -> m.Joined:
        house, secret = self._parts.house, _secret(request)
        await self._limit_once(sid, request)
        phone = PhoneNumber.read(request.phone) if request.phone is not None else None
        left = await house.database.write(arrivals.leave_message, house, request, phone, secret, house.now())
        self._parts.publish(left.changes)
        return m.Joined(ticket=left.ticket, resume=secret)

    async def on_slots(self, sid: str, request: m.Slots) -> m.SlotsReply:
        if not await self._limiter.hit(LOOKING, "looking", sid):
            raise Problem("too_many_requests")
        house = self._parts.house
        found = await house.database.write(appointments.slots, house, request, house.now())
        return m.SlotsReply(
            slots=[m.SlotView(starts_at=milliseconds(s.starts_at), ends_at=milliseconds(s.ends_at)) for s in found]
        )

    async def on_book(self, sid: str, request: m.Book) -> m.BookReply:
        house, secret = self._parts.house, _secret(request)
        await self._limit_once(sid, request)
        found = arrivals.addresses(house, request.phone, request.push)
        made = await house.database.write(appointments.book, house, request, found, secret, house.now())
        times = {"starts_at": milliseconds(made.starts_at), "ends_at": milliseconds(made.ends_at)}
        return m.BookReply(booking=made.id, resume=secret, **times)

    async def on_cancel_booking(self, sid: str, request: m.CancelBooking) -> m.Ok:
        house = self._parts.house
        await house.database.write(appointments.cancel, request, house.now())
        return m.Ok()

    async def on_outlook(self, sid: str, request: m.Outlook) -> m.OutlookReply:
        house = self._parts.house
        points = await house.database.read(appointments.outlook, house, request, house.now())
        return m.OutlookReply(
            points=[
                m.OutlookPoint(
                    at=milliseconds(point.at),
                    estimate=None if point.high is None else m.Estimate(low=point.low, high=point.high),
                )
                for point in points
            ]
        )

    async def on_check(self, sid: str, request: m.Check) -> m.CheckOffer:
        host = self._hosts.get(sid)
        if host is None:
            raise Problem("not_now")
        if not await self._limiter.hit(CHECKING, "checking", sid):
            raise Problem("too_many_requests")
        if not await self._limiter.hit(CHECKING_HERE, "checking here", host):
            raise Problem("too_many_requests")
        return m.CheckOffer(offer=await self._parts.checks.begin(sid, request))

    async def on_devices(self, sid: str, request: m.DevicesChanged) -> m.Ok:
        reply = await super().on_devices(sid, request)
        await self._parts.checks.end(sid)  # her call comes: a check would take room from it
        return reply

    async def on_check_answer(self, sid: str, request: m.CheckAnswer) -> m.Ok:
        await self._parts.checks.answer(sid, request.peer, request.sdp)
        return m.Ok()

    async def on_check_done(self, sid: str, request: m.CheckDone) -> m.Checked:
        house = self._parts.house
        asked, verdict = await self._parts.checks.finish(sid, request)
        async with self._locks[sid]:  # or the verdict would come between her joining and her ticket
            ticket = self._tickets.get(sid)
            if ticket is not None:
                keep = house.database.write(line_check.keep_and_tell, house.queue, ticket, verdict, house.now())
                self._parts.publish(await keep)
            elif sid in self._hosts:
                self._checked[sid] = asked, verdict
        return m.Checked(check=verdict)

    async def on_forget(self, sid: str, request: m.Forget) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        await house.database.read(visits.must_have_ended, house.queue, ticket)
        self._tickets.pop(sid, None)
        self._parts.mailboxes.close(Address.citizen(ticket), sid)
        await self._parts.switchboard.disconnect(Address.citizen(ticket))
        await self._send_no_ticket(sid)
        return m.Ok()

    async def _join(self, sid: str, request: m.Join) -> m.Joined:
        house, language = self._parts.house, self._languages.get(sid)
        if language is None:
            raise Problem("not_now")  # her page went away before it was her turn
        secret = _secret(request)
        before = await house.database.read(idempotency.made, Wish.of(request))
        if before is not None and self._tickets.get(sid, before) == before:
            if sid not in self._tickets:
                await self._resume(sid, m.CitizenConnect(language=language), before, secret)
            return m.Joined(ticket=before, resume=secret)
        if sid in self._tickets:
            raise Problem("already_in_line")
        if house.draining:
            raise Problem("draining")
        house.catalogue.service(request.service)
        checked = self._verdict_for(sid, request)
        joined = await house.database.write(arrivals.join, house, request, secret, house.now(), checked)
        await self._own(sid, joined.ticket, language)
        self._parts.publish(joined.changes)
        if sid not in self._languages:
            await self.disconnected(sid)  # her page went away meanwhile, when it had no place yet to be away from
        return m.Joined(ticket=joined.ticket, resume=secret)

    def _verdict_for(self, sid: str, request: m.Join) -> m.CheckView | None:
        """What the check of this page found, if it was about taking part as she does now."""
        asked, verdict = self._checked.pop(sid, (None, None))
        alike = asked and (asked.modality, asked.sign_language) == (request.modality, request.sign_language)
        return verdict if alike else None

    async def _resume(self, sid: str, hello: m.CitizenConnect, ticket: int, secret: str) -> None:
        house = self._parts.house
        async with self._locks[ticket]:  # between these two, the end of an older page would make her absent
            resumed = await house.database.write(arrivals.resume, house.queue, ticket, secret, house.now())
            await self._own(sid, ticket, hello.language)
        await self._parts.switchboard.returned(Address.citizen(ticket), hello.peer)
        self._parts.publish(resumed.changes)
        await self._parts.returned(Address.citizen(ticket))

    async def _own(self, sid: str, ticket: int, language: m.Language) -> None:
        self._tickets[sid] = ticket
        await self._parts.mailboxes.open(Address.citizen(ticket), sid, language)

    async def _send_no_ticket(self, sid: str) -> None:
        state = m.CitizenState(
            version=self._parts.mailboxes.next_version(),
            phase=m.CitizenPhase.NONE,
            draining=self._parts.house.draining,
        )
        await self.emit("state", state.model_dump(mode="json"), to=sid)

    async def _limit_once(self, sid: str, request: m.Book | m.LeaveMessage) -> None:
        """What is only asked again, because its answer was lost, costs nobody anything."""
        if await self._parts.house.database.read(idempotency.made, Wish.of(request)) is None:
            await self._limit(sid, request.phone)

    async def _limit(self, sid: str, phone: str | None) -> None:
        """For what a page may ask for again and again, and what stays or is sent to a phone."""
        if not await self._limiter.hit(LASTING, "lasting", sid):
            raise Problem("too_many_requests")
        if phone is not None and not await self._limiter.hit(PER_PHONE, "phone", PhoneNumber.read(phone).number):
            raise Problem("too_many_requests")

    def _ticket(self, sid: str) -> int:
        if (ticket := self._tickets.get(sid)) is None:
            raise Problem("no_ticket")
        return ticket

    def address(self, sid: str) -> Address:
        return Address.citizen(self._ticket(sid))


def _secret(request: m.Join | m.Book | m.LeaveMessage) -> str:
    """What proves that the outcome is hers. A page that made a key has it already, whatever becomes of the answer."""
    return request.idempotency_key or secrets.token_urlsafe(32)
