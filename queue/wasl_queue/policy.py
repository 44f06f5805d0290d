"""The settings of the desk's line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wasl_queue.priority import BONUS, Reason


@dataclass(frozen=True)
class Policy:
    """How patient the desk is, with citizens and with agents. All times are seconds."""

    offer_seconds: float = 12
    """How long an offer rings one agent; also how long an agent is spared a ticket she did not take, and how
    long one who has accepted is held for the other seat."""
    misses_until_break: int = 2
    """So many unanswered offers in a row, and the agent is on a break."""
    grace_waiting: float = 300
    """How long a place in line outlives its owner's page."""
    grace_call: float = 120
    """How long a call waits for a citizen who dropped out of it."""
    wrap_up_seconds: float = 60
    """How long after a visit an agent may write it up; 0: she is available at once."""
    lease_seconds: float = 30
    """An agent whose desk was not heard of for so long is offline; a server process likewise gone."""
    undo_seconds: float = 120
    """How long leaving can be undone."""
    callback_hold: float = 4 * 3600
    """How long a place is kept for a citizen who asked to be rung when her turn is near."""
    callback_grace: float = 600
    """How long she has to come once she has been rung."""
    relax_agent: float = 60
    """How long a wish for the agent of last time is held to."""
    relax_level: float = 120
    """The same for a wish for a more experienced agent."""
    relax_gender: float = 180
    """The same for a wish for a woman, or a man."""
    transfer_patience: float = 300
    """How long a citizen who was sent on to one person waits for that person alone."""
    bonus: Mapping[Reason, float] = field(default_factory=lambda: BONUS)
    """How much waiting each reason of priority is worth."""
