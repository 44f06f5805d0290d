"""Why a citizen may go before others, and how much waiting that is worth.

The order of a line is a static key, the time of joining less a bonus. So a reason weighs the same all along:
whoever waits longer than the bonus goes first (linear ageing), and no key ever has to be computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """Why a ticket goes before others that joined at the same time."""

    AGE = "age"
    PRIORITY_CARD = "priority_card"
    """She holds the Awlawiya card."""
    DISABILITY = "disability"
    RETURNED = "returned"
    """She was here before, and dropped out through no fault of hers."""
    PROMISED = "promised"
    """The desk promised her this time, by a call-back or a booking."""
    TRANSFERRED = "transferred"
    """An agent sent her on: she has waited already."""
    MESSAGE = "message"
    """Nobody waits on the page for it: those who do go first."""


BONUS: Mapping[Reason, float] = MappingProxyType(
    {
        Reason.AGE: 120,
        Reason.PRIORITY_CARD: 240,
        Reason.DISABILITY: 240,
        Reason.RETURNED: 600,
        Reason.PROMISED: 3_600,
        Reason.TRANSFERRED: 86_400,
        Reason.MESSAGE: -43_200,
    }
)
"""Seconds of waiting that each reason is worth; one below zero lets others go first."""


def sort_key(joined_at: float, reasons: Iterable[Reason], bonus: Mapping[Reason, float]) -> float:
    """The place in line, in epoch seconds: lower is earlier. Of several reasons the strongest counts."""
    return joined_at - max((bonus[reason] for reason in reasons), default=0.0)


def packed(reasons: Iterable[Reason]) -> str:
    """As a column keeps them."""
    return " ".join(sorted(reasons))


def unpacked(column: str) -> frozenset[Reason]:
    """What `packed` made."""
    return frozenset(map(Reason, column.split()))
