"""What one person sends: sound, and a picture that may come twice, full and small."""

from __future__ import annotations

from collections.abc import Callable

from aiortc.rtp import RtcpReceiverInfo, RtcpSenderInfo

from wasl_media.arrivals import Arrivals
from wasl_media.description import (
    ABS_SEND_TIME,
    KINDS,
    LOW_RID,
    OPUS,
    REPAIRED_RID,
    RID,
    TRANSPORT_SEQUENCE,
    VP8,
    VP8_RTX,
    IncomingStream,
    Kind,
)
from wasl_media.figures import PictureFigures, SoundFigures
from wasl_media.header_extension import HeaderExtension
from wasl_media.publication import Publication
from wasl_media.rtp import HEADER, OSN_SIZE, header_length, payload_type, stamp_send_time, without_frame_numbers
from wasl_media.simulcast import Simulcast

FEEDBACK_INTERVAL = 0.1
"""Seconds between two reports of when packets came."""
_LOW = LOW_RID.encode()
_EXTENSION_BIT = 0x10
_TWO_BYTES = 1
"""As the length of an extension is written: one less (RFC 8285, 4.2)."""


class Incoming:
    """Takes the packets of one peer. All times are seconds on the monotonic clock.

    `feedback` sends RTCP to the peer, in the name of `reporter` (an SSRC of ours).
    """

    def __init__(self, reporter: int, feedback: Callable[[bytes], None]) -> None:
        self._reporter, self._send_feedback = reporter, feedback
        self._audio, self._full, self._low = (Publication(kind, reporter, feedback) for kind in (*KINDS, "video"))
        self.publications: dict[Kind, Publication] = {"audio": self._audio, "video": self._full}
        """Sound, and the full picture."""
        self.layers = Simulcast(self._full, self._low)
        """The picture in both its sizes."""
        self._rid, self._repaired_rid = HeaderExtension(RID), HeaderExtension(REPAIRED_RID)
        self._sequence, self._send_time = HeaderExtension(TRANSPORT_SEQUENCE), HeaderExtension(ABS_SEND_TIME)
        self._arrivals = Arrivals()
        self._feedback_due_at = 0.0
        self._reports: dict[Publication, RtcpReceiverInfo] = {}

    def adopt(self, announced: dict[Kind, IncomingStream]) -> None:
        """Take the SSRCs that the answer announced."""
        for kind, stream in announced.items():
            self.publications[kind].adopt(stream.ssrc, stream.rtx_ssrc)

    # Packets

    def receive(self, packet: memoryview, now: float) -> None:
        """An RTP packet, in memory that may be written to. A malformed one, or one of no stream of ours, is dropped."""
        try:
            at = header_length(packet)
        except ValueError:
            return
        ssrc = HEADER.unpack_from(packet)[4]
        if ssrc == self._audio.ssrc:
            self._audio.receive(bytes(packet), now)
        elif ssrc == self._full.ssrc:
            self._full.receive(self._own(packet, at, now), now)
        elif ssrc == self._low.ssrc:
            self._low.receive(self._own(packet, at, now), now)
        elif ssrc == self._full.rtx_ssrc:
            self._full.receive_retransmission(self._own(packet, at + OSN_SIZE, now), now)
        elif ssrc == self._low.rtx_ssrc:
            self._low.receive_retransmission(self._own(packet, at + OSN_SIZE, now), now)
        else:
            self._receive_unannounced(packet, at, ssrc, now)

    def _own(self, packet: memoryview, at: int, now: float) -> bytes:
        """As it goes on, its VP8 payload at `at`: timed by our clock, without what only we or its sender can read.

        Layers are named only at first, while they make the header longer.
        """
        if (place := self._sequence.find(packet)) and packet[place - 1] & 0x0F == _TWO_BYTES:
            self._arrivals.note(packet[place] << 8 | packet[place + 1], now)
            self._sequence.blank(packet, place)
        if place := self._send_time.find(packet):
            stamp_send_time(packet, place, now)
        if packet[0] & _EXTENSION_BIT and packet[15] > 2:
            for name in (self._rid, self._repaired_rid):
                if place := name.find(packet):
                    name.blank(packet, place)
        return bytes(without_frame_numbers(packet, at))

    def _receive_unannounced(self, packet: memoryview, at: int, ssrc: int, now: float) -> None:
        """An SSRC that the answer did not name: the payload type tells what it is.

        A page that answered without a track may send one later; not every browser announced its SSRC then.
        """
        kind = payload_type(packet)
        layer = self._low if _LOW in (self._rid.data(packet), self._repaired_rid.data(packet)) else self._full
        if kind == VP8_RTX and layer.ssrc is not None:
            layer.rtx_ssrc = ssrc
            layer.receive_retransmission(self._own(packet, at + OSN_SIZE, now), now)
        elif kind in (OPUS, VP8):
            publication = self._audio if kind == OPUS else layer
            publication.adopt(ssrc, None)
            publication.receive(bytes(packet) if kind == OPUS else self._own(packet, at, now), now)

    def receive_clock(self, ssrc: int, info: RtcpSenderInfo, now: float) -> None:
        """A sender report."""
        for publication in self._all:
            if publication.ssrc == ssrc:
                publication.receive_clock(info.ntp_timestamp, info.rtp_timestamp, now)

    # Clockwork

    @property
    def _all(self) -> tuple[Publication, ...]:
        return (self._audio, self._full, self._low)

    def tick(self, now: float, *, up: bool) -> None:
        """Repeat requests, and tell the peer what came if the path is `up`. To be called about every 50 ms."""
        for publication in self._all:
            publication.tick(now)
        if up and now >= self._feedback_due_at:
            self._feedback_due_at = now + FEEDBACK_INTERVAL
            if feedback := self._arrivals.report(self._reporter, self._full.ssrc or 0):
                self._send_feedback(feedback)

    def report(self, now: float) -> list[RtcpReceiverInfo]:
        """How each stream arrived since the last report."""
        self._reports = {p: block for p in self._all if (block := p.report(now)) is not None}
        return list(self._reports.values())

    def measure(self, now: float) -> tuple[SoundFigures | None, PictureFigures | None]:
        """Figures of the sound and of the full picture, with loss and jitter as in the last report."""
        measured = [p.measure(self._reports[p], now) for p in (self._audio, self._full) if p in self._reports]
        sound = next((figures for figures in measured if isinstance(figures, SoundFigures)), None)
        return sound, next((figures for figures in measured if isinstance(figures, PictureFigures)), None)

    def close(self) -> None:
        """The peer is gone: nobody receives anything more. Idempotent."""
        self._audio.close()
        self.layers.close()
