"""One stream that a peer receives: what somebody sends, in numbers of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from itertools import islice
from typing import Protocol

from aiortc.rtp import RtcpReceiverInfo, RtcpSenderInfo

from wasl_media import rtcp
from wasl_media.aiortc_private import PacketBuffer
from wasl_media.description import ABS_SEND_TIME, CLOCK_RATES, VP8_RTX, OutgoingStream
from wasl_media.figures import ViewFigures
from wasl_media.header_extension import HeaderExtensions
from wasl_media.publication import Publication
from wasl_media.reception import SenderClock
from wasl_media.rtp import (
    REWRITE,
    REWRITE_OFFSET,
    UINT16,
    UINT32,
    stamp_send_time,
    starts_keyframe,
    wrap_retransmission,
)

MAX_RETRANSMISSIONS = 128
"""Packets that one NACK may have sent again."""
_REMEMBERED_REPORTS = 4
_REPORT_LASTS = 8.0
"""Seconds that a receiver's report tells how it is: of sound, browsers send one every 5 s."""


class Path(Protocol):
    """The secured path that packets leave by."""

    @property
    def up(self) -> bool:
        """Whether packets can pass."""

    def outgoing(self) -> PacketBuffer:
        """A buffer for the next packet."""

    def send_rtp(self, buffer: PacketBuffer, length: int) -> None:
        """Send the RTP packet in the buffer."""

    def send_rtcp(self, data: bytes) -> None:
        """Send a compound RTCP packet."""


