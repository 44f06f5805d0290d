"""The agents' channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from wasl_queue.queue import Changes
from wasl_records.staff import Role as StaffRole
from wasl_signaling import consenting, hold, transfers, visits
from wasl_signaling import messages as m
from wasl_signaling.call_view import MEDIA_PATIENCE
from wasl_signaling.idempotency import Wish
from wasl_signaling.mailbox import Address, Kind
from wasl_signaling.parts import Parts
from wasl_signaling.sessions import token_of
from wasl_signaling.talking import TalkingChannel
from wasl_web.errors import Problem


class DeskChannel(TalkingChannel):
    """`/desk`: the session cookie says which agent it is."""

    requests = m.DESK_REQUESTS

    def __init__(self, parts: Parts) -> None:
        super().__init__(Kind.DESK, parts)
        self._agents: dict[str, str] = {}

    async def connected(self, sid: str, environ: dict[str, Any], auth: Any) -> m.Language:
        hello = m.DeskConnect.model_validate(auth)
        member = await self._parts.staff_of(environ, StaffRole.AGENT, StaffRole.INTERPRETER)
        house, address = self._parts.house, Address.desk(member.id)
        changes = await house.database.write(visits.sign_in, house, member.id, house.now())
        self._agents[sid] = member.id
        await self._parts.mailboxes.open(address, sid, hello.language, token_of(environ))
        await self._parts.switchboard.returned(address, hello.peer)
        self._parts.publish(changes)
        await self._parts.returned(address)
        return hello.language

    async def disconnected(self, sid: str) -> None:
        # Nothing else happens yet: her lease runs on, and a page that comes back finds everything as it was.
        agent = self._agents.pop(sid, None)
        if agent is not None and self._parts.mailboxes.close(Address.desk(agent), sid):
            await self._parts.went_away(Address.desk(agent))

    async def on_available(self, sid: str, request: m.Available) -> m.Ok:
        return await self._move(self._parts.house.queue.available, sid)

    async def on_break(self, sid: str, request: m.TakeBreak) -> m.Ok:
        return await self._move(self._parts.house.queue.take_break, sid, request.reason)

    async def on_decline(self, sid: str, request: m.Decline) -> m.Ok:
        house, agent = self._parts.house, self._agent(sid)
        decline = house.database.write(house.queue.decline, request.offer, agent, house.now(), request.reason)
        self._parts.publish(await decline)
        return m.Ok()

    async def on_targets(self, sid: str, request: m.Targets) -> m.TargetsReply:
        house, language = self._parts.house, self._languages[sid]
        return await house.database.read(transfers.targets, house, self._agent(sid), language)

    async def on_transfer(self, sid: str, request: m.Transfer) -> m.Ok:
        house = self._parts.house
        changes = await house.database.write(transfers.transfer, house, self._agent(sid), request, house.now())
        self._parts.publish(changes)
        return m.Ok()

    async def on_accept(self, sid: str, request: m.Accept) -> m.Ok:
        house = self._parts.house
        agent = self._agent(sid)
        wish = Wish.of(request, agent)
        changes = await house.database.write(visits.accept, house.queue, request.offer, agent, house.now(), wish)
        self._parts.publish(changes)
        # Once more when media has had its time to come: whose has not is then shown as away.
        asyncio.get_running_loop().call_later(MEDIA_PATIENCE, self._parts.publish, changes)
        return m.Ok()

    async def on_finish(self, sid: str, request: m.Finish) -> m.Ok:
        house = self._parts.house
        changes = await house.database.write(visits.finish, house.queue, self._agent(sid), request, house.now())
        self._parts.publish(changes)
        return m.Ok()

    async def on_notes(self, sid: str, request: m.Notes) -> m.Ok:
        house = self._parts.house
        await house.database.write(visits.write_notes, self._agent(sid), request)
        return m.Ok()

    async def on_hold(self, sid: str, request: m.Hold) -> m.Ok:
        house = self._parts.house
        await self._parts.hold(house.database.write(hold.hold, self._agent(sid), request, house.now()))
        return m.Ok()

    async def on_ask_recording(self, sid: str, request: m.AskRecording) -> m.Ok:
        house, agent, language = self._parts.house, self._agent(sid), self._languages[sid]
        ask = house.database.write(consenting.ask, house, agent, request.call, language, house.now())
        await self._parts.recording_changed(ask)
        return m.Ok()

    async def on_pause_recording(self, sid: str, request: m.PauseRecording) -> m.Ok:
        house = self._parts.house
        pause = house.database.write(consenting.pause, self._agent(sid), request.call, house.now())
        await self._parts.recording_changed(pause)
        return m.Ok()

    async def on_resume_recording(self, sid: str, request: m.ResumeRecording) -> m.Ok:
        house = self._parts.house
        resume = house.database.write(consenting.resume, house, self._agent(sid), request.call, house.now())
        await self._parts.recording_changed(resume)
        return m.Ok()

    async def on_stop_recording(self, sid: str, request: m.StopRecording) -> m.Ok:
        house = self._parts.house
        stop = house.database.write(consenting.stop, self._agent(sid), request.call, house.now())
        await self._parts.recording_changed(stop)
        return m.Ok()

    async def on_browser_captions(self, sid: str, request: m.BrowserCaptions) -> m.Ok:
        address = self.address(sid)
        await self._parts.change_captions(address, request.call, self._parts.captions.make_in_browser, request.on)
        return m.Ok()

    async def on_caption(self, sid: str, request: m.MakeCaption) -> m.Ok:
        await self._parts.make_caption(self.address(sid), request)
        return m.Ok()

    async def on_correct(self, sid: str, request: m.CorrectCaption) -> m.Ok:
        await self._parts.correct_caption(self.address(sid), request)
        return m.Ok()

    async def on_sign_out(self, sid: str, request: m.SignOut) -> m.Ok:
        return await self._move(self._parts.house.queue.sign_out, sid)

    async def _move(self, move: Callable[..., Changes], sid: str, *details: Any) -> m.Ok:
        house = self._parts.house
        self._parts.publish(await house.database.write(move, self._agent(sid), *details, house.now()))
        return m.Ok()

    def _agent(self, sid: str) -> str:
        if (agent := self._agents.get(sid)) is None:
            raise Problem("not_signed_in")
        return agent

    def address(self, sid: str) -> Address:
        return Address.desk(self._agent(sid))
