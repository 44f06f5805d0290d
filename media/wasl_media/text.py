"""Real-time text of one peer over data channels: letters as T.140 (RFC 8865), and lines for pages of our own.

A page opens its channels in-band (DCEP, RFC 8832). On a channel of letters it types, and reads the person in slot 0;
for the person in each further slot it is given a channel of its own, labelled `slot1` to `slot3` (RFC 8865, 5.5). A
channel of lines only carries to the page. Closing a channel ends that way of the text and not the session.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from aiortc import RTCDataChannel, RTCDataChannelParameters

from wasl_media.aiortc_private import Association
from wasl_media.description import MAX_MESSAGE
from wasl_media.events import ChannelClosed, ChannelOpened, Event, Reads, TextTyped

SUBPROTOCOLS = {"t140": Reads.LETTERS, "wasl-lines": Reads.LINES}
MAX_UNREAD = 64 << 10
"""Bytes that may wait for a page that does not read; beyond, its channel is closed."""
MAX_EVENT = 2_000
"""Characters of an event; a longer message makes several."""
RATE = 1_000.0
"""Characters a second. T.140 says 30, but a paste is typed at once; the relay need not tell them apart."""
BURST = 120_000.0
"""Characters at once."""

log = logging.getLogger(__name__)


class Text:
    """The channels of one peer; ends with its association, or by `close`."""

    def __init__(self, peer: str, association: Association, on_event: Callable[[Event], None]) -> None:
        self._peer = peer
        self._association = association
        self._on_event = on_event
        self._lines: RTCDataChannel | None = None
        self._letters: dict[int, RTCDataChannel] = {}
        self._typed: dict[RTCDataChannel, int] = {}
        self._early: dict[RTCDataChannel, str] = {}
        """What waits for a channel of ours to open."""
        self._allowance, self._counted_at = BURST, time.monotonic()
        association.on("datachannel", self._opened)

    async def start(self, port: int) -> None:
        """Open the association, as both sides do (RFC 8841, 9.3)."""
        await self._association.start(None, port)

    def write_lines(self, body: str) -> bool:
        """Send this on the channel of lines. False if there is none that takes it."""
        return self._lines is not None and self._send(self._lines, body)

    def write_letters(self, slot: int, t140: str) -> bool:
        """Send T.140 characters of the person in this slot. False if the page has no channel of letters."""
        if 0 not in self._letters:
            return False
        if slot not in self._letters:
            parameters = RTCDataChannelParameters(label=f"slot{slot}", protocol="t140")
            channel = RTCDataChannel(self._association, parameters)
            self._early[channel] = ""
            channel.on("open", lambda: self._send(channel, self._early.pop(channel, "")))
            self._adopt(channel, Reads.LETTERS, slot)
        return self._send(self._letters[slot], t140)

    def end(self) -> None:
        """The connection is gone. Idempotent."""
        self._association.end()

    async def close(self) -> None:
        """Say goodbye to the page. Idempotent."""
        await self._association.stop()

    # Channels

    def _opened(self, channel: RTCDataChannel) -> None:
        reads = SUBPROTOCOLS.get(channel.protocol)
        reliable = channel.ordered and channel.maxRetransmits is None and channel.maxPacketLifeTime is None
        if reads is None or not reliable:  # RFC 8865, 4.1
            channel.close()
            return
        self._adopt(channel, reads, 0)
        self._on_event(ChannelOpened(peer=self._peer, reads=reads, label=channel.label))

    def _adopt(self, channel: RTCDataChannel, reads: Reads, slot: int) -> None:
        if reads is Reads.LINES:
            self._lines = channel
        else:
            self._letters[slot] = channel
            self._typed[channel] = 0
            channel.on("message", lambda message: self._receive(channel, message))
        channel.on("close", lambda: self._closed(channel, reads))

    def _closed(self, channel: RTCDataChannel, reads: Reads) -> None:
        self._typed.pop(channel, None)
        self._early.pop(channel, None)
        if channel is self._lines or channel is self._letters.get(0):
            self._on_event(ChannelClosed(peer=self._peer, reads=reads, label=channel.label))
        self._lines = None if channel is self._lines else self._lines
        self._letters = {slot: other for slot, other in self._letters.items() if other is not channel}

    # Messages

    def _receive(self, channel: RTCDataChannel, message: str | bytes) -> None:
        if isinstance(message, bytes) or channel.readyState != "open":  # T.140 blocks are strings (RFC 8865, 5.1)
            return
        if len(message) > MAX_MESSAGE or not self._allows(len(message)):
            log.info("peer %s types more than anybody can", self._peer)
            channel.close()
            return
        for start in range(0, len(message), MAX_EVENT):
            part, at = message[start : start + MAX_EVENT], self._typed[channel]
            self._typed[channel] = at + len(part)
            self._on_event(TextTyped(peer=self._peer, label=channel.label, at=at, t140=part))

    def _allows(self, characters: int) -> bool:
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + RATE * (now - self._counted_at)) - characters
        self._counted_at = now
        return self._allowance >= 0

    def _send(self, channel: RTCDataChannel, message: str) -> bool:
        if channel in self._early:
            message = self._early[channel] = self._early[channel] + message
        size = len(message.encode())
        if channel.readyState not in ("connecting", "open") or size > MAX_MESSAGE:
            return False
        if channel.bufferedAmount + size > MAX_UNREAD:
            log.info("peer %s does not read its text", self._peer)
            channel.close()
            return False
        if channel not in self._early:
            channel.send(message)
        return True
