"""What a citizen would like and can do without: each wish is held to for a while, then it relaxes."""

from __future__ import annotations

from dataclasses import dataclass

from wasl_queue.policy import Policy


@dataclass(frozen=True)
class Wishes:
    """Soft preferences; None is no wish. A time is when the wish relaxes, in epoch seconds."""

    agent: str | None = None
    """The agent of last time."""
    agent_until: float | None = None
    gender: str | None = None
    gender_until: float | None = None
    level: int | None = None
    """At least this level, 1 to 5, in the service and the language."""
    level_until: float | None = None

    @property
    def any(self) -> bool:
        """Whether there ever was a wish."""
        return self.agent is not None or self.gender is not None or self.level is not None

    def held(self, now: float) -> Wishes:
        """Those that have not relaxed yet."""
        if not self.any:
            return self
        return Wishes(
            *((self.agent, self.agent_until) if now < (self.agent_until or 0) else (None, None)),
            *((self.gender, self.gender_until) if now < (self.gender_until or 0) else (None, None)),
            *((self.level, self.level_until) if now < (self.level_until or 0) else (None, None)),
        )


NO_WISHES = Wishes()


def timed(wishes: Wishes, policy: Policy, now: float) -> Wishes:
    """The wishes with the times at which the policy relaxes them."""
    return Wishes(
        wishes.agent,
        now + policy.relax_agent if wishes.agent is not None else None,
        wishes.gender,
        now + policy.relax_gender if wishes.gender is not None else None,
        wishes.level,
        now + policy.relax_level if wishes.level is not None else None,
    )
