"""What a crowd went through, in figures."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Journey:
    """When what happened to one ticket, in seconds of one monotonic clock."""

    joined: float | None = None
    met_a_free_agent: bool = False
    """An agent who can serve it was idle when its citizen joined."""
    offered: float | None = None
    """Its first offer was seen by an agent."""
    accepted: float | None = None
    live: float | None = None
    """The citizen saw the call live."""


@dataclass
class Figures:
    """All that was counted."""

    journeys: defaultdict[int, Journey] = field(default_factory=lambda: defaultdict(Journey))
    joined: int = 0
    waiting: int = 0
    """In line at this moment."""
    served: int = 0
    left: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def table(self, seconds: float) -> str:
        """The whole story, after so many seconds."""
        journeys = [journey for journey in self.journeys.values() if journey.joined is not None]
        to_offer = [(j.offered - j.joined, j) for j in journeys if j.offered and j.joined]
        rows = {
            "join to offer, all": [waited for waited, _ in to_offer],
            "join to offer, agent idle": [waited for waited, j in to_offer if j.met_a_free_agent],
            "accept to live": [j.live - j.accepted for j in journeys if j.live and j.accepted],
        }
        lines = [
            f"{'joined':<28}{self.joined:>10}  ({self.joined / seconds:.1f}/s)",
            f"{'served':<28}{self.served:>10}",
            f"{'left':<28}{self.left:>10}",
            f"{'milliseconds':<28}{'median':>10}{'99th':>10}{'count':>10}",
            *(_row(name, values) for name, values in rows.items()),
            f"{'errors':<28}{self.errors.total():>10}",
            *(f"  {sentence}: {count}" for sentence, count in self.errors.most_common()),
        ]
        return "\n".join(lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so many (0 to 1) are at or below: the nearest rank. ValueError when empty."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _row(name: str, values: Sequence[float]) -> str:
    if not values:
        return f"{name:<28}{'–':>10}{'–':>10}{0:>10}"
    median, high = statistics.median(values) * 1000, percentile(values, 0.99) * 1000
    return f"{name:<28}{median:>10.1f}{high:>10.1f}{len(values):>10}"
