"""Packets of one way of a line, counted over a check, and what they prove."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_SURE = 1.28
"""Standard deviations below which a normal value falls once in ten times."""


@dataclass(frozen=True)
class PacketCount:
    """What came by itself and what did not, repaired or not, over all streams."""

    received: int
    lost: int

    @property
    def least_loss(self) -> float | None:
        """The share that the way loses at least, 0 to 1, in nine of ten cases; None when nothing was sent.

        It is the lower bound of Wilson's score interval: a few packets prove little, whatever befell them.
        """
        lost = max(0, self.lost)  # what came twice is subtracted from what was lost (RFC 3550, 6.4.1)
        sent = self.received + lost
        if sent <= 0:
            return None
        share, doubt = lost / sent, _SURE**2 / sent
        spread = sqrt(doubt * share * (1 - share) + doubt**2 / 4)
        return max(0.0, (share + doubt / 2 - spread) / (1 + doubt))
