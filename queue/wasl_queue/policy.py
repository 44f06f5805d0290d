"""The settings of the desk's line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """How patient the desk is, with citizens and with agents. All times are seconds."""

    offer_seconds: float = 12
    """How long an offer rings one agent; also how long an agent is spared a ticket she did not take."""
    misses_until_break: int = 2
    """So many unanswered offers in a row, and the agent is on a break."""
    grace_waiting: float = 300
    """How long a place in line outlives its owner's page."""
    grace_call: float = 120
    """How long a call waits for a citizen who dropped out of it."""
    wrap_up_seconds: float = 60
    lease_seconds: float = 30
    """An agent whose desk was not heard of for so long is offline."""
    priority_bonus: float = 120
    """How much waiting one step of priority is worth."""
    undo_seconds: float = 120
    """How long leaving can be undone."""
