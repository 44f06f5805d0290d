"""How many calls a group of people can staff at once, when nobody can sit in two.

One signer serves many lines, and a signed call may take two people instead of one. So the room that is left in
a line cannot be counted line by line: it is a matching of people with seats.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

_MOST_TRIES = 200
"""Where seats can be filled in two ways the search may grow without bound. It is exact until it gives up;
giving up means no, so it never promises what cannot be staffed."""


@dataclass(frozen=True)
class Crew:
    """Who could fill the seats of one call."""

    whole: frozenset[str] = frozenset()
    """Those who can serve it alone."""
    agent: frozenset[str] = frozenset()
    """Those who can with an interpreter, and"""
    interpreter: frozenset[str] = frozenset()
    """these interpreters."""

    @cached_property
    def ways(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """The ways to fill it: for each the candidates of every seat. The way that costs one person is first."""
        alone = (tuple(sorted(self.whole)),)
        together = (tuple(sorted(self.agent)), tuple(sorted(self.interpreter)))
        return tuple(way for way in (alone, together) if all(way))


@lru_cache(maxsize=4096)
def room(made: tuple[Crew, ...], crew: Crew) -> int:
    """How many more calls like `crew` can be staffed at the same time as those made."""
    most = len(crew.whole | crew.agent | crew.interpreter)
    return bisect_left(range(most), True, key=lambda more: not staffable([*made, *[crew] * (more + 1)]))


def staffable(crews: Sequence[Crew]) -> bool:
    """Whether all these calls can be held at once."""
    # What has no choice is seated first, so that choices are tried only among what is left.
    in_order = sorted(crews, key=lambda crew: len(crew.ways))
    return _seated(in_order, _Seating(), [_MOST_TRIES])


class _Seating:
    """Seats, and who sits in them; a matching that grows by augmenting paths (Berge 1957)."""

    def __init__(self) -> None:
        self.candidates: list[tuple[str, ...]] = []
        self._seat_of: dict[str, int] = {}
        self._person_in: dict[int, str] = {}

    def copy(self) -> _Seating:
        """One that can be changed without changing this."""
        made = _Seating()
        made.candidates = [*self.candidates]
        made._seat_of, made._person_in = {**self._seat_of}, {**self._person_in}
        return made

    def add(self, way: Sequence[tuple[str, ...]]) -> bool:
        """Fill these seats too, moving others about if need be. False: it cannot be done, and this is spoilt."""
        return all(self._fill(candidates) for candidates in way)

    def _fill(self, candidates: tuple[str, ...]) -> bool:
        self.candidates.append(candidates)
        seats = [len(self.candidates) - 1]
        wanted_by: dict[str, int] = {}
        for seat in seats:  # grows on the way
            for person in self.candidates[seat]:
                if person in wanted_by:
                    continue
                wanted_by[person] = seat
                if person not in self._seat_of:
                    self._move(person, wanted_by)
                    return True
                seats.append(self._seat_of[person])
        return False

    def _move(self, person: str, wanted_by: dict[str, int]) -> None:
        """Seat the free person where she is wanted, whoever sat there where he is wanted, and so on."""
        moving: str | None = person
        while moving is not None:
            seat = wanted_by[moving]
            self._seat_of[moving] = seat
            sat = self._person_in.get(seat)
            self._person_in[seat] = moving
            moving = sat


def _seated(crews: Sequence[Crew], seating: _Seating, tries: list[int]) -> bool:
    for number, crew in enumerate(crews):
        if len(crew.ways) > 1:
            return _seated_either_way(crew, crews[number + 1 :], seating, tries)
        if not crew.ways or not seating.add(crew.ways[0]):
            return False
    return True


def _seated_either_way(crew: Crew, others: Sequence[Crew], seating: _Seating, tries: list[int]) -> bool:
    for way in crew.ways:
        tries[0] -= 1
        tried = seating.copy()
        if tries[0] >= 0 and tried.add(way) and _seated(others, tried, tries):
            return True
    return False
