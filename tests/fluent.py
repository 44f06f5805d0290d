"""Whether pictures flow as they should, on a machine of any speed: none gets lost between who sends and who looks."""

from __future__ import annotations

from collections.abc import Sequence

from wasl_media.events import Measured
from wasl_media.figures import PeerFigures
from wasl_media.partner import SlotMeasure

_EVEN = 0.8
"""Two frame rates agree if neither is below this share of the other: they are not those of the same second."""


def figures_of(measured: Sequence[Measured], peer: str) -> PeerFigures | None:
    """What a relay measured last of somebody."""
    return next((p for event in reversed(measured) for p in event.peers if p.peer == peer), None)


def fluent(seen: SlotMeasure, shown: PeerFigures | None) -> bool:
    """Whether a slot shows as many pictures as come from somebody, and the relay counts as many as are shown."""
    if shown is None or shown.picture is None:
        return False
    sent = shown.picture.frame_rate
    return sent > 0 and seen.frame_rate >= _EVEN * sent and sent >= _EVEN * seen.frame_rate
