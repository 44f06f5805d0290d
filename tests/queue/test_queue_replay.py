"""Random days: what the event rows tell is what the tables said, at the end and at every moment on the way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from wasl_queue import explanation, history, replay, scene
from wasl_queue.errors import QueueError, UnknownTicket
from wasl_queue.explanation import Explanation, NotYetJoined
from wasl_queue.queue import Policy, Queue, Reason, Requirements, Seat, Skills, Wishes
from wasl_queue.replay import UnknownLine
from wasl_queue.scene import Scene
from wasl_queue.schema import metadata
from wasl_queue.schema import ticket as table

POLICY = Policy(
    offer_seconds=3,
    grace_waiting=9,
    grace_call=4,
    wrap_up_seconds=2,
    lease_seconds=15,
    undo_seconds=60,
    callback_hold=30,
    callback_grace=6,
    relax_agent=4,
    relax_gender=5,
    relax_level=6,
    transfer_patience=6,
)
LINES = [
    Requirements("deed", "ar", None, "video"),
    Requirements("deed", "ar", "sgn-KW", "video"),
    Requirements("rent", "en", None, "voice"),
]
SKILLS = [
    Skills({"deed": 3}, {"ar": 3}, gender="woman"),
    Skills({"deed": 5, "rent": 3}, {"ar": 5, "en": 3}),
    Skills({"deed": 3, "rent": 2}, {"ar": 3, "sgn-KW": 3, "en": 2}),
    Skills({}, {"ar": 5, "sgn-KW": 5}, interpreter=True),
]
WISHES = [Wishes(), Wishes(), Wishes(agent="a"), Wishes(gender="woman"), Wishes(level=4)]
REASONS: list[frozenset[Reason]] = [frozenset(), frozenset(), frozenset({Reason.AGE, Reason.DISABILITY})]
AGENTS = "abcdef"
MOVES = [
    *["join"] * 4,
    *["accept"] * 5,
    *["sign_in", "available", "available", "decline", "finish", "finish", "tick", "tick"],
    *["rest", "sign_out", "drop", "resume", "leave", "undo"],
    *["transfer", "send_on", "lose", "keep", "keep", "stay", "recover"],
]


@dataclass
class Day:
    """A desk at which moves are made at random; those that are not allowed are left out."""

    connection: Connection
    chance: random.Random
    now: float = 1_000.0
    made: Counter[str] = field(default_factory=Counter)
    seen: list[Explanation] = field(default_factory=list)
    """What the tables said of some ticket after each move."""
    number: int = 0

    def __post_init__(self) -> None:
        self.queue = Queue(POLICY, server="first")
        self.queue.enroll(self.connection, "planned", SKILLS[0], self.now)
        for agent in AGENTS:
            self.queue.sign_in(self.connection, agent, self.chance.choice(SKILLS), self.now)
            self.queue.available(self.connection, agent, self.now)

    def live(self, moves: int) -> None:
        """Make so many moves, at so many different times."""
        for _ in range(moves):
            self.now += self.chance.choice([0.25, 1, 2])
            move = self.chance.choice(MOVES)
            save = self.connection.begin_nested()
            try:
                self.move(move)
                save.commit()
                self.made[move] += 1
            except QueueError:
                save.rollback()
            if self.number:
                self.seen.append(explanation.explain(self.connection, self.ticket(), self.now))

    def ticket(self) -> int:
        """Any, the later ones more often."""
        return max(self.chance.randint(1, self.number), self.chance.randint(1, self.number)) if self.number else 0

    def suited(self, move: str) -> int:
        """One that can make this move, if there is one and the move is rare."""
        state = {"transfer": "serving", "send_on": "serving", "lose": "serving", "undo": "left"}.get(move)
        found = self.connection.scalars(select(table.c.id).where(table.c.state == state)).all() if state else []
        return self.chance.choice(found) if found else self.ticket()

    def move(self, move: str) -> None:
        connection, now, queue = self.connection, self.now, self.queue
        ticket, agent, line = self.suited(move), self.chance.choice(AGENTS), self.chance.choice(LINES)
        match move:
            case "join":
                wishes, reasons = self.chance.choice(WISHES), self.chance.choice(REASONS)
                self.number = queue.join(connection, line, "x", now, reasons=reasons, wishes=wishes).ticket
            case "accept" | "decline":
                offer = queue.offer_for(connection, agent)
                if offer and move == "accept":
                    queue.accept(connection, offer.id, agent, now)
                elif offer:
                    queue.decline(connection, offer.id, agent, now, "other")
            case "sign_in":
                queue.sign_in(connection, agent, self.chance.choice(SKILLS), now)
            case "available":
                queue.available(connection, agent, now)
            case "rest":
                queue.take_break(connection, agent, "meal", now)
            case "sign_out":
                queue.sign_out(connection, agent, now)
            case "finish":
                queue.finish(connection, ticket, now)
            case "drop":
                queue.absent(connection, ticket, now)
            case "resume":
                queue.resume(connection, ticket, "x", now)
            case "leave":
                queue.leave(connection, ticket, now)
            case "undo":
                queue.undo_leave(connection, ticket, now)
            case "transfer":
                queue.transfer(connection, ticket, line, now)
            case "send_on":
                queue.transfer(connection, ticket, agent, now)
            case "lose":
                served = queue.ticket(connection, ticket)
                lost = [who for who in (served.agent, served.interpreter) if who]
                queue.lose_agent(connection, ticket, self.chance.choice(lost or AGENTS), now)
            case "keep":
                queue.ask_callback(connection, ticket, now)
            case "stay":
                queue.cancel_callback(connection, ticket, now)
            case "tick":
                queue.renew(connection, self.chance.sample(AGENTS, 5), now)
                queue.renew_server(connection, now)
                queue.sweep(connection, now)
            case "recover":
                if not self.chance.randrange(4):
                    self.queue = Queue(POLICY, server=f"{now}")
                    self.queue.recover(connection, now)


def lived(seed: int, moves: int) -> Day:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    day = Day(engine.connect(), random.Random(seed))
    day.live(moves)
    return day


def close(day: Day) -> None:
    day.connection.close()
    day.connection.engine.dispose()


def played(connection: Connection, line: int) -> Scene:
    desk = Scene()
    for event in history.of_line(connection, line, history.last(connection)):
        desk.apply(event)
    return desk


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_a_replay_ends_as_the_tables_are(seed: int) -> None:
    day = lived(seed, 150)
    tables = scene.of_tables(day.connection)
    for line in {place.line for place in tables.places.values()}:
        desk = played(day.connection, line)
        assert desk.posts == tables.posts
        assert desk.queue(line) == tables.queue(line)
        assert desk.rung(line) == tables.rung(line)
        assert desk.served(line) == tables.served(line)
        *_, end = replay.of_line(day.connection, line)
        assert (list(end.waiting), list(end.rung), list(end.serving)) == (
            tables.queue(line),
            tables.rung(line),
            tables.served(line),
        )
    close(day)


@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_event_rows_explain_a_past_moment_as_the_tables_did_then(seed: int) -> None:
    day = lived(seed, 120)
    for then in day.seen:
        assert explanation.from_history(day.connection, then.place.ticket, then.at) == then
    close(day)


def test_the_random_days_make_every_move() -> None:
    """So the two tests above mean something."""
    made: Counter[str] = Counter()
    seen: list[Explanation] = []
    for seed in range(6):
        day = lived(seed, 150)
        made += day.made
        seen += day.seen
        close(day)
    assert set(made) == set(MOVES)
    assert {each.why for each in seen} == {None, *explanation.Why}
    assert {choice.seat for each in seen for choice in each.choices} == set(Seat)
    assert any(choice.free for each in seen for choice in each.choices)


def test_a_replay_can_begin_and_end_within_the_day() -> None:
    day = lived(1, 150)
    line = day.seen[0].place.line
    whole = list(replay.of_line(day.connection, line))
    start, end = whole[len(whole) // 3].at, whole[len(whole) // 2].at
    part = list(replay.of_line(day.connection, line, start, end))
    assert part == [frame for frame in whole if start <= frame.at <= end]
    assert part
    close(day)


def test_nothing_is_told_of_what_never_was() -> None:
    day = lived(2, 60)
    with pytest.raises(UnknownTicket):
        explanation.explain(day.connection, 99_999, day.now)
    with pytest.raises(NotYetJoined):
        explanation.explain(day.connection, 1, 999)
    with pytest.raises(UnknownLine):
        next(replay.of_line(day.connection, 99_999))
    close(day)
