"""How fast agents who are busy now will take citizens out of a line: the mathematics, without a database.

Each agent ends the visit she is in when it has run its length, as far as its age tells (by the lengths of recent
visits), writes her notes, answers the next, and so on (a renewal process). A citizen ahead who gives up is a step
too: who is still there after t seconds counts e^(-θt), so a step taken at t is worth e^(θt) of one taken now
(the fluid limit of the Erlang-A drain s·µ + m·θ).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import mul

_STEPS = 12
"""Grid points per mean cycle."""
_SIZE = 3 * _STEPS
"""The grid reaches so many points ahead; beyond it agents answer at their mean rate."""
_LEAST = 1e-9
"""A visit older than all that were seen is about to end; it cannot be less likely than this."""
_MOST_WORTH = 5.0
"""So fast a line empties by itself within a step, and no power of it overflows."""
_PRIOR = 10
"""An exponential tail has the weight of so many seen visits, so that no age is impossible."""


class Drain:
    """The steps a line will take."""

    def __init__(
        self,
        visits: Sequence[float],
        around: float,
        giving_up: float,
        ages: Iterable[float],
        soon: Iterable[float],
    ) -> None:
        """What is known of the past and the present of a line. All times are seconds.

        `visits`: lengths seen, sorted; `around`: notes and ringing after each; `giving_up`: per waiting citizen
        and second, above 0; `ages`: of the visits that run; `soon`: until other agents will answer.
        """
        mean = sum(visits) / len(visits)
        self._giving_up = giving_up
        self._step = (mean + around) / _STEPS
        self._delay = around / self._step
        self._ended = [_share(visits, mean, at * self._step) for at in range(2 * _SIZE + 1)]
        ages, soon = list(ages), list(soon)
        self._rate = (len(ages) + len(soon)) / (mean + around)
        self._steps = self._discounted(self._renewed(self._first(ages, soon)))

    def _first(self, ages: Iterable[float], soon: Iterable[float]) -> list[float]:
        """How many agents will have answered once by each grid point."""
        ends = [0.0] * (_SIZE + 1)
        for place, count in Counter(min(_SIZE, round(age / self._step)) for age in ages).items():
            gone = self._ended[place]
            share = count / max(1 - gone, _LEAST)
            ends = [sum_ + (ended - gone) * share for sum_, ended in zip(ends, self._ended[place:], strict=False)]
        first = _delayed(ends, self._delay)
        for seconds in soon:
            due = math.ceil(seconds / self._step)
            first = [sum_ + (at >= max(1, due)) for at, sum_ in enumerate(first)]
        return first

    def _renewed(self, first: Sequence[float]) -> list[float]:
        """Answers by each grid point: the first of each agent and all that follow."""
        cycle = _delayed(self._ended[: _SIZE + 1], self._delay)
        lengths = [after - before for before, after in pairwise(cycle)]
        follow = [(a + b) / 2 for a, b in pairwise([0.0, *lengths])]  # both lie in the middle of their steps
        added: list[float] = []
        for before, after in pairwise(first):
            added.append(after - before + sum(map(mul, added, follow[len(added) : 0 : -1])))
        return [0.0, *accumulate(added)]

    def _discounted(self, answers: Sequence[float]) -> list[float]:
        worth = math.exp(min(self._giving_up * self._step, _MOST_WORTH))
        steps = ((after - before) * worth ** (at + 0.5) for at, (before, after) in enumerate(pairwise(answers)))
        return [0.0, *accumulate(steps)]

    def until(self, steps: float) -> float:
        """Seconds until so many steps are taken."""
        end = self._steps[-1]
        if steps <= end:
            at = max(1, bisect_left(self._steps, steps))
            before, after = self._steps[at - 1], self._steps[at]
            return self._step * (at - 1 + (steps - before) / (after - before))
        horizon = _SIZE * self._step
        rate = self._rate * math.exp(self._giving_up * horizon)
        return horizon + math.log1p((steps - end) * self._giving_up / rate) / self._giving_up


def _share(visits: Sequence[float], mean: float, length: float) -> float:
    """The share of visits that have ended by this length; below 1."""
    seen = bisect_right(visits, length)
    return (seen + _PRIOR * -math.expm1(-length / mean)) / (len(visits) + _PRIOR)


def _delayed(curve: Sequence[float], by: float) -> list[float]:
    """The curve moved to the right by so many grid steps, 0 before its start."""
    whole = int(by)
    part = by - whole
    moved = [0.0] * (whole + 1) + list(curve)
    return [a * part + b * (1 - part) for a, b in pairwise(moved[: len(curve) + 1])]


def quantile(steps: float, deviations: float) -> float:
    """A point of the distribution of the time that `steps` steps take, in mean steps (Wilson and Hilferty)."""
    shape = max(steps, 1.0)
    return steps * max(0.0, 1 - 1 / (9 * shape) + deviations / (3 * math.sqrt(shape))) ** 3
