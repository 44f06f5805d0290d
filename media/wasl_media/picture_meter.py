"""How a picture moves, from the times at which its frames pass; nothing is decoded."""

from __future__ import annotations

from collections import deque

from wasl_media.figures import PictureFigures
from wasl_media.rtp import UINT32, keyframe_size

_REMEMBERED = 30
"""Frames that the usual time between two is taken from (W3C webrtc-stats, `freezeCount`)."""
_HALF = 1 << 31


class PictureMeter:
    """Takes each packet of a picture; `measure` tells how it was since the last call. Times are seconds, monotonic.

    A freeze is what W3C webrtc-stats calls one: two frames three times as far apart as usual, and at least 150 ms
    more. Frames that came but cannot be decoded, because a packet before them is lost for good, do not count.
    """

    def __init__(self) -> None:
        self.width = self.height = 0
        """Pixels."""
        self._timestamp: int | None = None
        self._spoiled = False
        self._frame_at = 0.0
        self._apart: deque[float] = deque()
        self._apart_sum = 0.0
        self._measured_at: float | None = None
        self._frames = self._freezes = 0
        self._frozen = 0.0

    def see(self, packet: bytes, timestamp: int, now: float) -> None:
        """An RTP packet whose header is whole."""
        if timestamp != self._timestamp:
            self._begin(packet, timestamp, now)

    def spoil(self) -> None:
        """A packet is lost for good: nothing before the next keyframe can be decoded."""
        self._spoiled = True

    def _begin(self, packet: bytes, timestamp: int, now: float) -> None:
        before = self._timestamp
        if before is not None and (timestamp - before) & UINT32 >= _HALF:
            return  # a packet of an earlier frame, repaired
        size = keyframe_size(packet)
        if size is not None:
            self.width, self.height = size
            self._spoiled = False
        elif self._spoiled:
            return  # and its other packets are looked at too: the first one of a keyframe may come last
        self._timestamp = timestamp
        self._frames += 1
        if before is not None:
            self._measure(now - self._frame_at)
        self._frame_at = now

    def _measure(self, apart: float) -> None:
        if apart >= self._freeze:
            self._freezes += 1
            self._frozen += apart
        self._apart.append(apart)
        self._apart_sum += apart
        if len(self._apart) > _REMEMBERED:
            self._apart_sum -= self._apart.popleft()

    @property
    def _freeze(self) -> float:
        """From how many seconds between two frames on it is a freeze."""
        if not self._apart:
            return float("inf")
        usual = self._apart_sum / len(self._apart)
        return max(3 * usual, usual + 0.15)

    def measure(self, loss: float, jitter: float, now: float) -> PictureFigures:
        """The figures since the last call; loss and jitter are known already."""
        since = now - self._measured_at if self._measured_at is not None else 1.0
        still = now - self._frame_at
        figures = PictureFigures(
            loss=loss,
            jitter=jitter,
            frame_rate=self._frames / since if since > 0 else 0.0,
            width=self.width,
            height=self.height,
            freezes=self._freezes,
            frozen=self._frozen,
            standing=still if still >= self._freeze else 0.0,
        )
        self._measured_at = now
        self._frames = self._freezes = 0
        self._frozen = 0.0
        return figures
