"""How one RTP stream arrives: the bookkeeping of RFC 3550, appendices A.1, A.3 and A.8."""

from __future__ import annotations

from dataclasses import dataclass

from aiortc.rtp import RtcpReceiverInfo, clamp_packets_lost

from wasl_media.rtp import UINT16, UINT32

_CYCLE = 1 << 16
_HALF = 1 << 31


@dataclass(frozen=True)
class SenderClock:
    """What the last sender report said, and when it came (seconds, monotonic)."""

    ntp: int
    timestamp: int
    arrived_at: float


def unwrap(value: int, near: int, bits: int) -> int:
    """The extended number whose low bits are `value` and which is nearest to `near` (RFC 3550, A.1)."""
    half = 1 << (bits - 1)
    return near + ((value - near + half) & ((1 << bits) - 1)) - half


class Reception:
    """Counts what a stream brought by itself. Retransmissions do not count: a loss that was repaired is
    still a loss, and the sender must hear of it (RFC 4588, 9)."""

    def __init__(self, clock_rate: int, first: int) -> None:
        self._clock_rate = clock_rate
        self._base = self.highest = _CYCLE + first
        """Extended sequence numbers: they begin one cycle up, so that a late packet is never negative."""
        self.received = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._timestamp = -1
        self._expected_before = 0
        self._received_before = 0

    def index(self, sequence: int) -> int:
        """The extended number of a packet: the one nearest to the highest seen (RFC 3550, A.1)."""
        step = (sequence - self.highest) & UINT16
        return self.highest + (step if step < 0x8000 else step - _CYCLE)

    def count(self, index: int, timestamp: int, now: float) -> None:
        """Take note of a packet that came by itself."""
        self.received += 1
        if index < self.highest:
            self._base = min(self._base, index)
            return
        self.highest = index
        if timestamp != self._timestamp:
            self._time(timestamp, now)

    def _time(self, timestamp: int, now: float) -> None:
        """The jitter, from the first packet of each picture: the others wait behind it at their sender."""
        self._timestamp = timestamp
        transit = now * self._clock_rate - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change > _HALF:  # a timestamp began anew at 0
                change = abs((transit - self._transit + _HALF) % (2 * _HALF) - _HALF)
            self._jitter += (change - self._jitter) / 16
        self._transit = transit

    @property
    def lost(self) -> int:
        """Packets that never came by themselves."""
        return self.highest - self._base + 1 - self.received

    def report(self, ssrc: int, clock: SenderClock | None, now: float) -> RtcpReceiverInfo:
        """The report block since the one before (RFC 3550, 6.4.1 and A.3)."""
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=self._fraction_lost(),
            packets_lost=clamp_packets_lost(self.lost),
            highest_sequence=(self.highest - _CYCLE) & UINT32,
            jitter=int(self._jitter) & UINT32,
            lsr=clock.ntp >> 16 & UINT32 if clock else 0,
            dlsr=int((now - clock.arrived_at) * 65536) & UINT32 if clock else 0,
        )

    def _fraction_lost(self) -> int:
        expected = self.highest - self._base + 1
        expected_now, received_now = expected - self._expected_before, self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        if expected_now <= 0 or received_now >= expected_now:
            return 0
        return min(255, ((expected_now - received_now) << 8) // expected_now)
