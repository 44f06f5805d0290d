"""The life of a call: from assembling its people to its end, and the legs that take part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from wasl_signaling import recording, schema
from wasl_signaling.messages import CallState, Modality, Role
from wasl_web.errors import Problem

MOVES: Mapping[CallState, frozenset[CallState]] = {
    CallState.ASSEMBLING: frozenset({CallState.LIVE, CallState.ENDED}),
    CallState.LIVE: frozenset({CallState.HELD, CallState.ENDED}),
    CallState.HELD: frozenset({CallState.LIVE, CallState.ENDED}),
    CallState.ENDED: frozenset(),
}


_CITIZENS_SIDE = (Role.CITIZEN, Role.HELPER)


class UnknownCall(Problem):
    """There is no such call, or it is not this person's."""

    def __init__(self, call: int) -> None:
        super().__init__("unknown_call")
        self.call = call


class IllegalCallMove(Problem):
    """The call is not in a state from which this move leads on."""

    def __init__(self, call: int, to: CallState) -> None:
        super().__init__("not_now")
        self.call, self.to = call, to


@dataclass(frozen=True)
class Leg:
    """One person's part in a call. `party` is an agent's id, or a ticket's number for a citizen."""

    id: int
    role: Role
    party: str


@dataclass(frozen=True)
class Call:
    """A call and the legs that are in it now; after its end, the legs that were in it last."""

    id: int
    ticket: int
    agent: str
    modality: Modality
    state: CallState
    started_at: float | None
    ended_at: float | None
    legs: tuple[Leg, ...]

    def leg(self, party: str) -> Leg:
        """The leg of this person; UnknownCall when she takes no part."""
        for leg in self.legs:
            if leg.party == party:
                return leg
        raise UnknownCall(self.id)

    def apart(self, one: Leg, other: Leg) -> bool:
        """Whether these two neither see nor hear each other: hold keeps the citizen's side from the desk's."""
        return self.state is CallState.HELD and (one.role in _CITIZENS_SIDE) is not (other.role in _CITIZENS_SIDE)

    def others(self, party: str) -> list[Leg]:
        """The other legs in order of joining: the i-th is shown in slot i of this person's connection."""
        return [leg for leg in self.legs if leg.party != party]


def signs(call: Call, leg: Leg, sign_language: str | None) -> bool:
    """Whether this person signs: the citizen who needs it, and whoever signs with her."""
    if sign_language is None or leg.role in (Role.HELPER, Role.SUPERVISOR):
        return False
    interpreted = any(other.role is Role.INTERPRETER for other in call.legs)
    return not (interpreted and leg.role is Role.AGENT)


def move(connection: Connection, call: int, to: CallState, now: float) -> None:
    """Moves a call and writes the history row; IllegalCallMove when the table does not allow it."""
    origins = [state for state, targets in MOVES.items() if to in targets]
    origin = connection.scalar(select(schema.call.c.state).where(schema.call.c.id == call))
    times = {CallState.LIVE: {"started_at": now}, CallState.ENDED: {"ended_at": now}}.get(to, {})
    if origin == CallState.HELD:
        times.pop("started_at", None)
    moved = connection.execute(
        update(schema.call)
        .where(schema.call.c.id == call, schema.call.c.state == origin, schema.call.c.state.in_(origins))
        .values(state=to, **times)
    )
    if moved.rowcount != 1:
        raise IllegalCallMove(call, to)
    _record(connection, call, origin, to, now)


def open_call(
    connection: Connection, ticket: int, agent: str, modality: Modality, now: float, interpreter: str | None = None
) -> int:
    """A call between the ticket's citizen and the agent, perhaps with an interpreter, live at once. Returns its id."""
    values = {"ticket": ticket, "agent": agent, "modality": modality, "opened_at": now}
    call: int | None = connection.scalar(
        insert(schema.call).values(state=CallState.ASSEMBLING, **values).returning(schema.call.c.id)
    )
    assert call is not None
    _record(connection, call, None, CallState.ASSEMBLING, now)
    people = {Role.CITIZEN: str(ticket), Role.AGENT: agent, Role.INTERPRETER: interpreter}
    for role, party in people.items():
        if party is not None:
            connection.execute(insert(schema.leg).values(call=call, role=role, party=party, joined_at=now))
    move(connection, call, CallState.LIVE, now)
    return call


