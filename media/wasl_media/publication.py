"""One stream that a peer sends, and those who receive it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiortc.rtp import RtcpReceiverInfo

from wasl_media import rtcp
from wasl_media.description import CLOCK_RATES, PAYLOAD_TYPES, Kind
from wasl_media.figures import PictureFigures, SoundFigures
from wasl_media.gaps import Gaps
from wasl_media.history import HISTORY_SIZE, History
from wasl_media.picture_meter import PictureMeter
from wasl_media.reception import Reception, SenderClock
from wasl_media.rtp import HEADER, UINT16, unwrap_retransmission
from wasl_media.sound_meter import SoundMeter

KEYFRAME_INTERVAL = 0.3
"""Seconds between two requests for a keyframe; more would only cost the sender bitrate."""
_STILL_FLOWING = 1.0
"""Seconds after its last packet that a stream counts as switched off: nobody is asked for keyframes then."""
_OFF_AFTER = 10.0
"""Seconds after its last packet that a stream is not measured any more."""
_RATE_EVERY = 0.5
"""Seconds that a bitrate is measured over."""
LIMIT_INTERVAL = 1.0
"""Seconds between two bitrate limits, unless the limit falls."""


class Receiver(Protocol):
    """Somebody or something that receives a publication."""

    @property
    def waits_for_keyframe(self) -> bool:
        """Whether a picture is held back until it can be decoded."""

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        """A packet, with its extended sequence number."""

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        """A sender report."""

    def hold(self) -> None:
        """The stream begins anew: nothing before the next keyframe can be decoded."""

    def leave(self) -> None:
        """The publication ends. Must take itself off `subscriptions`."""


class Publication:
    """Exists as long as its peer, also before and between streams: a camera may come on later.

    All times are seconds on the monotonic clock. `feedback` sends RTCP to the peer, in the name of `reporter`
    (an SSRC of ours).
    """

    def __init__(self, kind: Kind, reporter: int, feedback: Callable[[bytes], None]) -> None:
        self.kind = kind
        self.clock_rate = CLOCK_RATES[kind]
        self._payload_type = PAYLOAD_TYPES[kind]
        self._reporter = reporter
        self._feedback = feedback
        self.ssrc: int | None = None
        self.rtx_ssrc: int | None = None
        self.subscriptions: list[Receiver] = []
        self.clock: SenderClock | None = None
        self._reception: Reception | None = None
        self._history = History()
        self._gaps = Gaps()
        self._meter = _meter(kind)
        self._heard_at = float("-inf")
        self._keyframe_wanted = False
        self._keyframe_asked_at = float("-inf")
        self.limit = 0
        """Bits per second that the sender was told last; 0: nothing yet."""
        self._limit_sent_at = float("-inf")
        self.packets = self.bytes = self.recovered = 0
        self.bitrate = 0
        """Bits per second that came of late."""
        self._bytes_before = 0
        self._rated_at = float("-inf")
        self._lost_before = 0

    @property
    def history(self) -> History:
        """The last packets, by extended sequence number."""
        return self._history

    @property
    def lost(self) -> int:
        """Packets that never came by themselves, over all streams so far."""
        return self._lost_before + (self._reception.lost if self._reception else 0)

    def adopt(self, ssrc: int | None, rtx_ssrc: int | None) -> None:
        """Take this SSRC for the stream: the answer announced it, or its first packet came."""
        self._lost_before = self.lost
        self.ssrc, self.rtx_ssrc = ssrc, rtx_ssrc
        self._reception = self.clock = None
        self._history, self._gaps = History(), Gaps()
        self._meter = _meter(self.kind)
        for subscription in self.subscriptions:
            subscription.hold()

    # Packets

    def receive(self, packet: bytes, now: float) -> None:
        """A packet of the stream; one that claims to be something else is dropped."""
        _, marked_type, sequence, timestamp, _ = HEADER.unpack_from(packet)
        if marked_type & 0x7F != self._payload_type:
            return
        self._heard_at = now
        reception = self._reception
        if reception is None:
            reception = self._reception = Reception(self.clock_rate, sequence)
        index = reception.highest + 1
        if sequence != index & UINT16:
            index = reception.index(sequence)
            if not self._fits(index, reception.highest, now):
                return
        reception.count(index, timestamp, now)
        self.packets += 1
        self.bytes += len(packet)
        self._pass_on(packet, index, timestamp, now)

    def _fits(self, index: int, highest: int, now: float) -> bool:
        """Out of its order: after a gap, or into one. False if it is here already, or would push out a newer one."""
        if index > highest:
            self._open_gap(highest + 1, index, now)
            return True
        if index <= highest - HISTORY_SIZE or self._history.get(index) is not None:
            return False
        self._gaps.close(index)
        return True

    def receive_retransmission(self, packet: bytes, now: float) -> None:
        """A packet that was asked for again (RFC 4588). It fills a gap or is dropped."""
        if self.ssrc is None or self._reception is None:
            return
        original = unwrap_retransmission(packet, self.ssrc, self._payload_type)
        if original is None:
            return
        _, _, sequence, timestamp, _ = HEADER.unpack_from(original)
        index = self._reception.index(sequence)
        if self._gaps.close(index):
            self.recovered += 1
            self._pass_on(original, index, timestamp, now)

    def _pass_on(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        self._history.put(index, packet)
        self._meter.see(packet, timestamp, now)
        for subscription in self.subscriptions:
            subscription.forward(packet, index, timestamp, now)

    def _open_gap(self, first: int, end: int, now: float) -> None:
        if self.kind == "audio":
            return  # Opus carries its own repair; a second transmission would come too late
        if self._gaps.open(first, end):
            self._ask_again(now)
        else:
            self._lose()
            self.request_keyframe(now)

    def _ask_again(self, now: float) -> None:
        due = self._gaps.due(now)
        if due and self.ssrc is not None:
            self._feedback(rtcp.nack(self._reporter, self.ssrc, due))

    # Reports and requests

    def receive_clock(self, ntp: int, timestamp: int, now: float) -> None:
        """A sender report; those who receive the stream get it in their own numbers."""
        self.clock = SenderClock(ntp, timestamp, now)
        for subscription in self.subscriptions:
            subscription.forward_clock(self.clock, now)

    def report(self, now: float) -> RtcpReceiverInfo | None:
        """How the stream arrived since the last report; None if there is no stream."""
        if self._reception is None or self.ssrc is None:
            return None
        return self._reception.report(self.ssrc, self.clock, now)

    def measure(self, report: RtcpReceiverInfo, now: float) -> SoundFigures | PictureFigures | None:
        """How it was since the last call, loss and jitter as in this report; None while nothing is sent."""
        if now - self._heard_at > _OFF_AFTER:
            return None
        return self._meter.measure(report.fraction_lost / 256, report.jitter / self.clock_rate, now)

    def begin_figures(self) -> None:
        """Nothing that was before counts."""
        self._meter = _meter(self.kind)

    def _lose(self) -> None:
        """A packet is lost for good."""
        if isinstance(self._meter, PictureMeter):
            self._meter.spoil()

    def request_keyframe(self, now: float) -> None:
        """Ask for a keyframe, now or as soon as the last request is old enough."""
        self._keyframe_wanted = self.kind == "video"
        self._ask_keyframe(now)

    def _ask_keyframe(self, now: float) -> None:
        rested = now - self._keyframe_asked_at >= KEYFRAME_INTERVAL
        if self._keyframe_wanted and rested and self.ssrc is not None:
            self._keyframe_wanted = False
            self._keyframe_asked_at = now
            self._feedback(rtcp.picture_loss(self._reporter, self.ssrc))

    def limit_bitrate(self, limit: int, now: float, *, at_once: bool = False) -> None:
        """Tell the sender how many bits per second are of use; at most once a second unless `at_once` or it is less."""
        if self.ssrc is None:
            return
        if at_once or now - self._limit_sent_at >= LIMIT_INTERVAL or limit < 0.97 * self.limit:
            self.limit, self._limit_sent_at = limit, now
            self._feedback(rtcp.bitrate_limit(self._reporter, self.ssrc, limit))

    def tick(self, now: float) -> None:
        """Repeat what was not answered. To be called about every 50 ms."""
        if now - self._rated_at >= _RATE_EVERY:
            came, self._bytes_before = self.bytes - self._bytes_before, self.bytes
            self.bitrate, self._rated_at = int(8 * came / (now - self._rated_at)), now
        if self.kind == "video":
            self._tick_picture(now)

    def _tick_picture(self, now: float) -> None:
        if self._gaps:
            self._ask_again(now)
            if self._gaps.give_up(now):
                self._lose()
                self._keyframe_wanted = True
        if now - self._heard_at < _STILL_FLOWING:
            for subscription in self.subscriptions:
                if subscription.waits_for_keyframe:
                    self._keyframe_wanted = True
        if self._keyframe_wanted:
            self._ask_keyframe(now)

    # Receivers

    def add(self, subscription: Receiver, now: float) -> None:
        """Let it receive the stream from the next keyframe on."""
        self.subscriptions.append(subscription)
        self.request_keyframe(now)

    def replace(self, receiver: Receiver, successor: Receiver) -> None:
        """Let another receive in its place. Made for the middle of a packet: who receives it, receives it once."""
        self.subscriptions = [successor if one is receiver else one for one in self.subscriptions]

    def close(self) -> None:
        """Its peer is gone: nobody receives anything more. Idempotent."""
        for subscription in list(self.subscriptions):
            subscription.leave()


def _meter(kind: Kind) -> SoundMeter | PictureMeter:
    return SoundMeter() if kind == "audio" else PictureMeter()
