"""A desk in memory: one line of plain sentences per thing that happens there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection, create_engine

from wasl_queue.queue import Changes, Offer, Policy, Queue, Reason, Requirements, Skills, Ticket, Wishes
from wasl_queue.schema import metadata

DEED = Requirements("deed", "ar", None, "video")
SIGNED_DEED = Requirements("deed", "ar", "sgn-KW", "video")
HEARING = Skills({"deed": 3}, {"ar": 5, "en": 3})
SIGNING = Skills({"deed": 3}, {"ar": 5, "sgn-KW": 4})
INTERPRETER = Skills({}, {"ar": 5, "sgn-KW": 5}, interpreter=True)


@dataclass
class Desk:
    """A queue with its connection and a clock that the test turns."""

    connection: Connection
    queue: Queue = field(default_factory=lambda: Queue(server="first"))
    now: float = 1_000.0
    signed: Requirements = SIGNED_DEED
    signing: Skills = field(default_factory=lambda: SIGNING)
    interpreter: Skills = field(default_factory=lambda: INTERPRETER)

    @property
    def policy(self) -> Policy:
        return self.queue.policy

    def pass_time(self, seconds: float) -> Changes:
        """Time goes by, desks are heard of, then the sweep comes."""
        self.now += seconds
        self.queue.renew(self.connection, [s.presence.agent for s in self.queue.agents(self.connection)], self.now)
        return self.sweep()

    def restart(self) -> Changes:
        """The only server process is killed, and another one starts."""
        self.queue = Queue(self.policy, server=f"after {self.queue.server}")
        return self.queue.recover(self.connection, self.now)

    def sweep(self) -> Changes:
        self.queue.renew_server(self.connection, self.now)
        return self.queue.sweep(self.connection, self.now)

    def join(self, wants: Requirements = DEED, *reasons: Reason, wishes: Wishes | None = None) -> int:
        self.now += 1
        joined = self.queue.join(
            self.connection, wants, "secret", self.now, reasons=frozenset(reasons), wishes=wishes or Wishes()
        )
        return joined.ticket

    def sign_in(self, agent: str, skills: Skills | None = None) -> Changes:
        return self.queue.sign_in(self.connection, agent, skills or HEARING, self.now)

    def available(self, agent: str, skills: Skills | None = None) -> str:
        self.now += 1
        self.sign_in(agent, skills)
        self.queue.available(self.connection, agent, self.now)
        return agent

    def accept(self, agent: str) -> int:
        return self.queue.accept(self.connection, self.ringing(agent).id, agent, self.now).ticket

    def decline(self, agent: str, reason: str | None = None) -> Changes:
        return self.queue.decline(self.connection, self.ringing(agent).id, agent, self.now, reason)

    def ringing(self, agent: str) -> Offer:
        offer = self.queue.offer_for(self.connection, agent)
        assert offer is not None, f"{agent} is not rung"
        return offer

    def rung_for(self, ticket: int) -> str | None:
        """The agent who is rung for this ticket."""
        offers = self.queue.offers_of(self.connection, ticket)
        return offers[0].agent if offers else None

    def ticket(self, ticket: int) -> Ticket:
        return self.queue.ticket(self.connection, ticket)

    def state(self, ticket: int) -> str:
        return self.ticket(ticket).state

    def doing(self, agent: str) -> str:
        return self.queue.presence(self.connection, agent).state

    def visit(self, agent: str, seconds: float = 300) -> int:
        """The one who rings is served, and written up."""
        ticket = self.accept(agent)
        self.pass_time(seconds)
        self.queue.finish(self.connection, ticket, self.now)
        self.queue.available(self.connection, agent, self.now)
        return ticket


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def desk(connection: Connection) -> Desk:
    desk = Desk(connection)
    desk.queue.recover(connection, desk.now)
    return desk
