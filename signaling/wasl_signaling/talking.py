"""What citizens and agents have in common: both talk, and ask the same of the desk while they do."""

from __future__ import annotations

from wasl_signaling import consenting
from wasl_signaling import messages as m
from wasl_signaling.channel import Channel
from wasl_signaling.mailbox import Address, Kind
from wasl_signaling.parts import Parts


class TalkingChannel(Channel):
    """A channel of people who can be in a call."""

    def __init__(self, kind: Kind, parts: Parts) -> None:
        super().__init__(kind)
        self._parts = parts

    def address(self, sid: str) -> Address:
        """Who is behind this socket; raises Problem when it is nobody yet."""
        raise NotImplementedError

    async def on_media_answer(self, sid: str, request: m.MediaAnswer) -> m.Ok:
        await self._parts.switchboard.answer(self.address(sid), request.peer, request.sdp)
        return m.Ok()

    async def on_media_failed(self, sid: str, request: m.MediaFailed) -> m.Ok:
        await self._parts.switchboard.renew(self.address(sid), request.peer)
        return m.Ok()

    async def on_devices(self, sid: str, request: m.DevicesChanged) -> m.Ok:
        await self._parts.set_devices(self.address(sid), request)
        return m.Ok()

    async def on_watch(self, sid: str, request: m.Watch) -> m.Ok:
        self._parts.set_watching(self.address(sid), request.pictures)
        return m.Ok()

    async def on_answer_recording(self, sid: str, request: m.AnswerRecording) -> m.Ok:
        house, party, language = self._parts.house, self.address(sid).party, self._languages[sid]
        answer = house.database.write(consenting.answer, house, party, request, language, house.now())
        await self._parts.recording_changed(answer)
        return m.Ok()

    async def on_text(self, sid: str, request: m.Type) -> m.Ok:
        await self._parts.text.write(self.address(sid), request)
        return m.Ok()

    async def on_captions(self, sid: str, request: m.WantCaptions) -> m.Ok:
        address = self.address(sid)
        await self._parts.change_captions(address, request.call, self._parts.captions.want, request.on)
        return m.Ok()
