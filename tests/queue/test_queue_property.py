"""Random days at the desk against a brute-force oracle, on both databases.

Time moves only in `tick`, which sweeps, so that queue and oracle must agree after every single step. One day is
one transaction that is rolled back. Half of the days are the same ones in every run, the other half is those of
WASL_TEST_SEED. A day that fails is told as the shortest one that does, with a line in which WASL_TEST_DAY has it again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, __version__, reproduce_failure, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, Select, StaticPool, Table, create_engine, func, select

import queue_oracle as plain
from postgres import PostgresServer, blocking_engine
from queue_oracle import OPEN, POLICY, Citizen, Clerk, Oracle, Ringing
from wasl_queue import schema
from wasl_queue.errors import AgentNotHere, IllegalMove, OfferGone, TooLate
from wasl_queue.queue import Queue, Reason, Requirements, Skills, Wishes

SEED = os.environ.get("WASL_TEST_SEED", "0")
DAY = os.environ.get("WASL_TEST_DAY", "")
"""The one day to try: what `@reproduce_failure` was told to be given after the version."""
FIXED = 13
"""Of the days of every run."""
STEPS, FULL = 50, 35
"""In a day at the most, and in one of many at least."""
SECRET = "secret"
RARE = {"calls of three", "held", "accepted", "declined", "expired", "rung", "keeps_place", "stays", "left", "break"}
"""What must have happened on some of the days."""
COURT, HOUSING = frozenset({"court"}), frozenset({"housing"})
LINES = [
    Requirements("deed", "ar", None, "video", group="court"),
    Requirements("deed", "ar", "sgn-KW", "video", group="court"),
    Requirements("deed", "ar", "sgn-KW", "video", level=4, group="court"),
    Requirements("rent", "ar", None, "text", group="housing"),
    Requirements("rent", "en", None, "voice", level=3, group="housing"),
]
SKILLS = [
    Skills({"deed": 4}, {"ar": 5}, groups=COURT, gender="f"),
    Skills({"deed": 5, "rent": 2}, {"ar": 4, "en": 3}, groups=COURT | HOUSING, gender="m"),
    Skills({}, {"ar": 5, "sgn-KW": 5}, groups=COURT, interpreter=True, gender="f"),
    Skills({"rent": 3}, {"ar": 3, "sgn-KW": 3}, groups=COURT | HOUSING, interpreter=True),
    Skills({"deed": 3}, {"ar": 5, "sgn-KW": 4}, groups=COURT, gender="f"),
    Skills({"rent": 5}, {"ar": 4, "en": 4}, frozenset({"text", "voice"}), HOUSING, gender="m"),
    Skills({}, {"ar": 5, "sgn-KW": 5}, groups=COURT, gender="f"),  # as the third, but does not interpret
    Skills({"deed": 4}, {"ar": 5}, groups=COURT),  # as the first, but does not tell
]
AGENTS = "abcdef"
REASONS = [frozenset[Reason]()] * 3 + [frozenset({Reason.AGE}), frozenset({Reason.AGE, Reason.DISABILITY})]


def _of(table: Table, names: tuple[str, ...]) -> Select[Any]:
    return select(*(table.c[name] for name in names))


# What the oracle is held against after every step

_t, _e = schema.ticket.c, schema.queue_event.c
TICKETS, PRESENCES = _of(schema.ticket, Citizen.COLUMNS), _of(schema.agent, Clerk.COLUMNS)
SERVERS, NOTICES = select(*schema.server.c), select(schema.notice.c.id, schema.notice.c.ticket)
LIVE = _of(schema.offer, Ringing.COLUMNS).where(schema.offer.c.state.in_(["pending", "held"]))
SERVING = select(_t.id, _t.agent).where(_t.state == "serving")
INTERPRETING = select(_t.id, _t.interpreter).where(_t.state == "serving", _t.interpreter.is_not(None))
LAST = select(_e.ticket, _e.to_state).where(
    _e.seq.in_(select(func.max(_e.seq)).where(_e.kind == "ticket").group_by(_e.ticket))
)


class Day(RuleBasedStateMachine):
    """The queue and the oracle, side by side."""

    def __init__(self, engine: Engine, steps: Counter[str]) -> None:
        super().__init__()
        self.connection = engine.connect()
        self.steps = steps
        self.oracle = Oracle()
        self.queues: list[Queue] = []
        self.opened = 0
        self.begun: set[int] = set()
        self.open_server(alone=True)
        for agent, skills in zip(AGENTS, SKILLS, strict=False):
            self.sign_in(agent, skills)
            self.available(self.oracle.clerks[agent])
            self.oracle.now += 1

    def teardown(self) -> None:
        self.steps.update(self.connection.execute(select(schema.queue_event.c.to_state)).scalars())
        ended = [citizen for citizen in self.oracle.citizens.values() if citizen.state == "done"]
        self.steps["calls of three"] += sum(citizen.interpreter is not None for citizen in ended)
        self.connection.rollback()
        self.connection.close()

    # Who moves

    @property
    def queue(self) -> Queue:
        """The server process that everyone is connected to now."""
        return self.queues[-1]

    @property
    def server(self) -> str:
        return str(self.queue.server)

    def has(self, *states: str) -> bool:
        return any(citizen.state in states for citizen in self.oracle.citizens.values())

    def some(self, data: st.DataObject, *states: str) -> Citizen:
        return data.draw(st.sampled_from([c for c in self.oracle.citizens.values() if c.state in states]))

    # Citizens

    @rule(
        wants=st.sampled_from(LINES),
        reasons=st.sampled_from(REASONS),
        agent=st.sampled_from([None, None, *AGENTS]),
        gender=st.sampled_from([None, None, "f", "m"]),
        level=st.sampled_from([None, None, 3, 5]),
    )
    def join(
        self, wants: Requirements, reasons: frozenset[Reason], agent: str | None, gender: str | None, level: int | None
    ) -> None:
        now = self.oracle.now
        wishes = Wishes(agent=agent, gender=gender, level=level)
        joined = self.queue.join(self.connection, wants, SECRET, now, reasons=reasons, wishes=wishes)
        if agent and not self.oracle.is_here(agent, wants):
            agent = None
        wished = {"agent": agent, "gender": gender, "level": level}
        timed = {kind: (wish, now + plain.RELAX[kind]) for kind, wish in wished.items() if wish is not None}
        citizen = Citizen(joined.ticket, wants, now, self.server, reasons, timed)
        self.oracle.citizens[citizen.id] = citizen
        self.oracle.settle()

    @precondition(lambda self: self.has(*OPEN))
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        citizen = self.some(data, *OPEN, "done")
        self.queue.absent(self.connection, citizen.id, self.oracle.now)
        if citizen.state in OPEN and citizen.present and citizen.server == self.server:
            self.oracle.withdraw(citizen)
            citizen.grace = self.oracle.grace(citizen)
        self.oracle.settle()

    @precondition(lambda self: self.has(*OPEN))
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        self.resume(self.some(data, *OPEN, "done", "left", "expired"))

    def resume(self, citizen: Citizen) -> None:
        self.queue.resume(self.connection, citizen.id, SECRET, self.oracle.now)
        if citizen.state in OPEN:
            citizen.grace, citizen.server = None, self.server
        self.oracle.settle()

    @precondition(lambda self: self.has(*OPEN))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        citizen = self.some(data, *OPEN, "done", "expired")
        if citizen.state not in ("waiting", "offered"):
            with pytest.raises(IllegalMove):
                self.queue.leave(self.connection, citizen.id, self.oracle.now)
            return
        self.queue.leave(self.connection, citizen.id, self.oracle.now)
        self.oracle.withdraw(citizen)
        citizen.state, citizen.grace, citizen.undo = "left", None, self.oracle.now + POLICY.undo_seconds
        self.oracle.settle()

    @precondition(lambda self: self.has("left"))
    @rule(data=st.data())
    def undo_leave(self, data: st.DataObject) -> None:
        citizen = self.some(data, "left")
        if (citizen.undo or 0) < self.oracle.now:
            with pytest.raises(TooLate):
                self.queue.undo_leave(self.connection, citizen.id, self.oracle.now)
            return
        self.queue.undo_leave(self.connection, citizen.id, self.oracle.now)
        citizen.state, citizen.undo, citizen.server = "waiting", None, self.server
        self.oracle.settle()

    @precondition(lambda self: self.has(*OPEN))
    @rule(data=st.data(), wanted=st.sampled_from([True, True, False]))
    def call_back(self, data: st.DataObject, wanted: bool) -> None:
        citizen = self.some(data, *OPEN)
        in_line = citizen.state != "serving"
        if wanted and not in_line:
            with pytest.raises(IllegalMove):
                self.queue.ask_callback(self.connection, citizen.id, self.oracle.now)
            return
        (self.queue.ask_callback if wanted else self.queue.cancel_callback)(
            self.connection, citizen.id, self.oracle.now
        )
        if wanted or (in_line and citizen.callback is not None):
            citizen.callback, citizen.rung = self.oracle.now if wanted else None, None
            citizen.grace = None if citizen.present else self.oracle.grace(citizen)
        self.oracle.settle()

    # Agents

    @rule(agent=st.sampled_from(AGENTS), skills=st.sampled_from(SKILLS))
    def learn(self, agent: str, skills: Skills) -> None:
        """She has other skills now, or another desk."""
        self.sign_in(agent, skills)

    def sign_in(self, agent: str, skills: Skills) -> None:
        self.queue.sign_in(self.connection, agent, skills, self.oracle.now)
        self.oracle.sign_in(agent, skills)
        self.oracle.settle()

    @rule(agents=st.sets(st.sampled_from(AGENTS), min_size=1))
    def come_to_work(self, agents: set[str]) -> None:
        """Those who are still in a call cannot."""
        for agent in sorted(agents):
            clerk = self.oracle.clerks[agent]
            if clerk.state == "offline":
                self.sign_in(agent, clerk.skills)
            self.available(clerk)

    def available(self, clerk: Clerk) -> None:
        if clerk.state == "busy":
            with pytest.raises(IllegalMove):
                self.queue.available(self.connection, clerk.id, self.oracle.now)
            return
        self.queue.available(self.connection, clerk.id, self.oracle.now)
        self.oracle.available(clerk)
        self.oracle.settle()

    @rule(agent=st.sampled_from(AGENTS), out=st.booleans())
    def rest(self, agent: str, out: bool) -> None:
        clerk = self.oracle.clerks[agent]
        if clerk.state in ("busy", "offline"):
            return
        if out:
            self.queue.sign_out(self.connection, agent, self.oracle.now)
        else:
            self.queue.take_break(self.connection, agent, "meal", self.oracle.now)
        self.oracle.rest(clerk, "offline" if out else "break")
        self.oracle.settle()

    @precondition(lambda self: self.oracle.ringing)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        self.answer(data.draw(st.sampled_from(self.oracle.ringing)), yes=True)

    @precondition(lambda self: self.oracle.ringing)
    @rule()
    def everybody_accepts(self) -> None:
        for ringing in [ringing for ringing in self.oracle.ringing if not ringing.held]:
            self.answer(ringing, yes=True)

    @precondition(lambda self: self.oracle.ringing)
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        self.answer(data.draw(st.sampled_from(self.oracle.ringing)), yes=False)

    def answer(self, ringing: Ringing, *, yes: bool) -> None:
        clerk, now = ringing.clerk, self.oracle.now
        offer = self.queue.offer_for(self.connection, clerk.id)
        assert offer is not None
        if ringing.held:
            with pytest.raises(OfferGone):
                self.queue.decline(self.connection, offer.id, clerk.id, now)
        elif yes:
            accepted = self.queue.accept(self.connection, offer.id, clerk.id, now)
            self.oracle.accept(ringing)
            assert accepted.serving is (ringing.citizen.state == "serving")
        else:
            self.queue.decline(self.connection, offer.id, clerk.id, now)
            self.oracle.decline(ringing)
        with pytest.raises(OfferGone):
            self.queue.accept(self.connection, offer.id, clerk.id, now)
        self.oracle.settle()

    @precondition(lambda self: self.has("serving"))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        citizen = self.some(data, "serving")
        self.queue.finish(self.connection, citizen.id, self.oracle.now)
        self.oracle.release(citizen)
        citizen.state = "done"
        self.oracle.settle()

    @precondition(lambda self: self.has("serving"))
    @rule(data=st.data(), to=st.sampled_from([*LINES, *AGENTS]))
    def transfer(self, data: st.DataObject, to: Requirements | str) -> None:
        citizen = self.some(data, *OPEN)
        refusal = None if citizen.state == "serving" else IllegalMove
        if isinstance(to, str) and not self.oracle.is_here(to, citizen.wants):
            refusal = AgentNotHere
        if refusal:
            with pytest.raises(refusal):
                self.queue.transfer(self.connection, citizen.id, to, self.oracle.now)
            return
        self.queue.transfer(self.connection, citizen.id, to, self.oracle.now)
        self.oracle.transfer(citizen, to)
        self.oracle.settle()

    @precondition(lambda self: self.has("serving"))
    @rule(data=st.data(), agent=st.sampled_from(AGENTS))
    def lose_agent(self, data: st.DataObject, agent: str) -> None:
        citizen = self.some(data, "serving")
        clerk = self.oracle.clerks[agent]
        if clerk not in self.oracle.staff(citizen):
            with pytest.raises(IllegalMove):
                self.queue.lose_agent(self.connection, citizen.id, agent, self.oracle.now)
            clerk = data.draw(st.sampled_from(self.oracle.staff(citizen)))
        self.queue.lose_agent(self.connection, citizen.id, clerk.id, self.oracle.now)
        self.oracle.lose(clerk)
        self.oracle.settle()

    # Server processes and time

    def open_server(self, *, alone: bool) -> None:
        self.opened += 1
        self.queues.append(Queue(POLICY, matching=self.oracle.matching, server=f"server{self.opened}"))
        self.queue.recover(self.connection, self.oracle.now, alone=alone)
        self.oracle.servers[self.server] = self.oracle.now + POLICY.lease_seconds

    @rule()
    def move_to_the_other_server(self) -> None:
        if len(self.queues) == 1:
            self.open_server(alone=False)
        else:
            self.queues.reverse()

    @precondition(lambda self: len(self.queues) > 1)
    @rule()
    def kill_one_server(self) -> None:
        """Nobody notices before its lease runs out."""
        del self.queues[0]

    @precondition(lambda self: self.has("offered", "serving"))
    @rule(data=st.data())
    def kill_all_servers(self, data: st.DataObject) -> None:
        """One is started again; most citizens are back at once."""
        self.queues.clear()
        gone = list(self.oracle.servers)
        self.open_server(alone=True)
        for server in gone:
            self.oracle.forget_server(server)
        for clerk in self.oracle.clerks.values():
            clerk.lease = self.oracle.now + POLICY.lease_seconds if clerk.state != "offline" else clerk.lease
        for citizen in self.oracle.citizens.values():
            if citizen.state in OPEN and data.draw(st.integers(0, 3)):
                self.resume(citizen)

    @rule(
        seconds=st.integers(1, 4),
        silent=st.sets(st.sampled_from(AGENTS), max_size=2),
        drain=st.sampled_from([False] * 7 + [True]),
    )
    def tick(self, seconds: int, silent: set[str], drain: bool) -> None:
        """Time goes by, and the sweep comes; then there may be no offers until the next tick."""
        self.oracle.now += seconds
        now, lease = self.oracle.now, self.oracle.now + POLICY.lease_seconds
        for matching in (*self.queues, self.oracle):
            matching.matching = True
        for queue in self.queues:
            queue.renew_server(self.connection, now)
            self.oracle.servers[str(queue.server)] = lease
        heard = [clerk for clerk in self.oracle.clerks.values() if clerk.id not in silent]
        self.queue.renew(self.connection, [clerk.id for clerk in heard], now)
        for clerk in heard:
            clerk.lease = lease
        self.queue.sweep(self.connection, now)
        self.oracle.sweep()
        self.oracle.settle()
        for matching in (*self.queues, self.oracle):
            matching.matching = not drain

    # What must hold after every step

    def rows(self, wanted: Select[Any]) -> set[tuple[Any, ...]]:
        rows = [tuple(row) for row in self.connection.execute(wanted)]
        assert len(rows) == len(set(rows))
        return set(rows)

    @invariant()
    def every_row_is_what_the_oracle_says(self) -> None:
        """None lost, none twice, everybody in her place."""
        self.steps["all"] += 1
        oracle = self.oracle
        assert self.rows(TICKETS) == {citizen.row for citizen in oracle.citizens.values()}
        assert self.rows(PRESENCES) == {clerk.row for clerk in oracle.clerks.values()}
        assert self.rows(SERVERS) == set(oracle.servers.items())
        assert sorted(ticket for _, ticket in self.rows(NOTICES)) == sorted(oracle.notices)

    @invariant()
    def every_seat_rings_once_and_every_agent_has_one(self) -> None:
        live = self.rows(LIVE)
        assert live == {ringing.row for ringing in self.oracle.ringing}
        called = self.rows(SERVING) | self.rows(INTERPRETING)
        taken = [agent for _, agent, *_ in (*live, *called)]
        assert len({(ticket, seat) for ticket, _, seat, *_ in live}) == len(live)
        assert len(set(taken)) == len(taken)
        assert set(taken) == {clerk.id for clerk in self.oracle.clerks.values() if clerk.state in ("offered", "busy")}

    @invariant()
    def nobody_is_rung_who_cannot_serve_her(self) -> None:
        """Held against skills and requirements themselves. A call begins only from what rang before."""
        for citizen in self.oracle.citizens.values():
            if citizen.state != "offered":
                continue
            wants, agent = citizen.wants, self.oracle.clerks[str(citizen.agent)].skills
            assert plain.reaches(agent, wants)
            if citizen.interpreter is None:
                assert plain.level_alone(agent, wants) >= wants.level
            else:
                mate = self.oracle.clerks[citizen.interpreter].skills
                assert plain.level_interpreted(agent, wants) >= wants.level
                assert plain.reaches(mate, wants)
                assert plain.interprets(mate, wants)

    @invariant()
    def nobody_is_left_standing(self) -> None:
        """No idle agent, or pair, beside a present ticket that they can serve and have not just refused."""
        if self.oracle.matching:
            assert not [citizen.id for citizen in self.oracle.standing() if self.oracle.team(citizen)]

    @invariant()
    def positions_count_up(self) -> None:
        for wants in LINES:
            in_line = [c for c in self.oracle.citizens.values() if c.wants == wants and c.state in OPEN[:2]]
            in_line.sort(key=lambda c: c.place)
            positions = [self.queue.position(self.connection, c.id) for c in in_line]
            assert positions == list(range(1, len(in_line) + 1))

    @invariant()
    def every_ticket_state_is_its_last_event(self) -> None:
        """History is complete: the last row of a ticket says where it stands."""
        states = {(citizen.id, citizen.state) for citizen in self.oracle.citizens.values()}
        assert self.rows(LAST) == states


def run_days(engine: Engine, days: int) -> None:
    """The same ones as always, then those of the seed."""
    if DAY:
        try_days(reproduce_failure(__version__, DAY.encode()), engine, 1)
        return
    steps = try_days(seed(FIXED), engine, days)
    assert steps.keys() >= RARE
    print(f"WASL_TEST_SEED={SEED}")
    steps += try_days(seed(SEED), engine, days)
    assert steps["all"] >= 2 * days * FULL


def try_days(chosen: Callable[[Any], Any], engine: Engine, days: int) -> Counter[str]:
    """How many steps agreed, and what happened in them how often; `chosen` is how Hypothesis is told which days."""
    steps = Counter[str]()
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            chosen(partial(Day, engine, steps)),
            settings=settings(
                max_examples=days,
                stateful_step_count=STEPS,
                database=None,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except BaseException as error:
        error.add_note(f"WASL_TEST_DAY=… pytest {Path(__file__).name} tries this day alone")
        raise
    return steps


@pytest.fixture
def days(request: pytest.FixtureRequest) -> int:
    """Of each half."""
    return 240 if request.config.getoption("--long") else 60


def test_the_queue_is_the_oracle_on_sqlite(days: int) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    schema.metadata.create_all(engine)
    try:
        run_days(engine, days)
    finally:
        engine.dispose()


def test_the_queue_is_the_oracle_on_postgresql(postgres_server: PostgresServer, days: int) -> None:
    with blocking_engine(postgres_server.migrated()) as engine:
        run_days(engine, days)
