"""What a write touched, so that the server knows whom to tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Changes:
    """The tickets and agents that look different now, and the lines whose order does."""

    tickets: frozenset[int] = frozenset()
    agents: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()
    """Lines that somebody entered or left: positions in them may have changed."""

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.tickets | other.tickets, self.agents | other.agents, self.lines | other.lines)

    def __bool__(self) -> bool:
        return bool(self.tickets or self.agents or self.lines)