def held_since(connection: Connection, call: int) -> float:
    """When a call that is on hold was put there, in epoch seconds."""
    event = schema.call_event.c
    at: float | None = connection.scalar(
        select(func.max(event.at)).where(event.call == call, event.to_state == CallState.HELD)
    )
    assert at is not None
    return at


def held_now(connection: Connection) -> dict[int, float]:
    """The tickets whose call is on hold, and since when, in epoch seconds."""
    call, event = schema.call.c, schema.call_event.c
    found = connection.execute(
        select(call.ticket, func.max(event.at))
        .join(schema.call_event, event.call == call.id)
        .where(call.state == CallState.HELD, event.to_state == CallState.HELD)
        .group_by(call.ticket)
    )
    return dict(map(tuple, found.all()))


def holds(connection: Connection, call: int) -> list[tuple[float, float | None]]:
    """When the call was put on hold and when it went on, in epoch seconds, in order; none: it has not yet."""
    event = schema.call_event.c
    moves = connection.execute(select(event.at, event.to_state).where(event.call == call).order_by(event.seq)).all()
    ends = [*(at for at, _ in moves[1:]), None]
    return [(at, end) for (at, state), end in zip(moves, ends, strict=True) if state == CallState.HELD]


def end_call(connection: Connection, call: int, now: float) -> None:
    """Ends a call and its recording; its legs leave and nobody can type in it any more."""
    move(connection, call, CallState.ENDED, now)
    recording.end_with_call(connection, call, now)
    connection.execute(
        update(schema.leg).where(schema.leg.c.call == call, schema.leg.c.left_at.is_(None)).values(left_at=now)
    )


def get_call(connection: Connection, call: int) -> Call:
    """The call of this number; UnknownCall when there is none."""
    row = connection.execute(select(schema.call).where(schema.call.c.id == call)).first()
    if row is None:
        raise UnknownCall(call)
    return _call(connection, row)


def with_all_legs(connection: Connection, call: int) -> Call:
    """The same with everybody who was ever in it, for those who look back; UnknownCall when there is none."""
    legs = connection.execute(select(schema.leg).where(schema.leg.c.call == call).order_by(schema.leg.c.id))
    return replace(get_call(connection, call), legs=tuple(Leg(leg.id, Role(leg.role), leg.party) for leg in legs))


def live_call(connection: Connection, *, ticket: int | None = None, agent: str | None = None) -> Call | None:
    """The call that this ticket, or this agent or interpreter, is in now."""
    whose = schema.call.c.ticket == ticket if agent is None else schema.call.c.id.in_(_calls_of(agent))
    row = connection.execute(select(schema.call).where(whose, schema.call.c.state != CallState.ENDED)).first()
    return _call(connection, row) if row else None


def last_call(connection: Connection, ticket: int) -> Call | None:
    """The ticket's present call, or the last one it had."""
    query = select(schema.call).where(schema.call.c.ticket == ticket).order_by(schema.call.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return _call(connection, row) if row else None


def live_calls(connection: Connection) -> list[Call]:
    """Every call that has not ended."""
    rows = connection.execute(select(schema.call).where(schema.call.c.state != CallState.ENDED)).all()
    return [_call(connection, row) for row in rows]


def _calls_of(agent: str) -> Select[tuple[int]]:
    leg = schema.leg.c
    return select(leg.call).where(leg.party == agent, leg.role != Role.CITIZEN, leg.left_at.is_(None))


def _record(connection: Connection, call: int, origin: str | None, to: CallState, now: float) -> None:
    connection.execute(insert(schema.call_event).values(call=call, at=now, from_state=origin, to_state=to))


def _call(connection: Connection, row: Row[tuple[object, ...]]) -> Call:
    legs = connection.execute(select(schema.leg).where(schema.leg.c.call == row.id).order_by(schema.leg.c.id))
    return Call(
        id=row.id,
        ticket=row.ticket,
        agent=row.agent,
        modality=Modality(row.modality),
        state=CallState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        legs=tuple(
            Leg(leg.id, Role(leg.role), leg.party)
            for leg in legs
            if leg.left_at is None or row.state == CallState.ENDED
        ),
    )
