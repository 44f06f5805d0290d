"""On which media worker the next call is placed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHARE = 0.015
"""Of a core, that a person is expected to need who has a connection and does not talk yet."""


@dataclass(frozen=True)
class Candidate:
    """A worker that lives, as the desk knows it now."""

    id: str
    people: int
    """Who are connected to it, those included whom it has not heard of yet."""
    cpu: float
    """Share of a core that it uses."""
    draining: bool = False
    struggling: bool = False
    """Late or silent of late: only where there is nobody else."""

    @property
    def burden(self) -> float:
        """What it does, and what its people are about to ask of it."""
        return self.cpu + self.people * SHARE


def least_loaded(candidates: Iterable[Candidate]) -> Candidate | None:
    """The one to place on; None if no worker takes new calls."""
    taking = [candidate for candidate in candidates if not candidate.draining]
    return min(taking, key=lambda one: (one.struggling, one.burden, one.people, one.id), default=None)
