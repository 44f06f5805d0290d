"""Random days at the desk against a brute-force oracle.

The oracle knows no index, no heap and nobody "loose": after every step it looks at all tickets and all agents.
Time moves only in `tick`, which sweeps, so that queue and oracle must agree after every single step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, func, select

from wasl_queue import schema
from wasl_queue.errors import IllegalMove, OfferGone, TooLate
from wasl_queue.queue import Policy, Queue, Requirements, Skills

POLICY = Policy(offer_seconds=3, grace_waiting=6, grace_call=4, wrap_up_seconds=2, lease_seconds=20, undo_seconds=5)
LINES = [
    Requirements("deed", "ar", None, "video"),
    Requirements("deed", "ar", "sgn-KW", "video"),
    Requirements("rent", "ar", None, "video"),
    Requirements("rent", "en", None, "voice"),
]
SKILLS = [
    Skills(frozenset({"deed"}), frozenset({"ar"})),
    Skills(frozenset({"deed", "rent"}), frozenset({"ar", "en"})),
    Skills(frozenset({"rent"}), frozenset({"ar", "en", "sgn-KW"})),
    Skills(frozenset({"deed", "rent"}), frozenset({"ar", "sgn-KW"})),
]
AGENTS = "abcde"


@dataclass
class Citizen:
    id: int
    wants: Requirements
    key: float
    state: str = "waiting"
    agent: str | None = None
    grace: float | None = None
    undo: float | None = None


@dataclass
class Clerk:
    id: str
    skills: Skills
    lease: float
    state: str = "break"
    misses: int = 0
    idle: float = 0.0
    until: float | None = None

    def serves(self, wants: Requirements) -> bool:
        return (
            wants.service in self.skills.services and (wants.sign_language or wants.language) in self.skills.languages
        )


@dataclass
class Ringing:
    citizen: Citizen
    clerk: Clerk
    expires: float


@dataclass
class Oracle:
    """The desk as the design tells it, in the slowest and plainest way."""

    now: float = 1000.0
    matching: bool = True
    citizens: dict[int, Citizen] = field(default_factory=dict)
    clerks: dict[str, Clerk] = field(default_factory=dict)
    ringing: list[Ringing] = field(default_factory=list)
    refusals: dict[tuple[int, str], float] = field(default_factory=dict)

    def passed_over(self, citizen: Citizen, clerk: Clerk) -> bool:
        at = self.refusals.get((citizen.id, clerk.id))
        return at is not None and at > self.now - POLICY.offer_seconds and at >= clerk.idle

    def candidates(self, citizen: Citizen) -> list[Clerk]:
        return [
            clerk
            for clerk in self.clerks.values()
            if clerk.state == "available" and clerk.serves(citizen.wants) and not self.passed_over(citizen, clerk)
        ]

    def settle(self) -> None:
        queue = [c for c in self.citizens.values() if c.state == "waiting" and c.grace is None]
        for citizen in sorted(queue, key=lambda c: (c.key, c.id)) if self.matching else []:
            found = self.candidates(citizen)
            if found:
                asked = self.refusals
                clerk = min(found, key=lambda k: (asked.get((citizen.id, k.id), -1.0), k.idle, k.id))
                citizen.state, citizen.agent, clerk.state = "offered", clerk.id, "offered"
                self.ringing.append(Ringing(citizen, clerk, self.now + POLICY.offer_seconds))

    def silence(self, ringing: Ringing, *, refused: bool = False) -> None:
        self.ringing.remove(ringing)
        ringing.citizen.state, ringing.citizen.agent = "waiting", None
        ringing.clerk.state = "available"
        if refused:
            self.refusals[ringing.citizen.id, ringing.clerk.id] = self.now

    def rings(self, of: Citizen | Clerk) -> Ringing | None:
        return next((r for r in self.ringing if of in (r.citizen, r.clerk)), None)

    def lapse(self, ringing: Ringing) -> None:
        self.silence(ringing, refused=True)
        ringing.clerk.misses += 1
        if ringing.clerk.misses >= POLICY.misses_until_break:
            ringing.clerk.state = "break"

    def release(self, citizen: Citizen) -> None:
        clerk = self.clerks[citizen.agent or ""]
        clerk.state, clerk.until, clerk.misses = "wrap_up", self.now + POLICY.wrap_up_seconds, 0

    def lose(self, clerk: Clerk) -> None:
        ringing = self.rings(clerk)
        if ringing:
            self.silence(ringing)
        for citizen in self.citizens.values():
            if citizen.state == "serving" and citizen.agent == clerk.id:
                citizen.state, citizen.agent = "waiting", None
                citizen.grace = citizen.grace and self.now + POLICY.grace_waiting
        clerk.state, clerk.until, clerk.misses = "offline", None, 0

    def sweep(self) -> None:
        for clerk in self.clerks.values():
            if clerk.state != "offline" and clerk.lease <= self.now:
                self.lose(clerk)
        for ringing in [r for r in self.ringing if r.expires <= self.now]:
            self.lapse(ringing)
        for citizen in self.citizens.values():
            if citizen.state in ("waiting", "serving") and citizen.grace is not None and citizen.grace <= self.now:
                if citizen.state == "serving":
                    self.release(citizen)
                citizen.state = "expired"
        for clerk in self.clerks.values():
            if clerk.state == "wrap_up" and clerk.until is not None and clerk.until <= self.now:
                clerk.state, clerk.idle, clerk.until, clerk.misses = "available", self.now, None, 0


class Desk(RuleBasedStateMachine):
    """The queue and the oracle, side by side."""

    @initialize()
    def open(self) -> None:
        self.engine = create_engine("sqlite://")
        schema.metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.queue = Queue(POLICY)
        self.oracle = Oracle()
        for agent, skills in zip(AGENTS, [*SKILLS, SKILLS[1]], strict=True):
            self.sign_in(agent, skills)
            self.make_available(self.oracle.clerks[agent])
            self.oracle.now += 1

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.connection.close()
            self.engine.dispose()

    def some(self, data: st.DataObject, *states: str) -> Citizen | None:
        found = [c for c in self.oracle.citizens.values() if c.state in states]
        return data.draw(st.sampled_from(found)) if found else None

    def clerk(self, data: st.DataObject) -> Clerk | None:
        return data.draw(st.sampled_from(list(self.oracle.clerks.values()))) if self.oracle.clerks else None

    @rule(wants=st.sampled_from(LINES), priority=st.sampled_from([0, 0, 0, 1]))
    def join(self, wants: Requirements, priority: int) -> None:
        now = self.oracle.now
        ticket = self.queue.join(self.connection, wants, f"{wants}", now, priority=priority).ticket
        self.oracle.citizens[ticket] = Citizen(ticket, wants, now - priority * POLICY.priority_bonus)
        self.oracle.settle()

    @rule(agent=st.sampled_from(AGENTS), skills=st.sampled_from(SKILLS))
    def sign_in(self, agent: str, skills: Skills) -> None:
        now, known = self.oracle.now, self.oracle.clerks.get(agent)
        self.queue.sign_in(self.connection, agent, skills, now)
        clerk = known or Clerk(agent, skills, now, idle=now)
        self.oracle.clerks[agent] = clerk
        clerk.skills, clerk.lease = skills, now + POLICY.lease_seconds
        clerk.state = "break" if clerk.state == "offline" else clerk.state
        ringing = self.oracle.rings(clerk)
        if ringing and not clerk.serves(ringing.citizen.wants):
            self.oracle.silence(ringing)
        self.oracle.settle()

    @rule(data=st.data())
    def available(self, data: st.DataObject) -> None:
        clerk = self.clerk(data)
        if clerk:
            self.make_available(clerk)

    def make_available(self, clerk: Clerk) -> None:
        if clerk.state in ("busy", "offline"):
            with pytest.raises(IllegalMove):
                self.queue.available(self.connection, clerk.id, self.oracle.now)
            return
        self.queue.available(self.connection, clerk.id, self.oracle.now)
        if clerk.state in ("break", "wrap_up"):
            clerk.state, clerk.idle, clerk.misses, clerk.until = "available", self.oracle.now, 0, None
        self.oracle.settle()

    @rule(data=st.data(), out=st.booleans())
    def rest(self, data: st.DataObject, out: bool) -> None:
        clerk = self.clerk(data)
        if clerk is None or clerk.state in ("busy", "offline"):
            return
        ringing = self.oracle.rings(clerk)
        if out:
            self.queue.sign_out(self.connection, clerk.id, self.oracle.now)
        else:
            self.queue.take_break(self.connection, clerk.id, "meal", self.oracle.now)
        if ringing:
            self.oracle.silence(ringing, refused=not out)
        clerk.state, clerk.misses, clerk.until = "offline" if out else "break", 0, None
        self.oracle.settle()

    @precondition(lambda self: self.oracle.ringing)
    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: st.DataObject, yes: bool) -> None:
        ringing = data.draw(st.sampled_from(self.oracle.ringing))
        offer = self.queue.offer_for(self.connection, ringing.clerk.id)
        assert offer is not None
        if yes:
            self.queue.accept(self.connection, offer.id, ringing.clerk.id, self.oracle.now)
            self.oracle.ringing.remove(ringing)
            ringing.citizen.state, ringing.clerk.state = "serving", "busy"
            away = ringing.citizen.grace is not None
            ringing.citizen.grace = self.oracle.now + POLICY.grace_call if away else None
        else:
            self.queue.decline(self.connection, offer.id, ringing.clerk.id, self.oracle.now)
            self.oracle.silence(ringing, refused=True)
        ringing.clerk.misses = 0
        with pytest.raises(OfferGone):
            self.queue.accept(self.connection, offer.id, ringing.clerk.id, self.oracle.now)
        self.oracle.settle()

    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        citizen = self.some(data, "serving")
        if citizen:
            self.queue.finish(self.connection, citizen.id, self.oracle.now)
            self.oracle.release(citizen)
            citizen.state = "done"
            self.oracle.settle()

    @rule(data=st.data())
    def lose_agent(self, data: st.DataObject) -> None:
        citizen = self.some(data, "serving")
        if citizen:
            self.queue.lose_agent(self.connection, citizen.id, self.oracle.now)
            self.oracle.lose(self.oracle.clerks[citizen.agent or ""])
            self.oracle.settle()

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "done")
        if citizen is None:
            return
        self.queue.absent(self.connection, citizen.id, self.oracle.now)
        if citizen.state == "done" or citizen.grace is not None:
            return
        ringing = self.oracle.rings(citizen)
        if ringing:
            self.oracle.silence(ringing)
        grace = POLICY.grace_call if citizen.state == "serving" else POLICY.grace_waiting
        citizen.grace = self.oracle.now + grace
        self.oracle.settle()

    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "done", "left", "expired")
        if citizen:
            self.resume(citizen)

    def resume(self, citizen: Citizen) -> None:
        self.queue.resume(self.connection, citizen.id, f"{citizen.wants}", self.oracle.now)
        if citizen.state in ("waiting", "offered", "serving"):
            citizen.grace = None
        self.oracle.settle()

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "done", "expired")
        if citizen is None:
            return
        if citizen.state in ("serving", "done", "expired"):
            with pytest.raises(IllegalMove):
                self.queue.leave(self.connection, citizen.id, self.oracle.now)
            return
        self.queue.leave(self.connection, citizen.id, self.oracle.now)
        ringing = self.oracle.rings(citizen)
        if ringing:
            self.oracle.silence(ringing)
        citizen.state, citizen.grace, citizen.undo = "left", None, self.oracle.now + POLICY.undo_seconds
        self.oracle.settle()

    @rule(data=st.data())
    def undo_leave(self, data: st.DataObject) -> None:
        citizen = self.some(data, "left")
        if citizen is None or citizen.undo is None:
            return
        if citizen.undo < self.oracle.now:
            with pytest.raises(TooLate):
                self.queue.undo_leave(self.connection, citizen.id, self.oracle.now)
            return
        self.queue.undo_leave(self.connection, citizen.id, self.oracle.now)
        citizen.state, citizen.undo = "waiting", None
        self.oracle.settle()

    @rule(seconds=st.integers(1, 4), heard=st.sets(st.sampled_from(AGENTS), min_size=3))
    def tick(self, seconds: int, heard: set[str]) -> None:
        self.oracle.now += seconds
        self.queue.matching = self.oracle.matching = True
        self.queue.renew(self.connection, heard, self.oracle.now)
        for clerk in self.oracle.clerks.values():
            if clerk.id in heard:
                clerk.lease = self.oracle.now + POLICY.lease_seconds
        self.queue.sweep(self.connection, self.oracle.now)
        self.oracle.sweep()
        self.oracle.settle()

    @rule(data=st.data())
    def restart(self, data: st.DataObject) -> None:
        """The server is killed and started again; most citizens are back at once."""
        self.queue = Queue(POLICY, matching=self.queue.matching)
        self.queue.recover(self.connection, self.oracle.now)
        for citizen in self.oracle.citizens.values():
            if citizen.state in ("waiting", "offered", "serving") and citizen.grace is None:
                grace = POLICY.grace_call if citizen.state == "serving" else POLICY.grace_waiting
                citizen.grace = self.oracle.now + grace
        for clerk in self.oracle.clerks.values():
            clerk.lease = self.oracle.now + POLICY.lease_seconds if clerk.state != "offline" else clerk.lease
        for citizen in self.oracle.citizens.values():
            if citizen.state in ("waiting", "offered", "serving") and data.draw(st.integers(0, 3)):
                self.resume(citizen)

    @rule()
    def drain(self) -> None:
        """No offers until the next tick."""
        self.queue.matching = self.oracle.matching = False

    @invariant()
    def agrees_with_the_oracle(self) -> None:
        """None lost, none twice, the order right: every row is what the oracle says."""
        if not hasattr(self, "oracle"):
            return
        t, a = schema.ticket.c, schema.agent.c
        rows = self.connection.execute(select(t.id, t.state, t.agent, t.grace_until, t.undo_until)).all()
        ours = {c.id: (c.id, c.state, c.agent, c.grace, c.undo) for c in self.oracle.citizens.values()}
        ended = ("done", "expired")
        assert {r[0]: tuple(r)[: 3 if r[1] in ended else 5] for r in rows} == {
            id_: row[: 3 if row[1] in ended else 5] for id_, row in ours.items()
        }
        agents = self.connection.execute(select(a.id, a.state, a.misses, a.idle_since, a.until)).all()
        assert sorted(tuple(r) for r in agents) == sorted(
            (k.id, k.state, k.misses, k.idle, k.until) for k in self.oracle.clerks.values()
        )

    @invariant()
    def offers_tickets_and_agents_agree(self) -> None:
        """One live offer per offered ticket and agent, within her skills; one ticket per busy agent."""
        if not hasattr(self, "oracle"):
            return
        o = schema.offer.c
        rung = self.connection.execute(select(o.ticket, o.agent).where(o.state == "pending")).all()
        assert sorted(map(tuple, rung)) == sorted((r.citizen.id, r.clerk.id) for r in self.oracle.ringing)
        for ticket, agent in rung:
            assert self.oracle.clerks[agent].serves(self.oracle.citizens[ticket].wants)
        busy = [k.id for k in self.oracle.clerks.values() if k.state == "busy"]
        served = [c.agent for c in self.oracle.citizens.values() if c.state == "serving"]
        assert sorted(busy) == sorted(map(str, served))

    @invariant()
    def nobody_is_left_standing(self) -> None:
        """No idle agent beside a present ticket that she can serve and has not just refused."""
        if not hasattr(self, "oracle") or not self.oracle.matching:
            return
        for citizen in self.oracle.citizens.values():
            if citizen.state == "waiting" and citizen.grace is None:
                assert not self.oracle.candidates(citizen)

    @invariant()
    def positions_count_up(self) -> None:
        if not hasattr(self, "oracle"):
            return
        for wants in LINES:
            line = [c for c in self.oracle.citizens.values() if c.wants == wants and c.state in ("waiting", "offered")]
            line.sort(key=lambda c: (c.key, c.id))
            assert [self.queue.position(self.connection, c.id) for c in line] == list(range(1, len(line) + 1))

    @invariant()
    def every_ticket_state_is_its_last_event(self) -> None:
        """History is complete: the last row of a ticket says where it stands."""
        if not hasattr(self, "oracle"):
            return
        e = schema.queue_event.c
        last = select(func.max(e.seq)).where(e.kind == "ticket").group_by(e.ticket)
        rows = self.connection.execute(select(e.ticket, e.to_state).where(e.seq.in_(last))).all()
        assert dict(map(tuple, rows)) == {c.id: c.state for c in self.oracle.citizens.values()}


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=25, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
