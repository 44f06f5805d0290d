"""The citizen's channel."""

from __future__ import annotations

import secrets
from typing import Any

from wasl_signaling import messages as m
from wasl_signaling import visits
from wasl_signaling.mailbox import Address, Kind
from wasl_signaling.parts import Parts
from wasl_signaling.talking import TalkingChannel
from wasl_web.errors import Problem


class CitizenChannel(TalkingChannel):
    """`/citizen`: anyone may connect; a ticket and its resume secret say whose place it is."""

    requests = m.CITIZEN_REQUESTS

    def __init__(self, parts: Parts) -> None:
        super().__init__(Kind.CITIZEN, parts)
        self._tickets: dict[str, int] = {}

    async def connected(self, sid: str, environ: dict[str, Any], auth: Any) -> m.Language:
        hello = m.CitizenConnect.model_validate(auth)
        if hello.ticket is not None and hello.resume is not None:
            await self._resume(sid, hello, hello.ticket, hello.resume)
        else:
            await self._send_no_ticket(sid)
        return hello.language

    async def disconnected(self, sid: str) -> None:
        ticket = self._tickets.pop(sid, None)
        if ticket is not None and self._parts.mailboxes.close(Address.citizen(ticket), sid):
            house = self._parts.house
            self._parts.publish(await house.database.write(visits.absent, house.queue, ticket, house.now()))
            await self._parts.went_away(Address.citizen(ticket))

    async def on_join(self, sid: str, request: m.Join) -> m.Joined:
        if sid in self._tickets:
            raise Problem("already_in_line")
        house = self._parts.house
        if house.draining:
            raise Problem("draining")
        house.catalogue.service(request.service)
        secret = secrets.token_urlsafe(32)
        joined = await house.database.write(visits.join, house.queue, request, secret, house.now())
        await self._own(sid, joined.ticket, self._languages[sid])
        self._parts.publish(joined.changes)
        return m.Joined(ticket=joined.ticket, resume=secret)

    async def on_leave(self, sid: str, request: m.Leave) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        self._parts.publish(await house.database.write(visits.leave, house.queue, ticket, house.now()))
        return m.Ok()

    async def on_undo_leave(self, sid: str, request: m.UndoLeave) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        self._parts.publish(await house.database.write(house.queue.undo_leave, ticket, house.now()))
        return m.Ok()

    async def on_forget(self, sid: str, request: m.Forget) -> m.Ok:
        house, ticket = self._parts.house, self._ticket(sid)
        await house.database.read(visits.must_have_ended, house.queue, ticket)
        del self._tickets[sid]
        self._parts.mailboxes.close(Address.citizen(ticket), sid)
        await self._parts.switchboard.disconnect(Address.citizen(ticket))
        await self._send_no_ticket(sid)
        return m.Ok()

    async def _resume(self, sid: str, hello: m.CitizenConnect, ticket: int, secret: str) -> None:
        house = self._parts.house
        resumed = await house.database.write(house.queue.resume, ticket, secret, house.now())
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

    def _ticket(self, sid: str) -> int:
        if (ticket := self._tickets.get(sid)) is None:
            raise Problem("no_ticket")
        return ticket

    def address(self, sid: str) -> Address:
        return Address.citizen(self._ticket(sid))
