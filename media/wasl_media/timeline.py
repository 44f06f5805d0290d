"""When in a call something was seen or heard (RFC 3550, 6.4.1: one clock for sound and picture)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from wasl_media.reception import unwrap


@dataclass
class StreamTime:
    """The clock of one SSRC. Timestamps are extended RTP timestamps, times are seconds since the start."""

    rate: int
    """Timestamp units in a second."""
    first_timestamp: int | None = None
    first_at: float = 0.0
    last_timestamp: int = 1 << 32
    _moments: list[int] = field(default_factory=list)
    _told: list[float] = field(default_factory=list)

    def extend(self, timestamp: int, at: float) -> int:
        """The extended timestamp that is nearest to the last one."""
        if self.first_timestamp is None:
            self.first_timestamp = self.last_timestamp = timestamp + (1 << 32)
            self.first_at = at
        self.last_timestamp = unwrap(timestamp, self.last_timestamp, 32)
        return self.last_timestamp

    def rewind(self) -> None:
        """Begin again at the first packet; what the clocks told is kept."""
        self.last_timestamp = self.first_timestamp or self.last_timestamp

    def tell(self, timestamp: int, told: float) -> None:
        """The sender says which second of its own clock a timestamp (not extended) means."""
        moment = unwrap(timestamp, self.last_timestamp, 32)
        if not self._moments or moment > self._moments[-1]:
            self._moments.append(moment)
            self._told.append(told)

    def seconds(self, timestamp: int, offset: float | None) -> float:
        """When it was, by the last clock before it; `offset` leads from the sender's clock to ours.

        Without either it is counted from when the first packet came.
        """
        if offset is None or not self._moments:
            return self.first_at + (timestamp - (self.first_timestamp or timestamp)) / self.rate
        number = max(0, bisect_right(self._moments, timestamp) - 1)
        return self._told[number] + (timestamp - self._moments[number]) / self.rate + offset