class Subscription:
    """The source may change at any time; to the receiver it stays one stream that never jumps backwards.

    Numbers towards the receiver are the source's extended numbers plus an offset that is fixed when a source
    begins. A packet from before that moment is never sent: its number was used for something else, and SRTP
    must not encrypt two packets under one number (RFC 3711, 9.1).
    """

    def __init__(self, stream: OutgoingStream, path: Path) -> None:
        self.stream, self._ssrc = stream, stream.ssrc
        self._path = path
        self.source: Publication | None = None
        self._held = True
        self._first = 0
        self._shift = 0
        self._timestamp_shift = 0
        # The lower half of the range: no wrap-around while the receiver learns the SRTP roll-over counter.
        self._last_index = (1 << 16) + secrets.randbelow(1 << 15)
        self._last_timestamp = secrets.randbits(31)
        self._last_sent_at: float | None = None
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._kept_header = HeaderExtensions({ABS_SEND_TIME: 3})
        self._reports_sent: dict[int, float] = {}
        self.packets = self.octets = self.retransmitted = 0
        self.bitrate_limit: int | None = None
        """Bits per second the receiver can take of this stream."""
        self.round_trip: float | None = None
        """Seconds."""
        self._last_report: RtcpReceiverInfo | None = None
        self._reported_at = 0.0
        self._broken = 0

    @property
    def waits_for_keyframe(self) -> bool:
        """Whether a picture is held back until it can be decoded."""
        return self._held and self.stream.kind == "video" and self._path.up

    def show(self, source: Publication | None, now: float) -> None:
        """Receive this source from its next keyframe on, or nothing."""
        if source is self.source:
            return
        self._detach()
        self.source = source
        if source is not None:
            source.add(self, now)

    def leave(self) -> None:
        """Receive nothing. Idempotent."""
        self._detach()

    def _detach(self) -> None:
        if self.source is not None:
            self.source.subscriptions.remove(self)
        self.source = None
        self.bitrate_limit = None
        self._last_report = None
        self.hold()

    def hold(self) -> None:
        """Send nothing until the source can be decoded from the start."""
        self._held = True

    # Packets

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        """Send a packet of the source on, in this stream's numbers."""
        if self._held and not self._begin(packet, index, timestamp, now):
            return
        if index < self._first:
            return
        index += self._shift
        timestamp = (timestamp + self._timestamp_shift) & UINT32
        buffer, length = self._path.outgoing(), len(packet)
        view = buffer.view
        view[:length] = packet
        REWRITE.pack_into(view, REWRITE_OFFSET, index & UINT16, timestamp, self._ssrc)
        self._path.send_rtp(buffer, length)
        self.packets += 1
        self.octets += length
        if index > self._last_index:
            self._last_index, self._last_timestamp, self._last_sent_at = index, timestamp, now

    def _begin(self, packet: bytes, index: int, timestamp: int, now: float) -> bool:
        """Fix the offsets at the first packet that can be decoded; False if this is not it."""
        if not self._path.up or (self.stream.kind == "video" and not starts_keyframe(packet)):
            return False
        self._first = index
        self._shift = self._last_index + 1 - index
        self._timestamp_shift = self._shift_of(timestamp, now)
        self._held = False
        if self.source is not None and self.source.clock is not None:
            self.forward_clock(self.source.clock, now)
        return True

    def _shift_of(self, timestamp: int, now: float) -> int:
        """From this timestamp of the source to the one of this stream that it is to have now."""
        return (self._last_timestamp + self._pause(now) - timestamp) & UINT32

    def _pause(self, now: float) -> int:
        """Timestamp units since the last packet, so that the receiver's clock runs on."""
        if self._last_sent_at is None:
            return 0
        return max(1, int((now - self._last_sent_at) * CLOCK_RATES[self.stream.kind]))

    def retransmit(self, sequences: Iterable[int], now: float) -> None:
        """Send packets again that the receiver missed, as RTX (RFC 4588); those too old are left out."""
        if self.source is None or self._held:
            return
        for sequence in islice(dict.fromkeys(sequences), MAX_RETRANSMISSIONS):
            index = self._last_index - ((self._last_index - sequence) & UINT16) - self._shift
            kept = self.source.history.get(index) if index >= self._first else None
            if kept is not None:
                self._send_again(kept, sequence & UINT16, now)

    def _send_again(self, packet: bytes, sequence: int, now: float) -> None:
        wrapped = wrap_retransmission(packet, sequence, VP8_RTX)
        if send_time_at := self._kept_header.read(packet).places[0]:
            stamp_send_time(wrapped, send_time_at, now)
        timestamp = (int.from_bytes(packet[4:8], "big") + self._timestamp_shift) & UINT32
        REWRITE.pack_into(wrapped, REWRITE_OFFSET, self._rtx_sequence, timestamp, self.stream.rtx_ssrc)
        self._rtx_sequence = (self._rtx_sequence + 1) & UINT16
        buffer = self._path.outgoing()
        buffer.view[: len(wrapped)] = wrapped
        self._path.send_rtp(buffer, len(wrapped))
        self.retransmitted += 1

    # Reports

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        """Tell the receiver which wall-clock time of the source a timestamp of this stream means.

        The NTP time stays the source's: sound and picture of one person carry the same clock, so they
        meet again at the receiver.
        """
        if self._held:
            return
        info = RtcpSenderInfo(
            ntp_timestamp=clock.ntp,
            rtp_timestamp=(clock.timestamp + self._timestamp_shift) & UINT32,
            packet_count=self.packets & UINT32,
            octet_count=self.octets & UINT32,
        )
        self._remember_report(clock.ntp >> 16 & UINT32, now)
        self._path.send_rtcp(rtcp.sender_report(self.stream.ssrc, info, self.stream.name))

    def _remember_report(self, middle: int, now: float) -> None:
        self._reports_sent[middle] = now
        if len(self._reports_sent) > _REMEMBERED_REPORTS:
            del self._reports_sent[next(iter(self._reports_sent))]

    def receive_report(self, report: RtcpReceiverInfo, now: float) -> None:
        """How the receiver gets this stream; gives the round trip (RFC 3550, 6.4.1)."""
        self._last_report, self._reported_at = report, now
        sent_at = self._reports_sent.get(report.lsr)
        if sent_at is not None and report.dlsr:
            self.round_trip = max(0.0, now - sent_at - report.dlsr / 65_536)

    def receive_picture_loss(self, now: float) -> None:
        """The receiver cannot decode the picture and asks for a keyframe."""
        self._broken += 1
        if self.source is not None:
            self.source.request_keyframe(now)

    def measure(self, now: float) -> ViewFigures | None:
        """How the stream reaches the receiver, by its last report; None if it sent none lately."""
        broken, self._broken = self._broken, 0
        report = self._last_report
        if report is None or now - self._reported_at > _REPORT_LASTS:
            return None
        kind = self.stream.kind
        jitter = report.jitter / CLOCK_RATES[kind]
        return ViewFigures(
            slot=self.stream.slot, kind=kind, loss=report.fraction_lost / 256, jitter=jitter, broken=broken
        )
