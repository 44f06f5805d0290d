"""Real-time text on its ways: over data channels of the relay, and over Socket.IO where there is none.

Whichever way letters come, they are written down first, and then the same lines go to everyone. Our own pages read
lines, over both ways: whole lines with revisions may come twice. A page of another author that only knows RFC 8865
reads letters, and is heard on any channel of the subprotocol `t140`.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any

import structlog

from wasl_media.errors import MediaError
from wasl_media.events import ChannelClosed, ChannelOpened, Reads, TextTyped
from wasl_signaling import call as calls
from wasl_signaling import conversation, visits
from wasl_signaling import messages as m
from wasl_signaling.call import Call, Leg
from wasl_signaling.call_view import address_of, text_line
from wasl_signaling.conversation import MISSING
from wasl_signaling.house import House
from wasl_signaling.locks import Locks
from wasl_signaling.mailbox import Address, Kind, Mailboxes
from wasl_signaling.switchboard import Switchboard
from wasl_signaling.tapes import Tapes
from wasl_signaling.visits import Typed
from wasl_web.errors import Problem

log = structlog.get_logger()
LABEL = re.compile(r"wasl:(\d{1,15}):(\d{1,9})")
"""Of a channel of our own pages: the call, and how many characters were typed in it before those of this channel."""


class Text:
    """What is typed in all calls of this process."""

    def __init__(self, house: House, mailboxes: Mailboxes, switchboard: Switchboard, tapes: Tapes) -> None:
        self._house, self._mailboxes, self._switchboard, self._tapes = house, mailboxes, switchboard, tapes
        self._locks: Locks[Address] = Locks()
        self._calls: Locks[int] = Locks()
        """Held from writing letters down until they were shown, so that a reader comes before or after them."""
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, event: TextTyped | ChannelOpened | ChannelClosed) -> None:
        """Something came from a data channel. What one person's page sends is handled in order."""
        address = self._switchboard.owner(event.peer)
        if address is None:  # its page has a newer connection, and sends what is not written down again
            return
        task = asyncio.create_task(self._safely(address, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def write(self, address: Address, request: m.Type) -> None:
        """Writes down what a person typed, then shows it to everyone in the call. Raises UnknownCall."""
        async with self._locks[address]:
            await self._write(address, request)

    async def close(self) -> None:
        """Lets what came be written down."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _safely(self, address: Address, event: TextTyped | ChannelOpened | ChannelClosed) -> None:
        try:
            async with self._locks[address]:
                if isinstance(event, TextTyped):
                    await self._typed(address, event)
                elif not LABEL.fullmatch(event.label):  # pages of ours read lines
                    await self._reads(address, event)
        except Problem as problem:
            log.info("text came when there was no call for it", address=address, code=problem.code)
        except Exception:  # the next letters must be written down whatever became of these
            log.exception("text", address=address)

    async def _typed(self, address: Address, event: TextTyped) -> None:
        if own := LABEL.fullmatch(event.label):
            call, at = int(own[1]), int(own[2]) + event.at
        elif live := await self._live_call(address):
            call, at = live.id, None
        else:
            return
        await self._write(address, m.Type(call=call, batch=f"{event.peer}:{event.at}", t140=event.t140, at=at))

    async def _reads(self, address: Address, event: ChannelOpened | ChannelClosed) -> None:
        """A page begins or ceases to read over a channel."""
        call = await self._live_call(address) if event.reads is Reads.LETTERS else None
        if call is None or isinstance(event, ChannelClosed):
            self._switchboard.channel_changed(event)
            return
        async with self._calls[call.id]:
            await self._begin_reading(address, call, event)

    async def _begin_reading(self, address: Address, call: Call, event: ChannelOpened) -> None:
        """A page that only knows letters comes into a call; if there was text, some may be lost, both ways."""
        leg = call.leg(address.party)
        typed, lines = await self._house.database.read(_text_so_far, call, leg)
        self._switchboard.channel_changed(event)
        if any(line.leg != leg.id for line in lines):
            await self._write_letters(address, 0, MISSING)
        if typed:
            await self._write_down(address, m.Type(call=call.id, batch="mark", t140=MISSING, at=typed))

    async def _write(self, address: Address, request: m.Type) -> None:
        async with self._calls[request.call]:
            await self._write_down(address, request)

    async def _write_down(self, address: Address, request: m.Type) -> None:
        typed = await self._house.database.write(visits.type_text, address.party, request, self._house.now())
        await asyncio.gather(*(self._show(leg, typed) for leg in typed.call.legs))
        await self._tapes.write_text(typed.call.id, typed.leg, typed.lines)

    async def _show(self, leg: Leg, typed: Typed) -> None:
        address, you = address_of(leg), leg == typed.leg
        if mailbox := self._mailboxes.get(address):
            await self._mailboxes.send(address, "text", _event(typed, you, mailbox.language))
        match self._switchboard.reads(address):
            case (Reads.LINES, language):
                await self._write_lines(address, _event(typed, you, language).model_dump_json())
            case (Reads.LETTERS, _) if typed.t140 and not you:
                slot = typed.call.others(leg.party).index(typed.leg)
                await self._write_letters(address, slot, typed.t140)

    async def _write_lines(self, address: Address, body: str) -> None:
        with suppress(MediaError):  # Socket.IO brings it, too
            relay, peer = self._switchboard.relay_of(address)
            await relay.write_lines(peer, body)

    async def _write_letters(self, address: Address, slot: int, t140: str) -> None:
        with suppress(MediaError):  # lost with the connection, which is marked on the next
            relay, peer = self._switchboard.relay_of(address)
            await relay.write_letters(peer, slot, t140)

    async def _live_call(self, address: Address) -> Call | None:
        key: dict[str, Any] = (
            {"ticket": int(address.party)} if address.kind is Kind.CITIZEN else {"agent": address.party}
        )
        return await self._house.database.read(calls.live_call, **key)


def _event(typed: Typed, you: bool, language: m.Language) -> m.TextEvent:
    lines = [text_line(line, typed.leg.role, typed.names[language], you) for line in typed.lines]
    return m.TextEvent(call=typed.call.id, lines=lines, typed=typed.typed if you else None)


def _text_so_far(connection: Any, call: Call, leg: Leg) -> tuple[int, list[conversation.Line]]:
    return conversation.typed_by(connection, leg), conversation.transcript(connection, call.id)
