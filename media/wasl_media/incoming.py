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
from wasl_media.header_extension import HeaderExtensions, Layout, blank, data
from wasl_media.publication import Publication
from wasl_media.rtp import HEADER, OSN_SIZE, SSRC, SSRC_OFFSET, payload_type, stamp_send_time, without_frame_numbers
from wasl_media.simulcast import Simulcast

FEEDBACK_INTERVAL = 0.1
"""Seconds between two reports of when packets came."""
_LOW = LOW_RID.encode()
_OF_PICTURES = {TRANSPORT_SEQUENCE: 2, ABS_SEND_TIME: 3, RID: None, REPAIRED_RID: None}
_Receiver = tuple[HeaderExtensions, Callable[[memoryview, Layout, float], None]]
"""What to look for in the header of a packet, and who takes it."""


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
        self._arrivals = Arrivals()
        self._receivers: dict[int, _Receiver] = {}
        """By SSRC."""
        self._unannounced: _Receiver = HeaderExtensions({RID: None, REPAIRED_RID: None}), self._receive_unannounced
        self._feedback_due_at = 0.0
        self._reports: dict[Publication, RtcpReceiverInfo] = {}

    def adopt(self, announced: dict[Kind, IncomingStream]) -> None:
        """Take the SSRCs that the answer announced."""
        for kind, stream in announced.items():
            self.publications[kind].adopt(stream.ssrc, stream.rtx_ssrc)
        self._route()

    def _route(self) -> None:
        self._receivers = {}
        for layer in (self._low, self._full):
            picture = _Picture(layer, self._arrivals)
            if layer.rtx_ssrc is not None:
                self._receivers[layer.rtx_ssrc] = HeaderExtensions(_OF_PICTURES), picture.receive_retransmission
            if layer.ssrc is not None:
                self._receivers[layer.ssrc] = HeaderExtensions(_OF_PICTURES), picture.receive
        if self._audio.ssrc is not None:
            self._receivers[self._audio.ssrc] = HeaderExtensions({}), self._receive_sound

    # Packets

    def receive(self, packet: memoryview, now: float) -> None:
        """An RTP packet, in memory that may be written to. A malformed one, or one of no stream of ours, is dropped."""
        if len(packet) < HEADER.size:
            return
        (ssrc,) = SSRC.unpack_from(packet, SSRC_OFFSET)
        extensions, receive = self._receivers.get(ssrc, self._unannounced)
        try:
            header = extensions.read(packet)
        except ValueError:
            return
        receive(packet, header, now)

    def _receive_sound(self, packet: memoryview, header: Layout, now: float) -> None:
        self._audio.receive(bytes(packet), now)

    def _receive_unannounced(self, packet: memoryview, header: Layout, now: float) -> None:
        """An SSRC that the answer did not name: the payload type tells what it is.

        A page that answered without a track may send one later; not every browser announced its SSRC then.
        """
        kind, (ssrc,) = payload_type(packet), SSRC.unpack_from(packet, SSRC_OFFSET)
        layer = self._low if _LOW in (data(packet, at) for at in header.places) else self._full
        if kind == VP8_RTX and layer.ssrc is not None:
            layer.rtx_ssrc = ssrc
        elif kind in (OPUS, VP8):
            (self._audio if kind == OPUS else layer).adopt(ssrc, None)
        else:
            return
        self._route()
        self.receive(packet, now)

    @property
    def octets(self) -> int:
        """Bytes that came by themselves so far."""
        return sum(publication.bytes for publication in self.streams)

    def receive_clock(self, ssrc: int, info: RtcpSenderInfo, now: float) -> None:
        """A sender report."""
        for publication in self.streams:
            if publication.ssrc == ssrc:
                publication.receive_clock(info.ntp_timestamp, info.rtp_timestamp, now)

    # Clockwork

    @property
    def streams(self) -> tuple[Publication, ...]:
        """Sound, full picture and small picture."""
        return (self._audio, self._full, self._low)

    def tick(self, now: float, *, up: bool) -> None:
        """Repeat requests, and tell the peer what came if the path is `up`. To be called about every 50 ms."""
        for publication in self.streams:
            publication.tick(now)
        if up and now >= self._feedback_due_at:
            self._feedback_due_at = now + FEEDBACK_INTERVAL
            if feedback := self._arrivals.report(self._reporter, self._full.ssrc or 0):
                self._send_feedback(feedback)

    def report(self, now: float) -> list[RtcpReceiverInfo]:
        """How each stream arrived since the last report."""
        self._reports = {p: block for p in self.streams if (block := p.report(now)) is not None}
        return list(self._reports.values())

    def measure(self, now: float) -> tuple[SoundFigures | None, PictureFigures | None]:
        """Figures of the sound and of the best picture, with loss and jitter as in the last report."""
        measured = {p: p.measure(report, now) for p, report in self._reports.items()}
        sound, picture = measured.get(self._audio), measured.get(self.layers.best)
        return (
            sound if isinstance(sound, SoundFigures) else None,
            picture if isinstance(picture, PictureFigures) else None,
        )

    def close(self) -> None:
        """The peer is gone: nobody receives anything more. Idempotent."""
        self._audio.close()
        self.layers.close()


class _Picture:
    """One layer, as it comes."""

    def __init__(self, publication: Publication, arrivals: Arrivals) -> None:
        self._publication, self._arrivals = publication, arrivals

    def receive(self, packet: memoryview, header: Layout, now: float) -> None:
        """A packet that came by itself."""
        self._publication.receive(self._own(packet, header.places, header.length, now), now)

    def receive_retransmission(self, packet: memoryview, header: Layout, now: float) -> None:
        """A packet that was asked for again."""
        owned = self._own(packet, header.places, header.length + OSN_SIZE, now)
        self._publication.receive_retransmission(owned, now)

    def _own(self, packet: memoryview, places: tuple[int, ...], at: int, now: float) -> bytes:
        """As it goes on, its VP8 payload at `at`: timed by our clock, without what only we or its sender can read."""
        sequence_at, send_time_at, rid_at, repaired_rid_at = places
        if sequence_at:
            self._arrivals.note(packet[sequence_at] << 8 | packet[sequence_at + 1], now)
            blank(packet, sequence_at)
        if send_time_at:
            stamp_send_time(packet, send_time_at, now)
        if rid_at:
            blank(packet, rid_at)
        if repaired_rid_at:
            blank(packet, repaired_rid_at)
        return without_frame_numbers(packet, at)
