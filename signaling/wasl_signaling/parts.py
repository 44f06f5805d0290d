"""The running desk as its channels use it: the house with everything that tells people of changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from wasl_media.events import CaptionsChanged, ClipEnded, PeerConnected, PeerDisconnected, RecordingFailed, Said
from wasl_queue.queue import Changes
from wasl_records.staff import Role, Staff
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling import visits
from wasl_signaling.call import Call
from wasl_signaling.call_view import address_of, caption_line, slots_of
from wasl_signaling.captions import CaptionLine, Captions
from wasl_signaling.checking import Checks
from wasl_signaling.house import House
from wasl_signaling.mailbox import Address, Kind, Mailboxes
from wasl_signaling.refresher import Refresher
from wasl_signaling.switchboard import Switchboard
from wasl_signaling.tapes import Tapes
from wasl_signaling.text import Text
from wasl_web.sign_in import signed_in_staff


@dataclass(frozen=True)
class Parts:
    """Made once by the composition root."""

    house: House
    mailboxes: Mailboxes
    switchboard: Switchboard
    refresher: Refresher
    text: Text
    tapes: Tapes
    captions: Captions
    checks: Checks

    def publish(self, changes: Changes) -> None:
        """Tells everyone whom these committed changes concern."""
        self.tapes.look(changes.tickets)
        self.refresher.publish(changes)

    async def staff_of(self, environ: dict[str, Any], *roles: Role) -> Staff:
        """The signed-in staff member behind a Socket.IO connection, who must have one of the roles."""
        return await signed_in_staff(self.house.database, environ["aiohttp.request"], self.house.now(), *roles)

    async def returned(self, address: Address) -> None:
        """This person's page is back: she and those in a call with her are told."""
        self.refresher.mark([address, *await self._in_call_with(address)])

    async def went_away(self, address: Address) -> None:
        """This person's page is gone: those in a call with her are told."""
        self.refresher.mark(await self._in_call_with(address))

    async def media_changed(self, event: PeerConnected | PeerDisconnected) -> None:
        """A connection with the relay came up or fell silent: its owner and those in a call with her are told."""
        self.tapes.look_at_all()
        address = self.switchboard.heard(event.peer, up=isinstance(event, PeerConnected))
        if address is not None:
            self.refresher.mark([address, *await self._in_call_with(address)])

    async def set_devices(self, address: Address, devices: m.DevicesChanged) -> None:
        """Remembers what a person's microphone and camera do, and shows it to the others in the call."""
        if mailbox := self.mailboxes.get(address):
            mailbox.microphone, mailbox.camera = devices.microphone, devices.camera
            self.refresher.mark([address, *await self._in_call_with(address)])

    def set_watching(self, address: Address, pictures: bool) -> None:
        """Remembers whether a person can see pictures now: none are sent to her while she cannot."""
        if mailbox := self.mailboxes.get(address):
            mailbox.pictures = pictures
            self.refresher.mark([address])

    async def hold(self, change: Awaitable[Call]) -> None:
        """Once a call is on hold, or goes on, everybody's connection follows, and what is recorded of it."""
        call = await change
        self.refresher.mark([box.address for box in self.mailboxes.of_kind(Kind.WALL)])
        self.refresher.mark(address_of(leg) for leg in call.legs)
        for leg in call.legs:  # also of those whose pages are away: their connections may be there
            await self.switchboard.rearrange(address_of(leg), slots_of(call, leg))
        await self.tapes.follow(call.id)
        await self.refresher.refresh([address_of(leg) for leg in call.legs])

    async def recording_changed(self, change: Awaitable[Call]) -> None:
        """Once this change of a recording is committed, the relay follows it, and everybody in the call is told."""
        call = await change
        await self.tapes.follow(call.id)
        self.refresher.mark(address_of(leg) for leg in call.legs)

    async def recording_failed(self, event: RecordingFailed) -> None:
        """The disk did not take a recording any more: everybody in the call is told."""
        if (call := await self.tapes.failed(event)) is not None:
            self.refresher.mark(address_of(leg) for leg in call.legs)

    async def change_captions(
        self, address: Address, call: int, change: Callable[[int, Address, bool], None], on: bool
    ) -> None:
        """Somebody switches captions on or off in a call of hers; everyone in it is told, and listened to or not."""
        found = await self.house.database.read(visits.call_of, call, address.party)
        change(found.call.id, address, on)
        self.refresher.mark(address_of(leg) for leg in found.call.legs)

    async def said(self, event: Said) -> None:
        """An engine understood something that somebody said."""
        address = self.switchboard.owner(event.peer)
        call = None if address is None else await self._call_of(address)
        if address is None or call is None:
            return  # the call is over
        found = await self.house.database.read(visits.call_of, call.id, address.party)
        await self._show_caption(found, self.captions.heard(call.id, found.leg.id, event))

    async def make_caption(self, address: Address, request: m.MakeCaption) -> None:
        """A person's own browser understood something that she said."""
        found = await self.house.database.read(visits.call_of, request.call, address.party)
        line = self.captions.made(found.call, found.leg, address, request, self.house.now())
        await self._show_caption(found, line)

    async def correct_caption(self, address: Address, request: m.CorrectCaption) -> None:
        """A person says what she really said."""
        found = await self.house.database.read(visits.call_of, request.call, address.party)
        line = self.captions.correct(found.call.id, found.leg.id, request.caption, request.text)
        await self._show_caption(found, line)

    async def _show_caption(self, found: visits.Taking, line: CaptionLine | None) -> None:
        if line is None:
            return
        await self._record_caption(found, line)
        readers = [leg for leg in found.call.legs if not found.call.apart(found.leg, leg)]
        for leg in readers:
            if mailbox := self.mailboxes.get(address_of(leg)):
                view = caption_line(line, found.leg.role, found.names[mailbox.language], leg == found.leg)
                await self.mailboxes.send(mailbox.address, "caption", m.CaptionEvent(call=found.call.id, line=view))

    async def _record_caption(self, found: visits.Taking, line: CaptionLine) -> None:
        """What an engine understood is in the recording already: the relay hears it first. What a person corrects is
        her own word, and follows what the machine made of it."""
        if line.final and line.source is not m.CaptionSource.ENGINE:
            words, automatic = " ".join(word.text for word in line.words), line.source is m.CaptionSource.BROWSER
            await self.tapes.write_words(found.call.id, found.leg, words, line.began_at, automatic=automatic)

    def captions_changed(self, event: CaptionsChanged) -> None:
        """Captions can be made from now on, or cannot any more: everyone in a call is told."""
        self.captions.changed(event)
        self.refresher.mark_all()

    def ask_clip(self, address: Address, wanted: bool) -> None:
        """Begins, or ends, the clip for a person who waits."""
        if mailbox := self.mailboxes.get(address):
            mailbox.clip_asked_at = self.house.now() if wanted else None
            self.refresher.mark([address])

    def clip_ended(self, event: ClipEnded) -> None:
        """A clip came to its end: its viewer may ask for it again."""
        address = self.switchboard.owner(event.peer)
        if address is not None:
            self.ask_clip(address, wanted=False)

    async def _in_call_with(self, address: Address) -> list[Address]:
        call = await self._call_of(address)
        return [address_of(leg) for leg in call.others(address.party)] if call else []

    async def _call_of(self, address: Address) -> calls.Call | None:
        key: dict[str, Any] = (
            {"ticket": int(address.party)} if address.kind is Kind.CITIZEN else {"agent": address.party}
        )
        call: calls.Call | None = await self.house.database.read(calls.live_call, **key)
        return call
