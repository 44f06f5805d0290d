"""The life of a call, on a real database in memory."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from wasl_signaling import call as calls
from wasl_signaling import schema
from wasl_signaling.call import IllegalCallMove, UnknownCall
from wasl_signaling.messages import CallState, Modality, Role

ROUTES = {
    CallState.ASSEMBLING: [],
    CallState.LIVE: [CallState.LIVE],
    CallState.HELD: [CallState.LIVE, CallState.HELD],
    CallState.ENDED: [CallState.ENDED],
}


def a_call(connection: Connection, ticket: int = 1, agent: str = "agent1") -> calls.Call:
    """A live call."""
    return calls.get_call(connection, calls.open_call(connection, ticket, agent, Modality.VIDEO, 10.0))


def test_a_call_is_live_at_once_with_both_legs(connection: Connection) -> None:
    call = a_call(connection)
    assert call.state is CallState.LIVE
    assert call.started_at == 10.0
    assert [(leg.role, leg.party) for leg in call.legs] == [(Role.CITIZEN, "1"), (Role.AGENT, "agent1")]
    assert [leg.party for leg in call.others("agent1")] == ["1"]


@pytest.mark.parametrize("origin", CallState)
@pytest.mark.parametrize("to", CallState)
def test_every_move_is_allowed_by_the_table_or_refused(
    connection: Connection, origin: CallState, to: CallState
) -> None:
    call = a_call(connection).id
    if origin is CallState.ASSEMBLING:
        connection.execute(schema.call.update().values(state=origin, started_at=None))
    for state in ROUTES[origin]:
        if state is not CallState.LIVE:
            calls.move(connection, call, state, 11.0)
    before = len(connection.execute(select(schema.call_event)).all())
    if to in calls.MOVES[origin]:
        calls.move(connection, call, to, 12.0)
        assert calls.get_call(connection, call).state is to
        assert len(connection.execute(select(schema.call_event)).all()) == before + 1
    else:
        with pytest.raises(IllegalCallMove):
            calls.move(connection, call, to, 12.0)
        assert calls.get_call(connection, call).state is origin


def test_holding_does_not_change_when_it_started(connection: Connection) -> None:
    call = a_call(connection).id
    calls.move(connection, call, CallState.HELD, 20.0)
    calls.move(connection, call, CallState.LIVE, 30.0)
    assert calls.get_call(connection, call).started_at == 10.0


@pytest.mark.parametrize(("ticket", "agent"), [(1, "agent2"), (2, "agent1")])
def test_nobody_is_in_two_live_calls(connection: Connection, ticket: int, agent: str) -> None:
    a_call(connection)
    with pytest.raises(IntegrityError), connection.begin_nested():
        a_call(connection, ticket, agent)


def test_an_ended_call_frees_both_and_remembers_its_legs(connection: Connection) -> None:
    call = a_call(connection)
    calls.end_call(connection, call.id, 40.0)
    ended = calls.last_call(connection, 1)
    assert ended is not None
    assert (ended.state, ended.ended_at, len(ended.legs)) == (CallState.ENDED, 40.0, 2)
    assert calls.live_call(connection, ticket=1) is None
    assert calls.live_calls(connection) == []
    a_call(connection)


def test_strangers_have_no_leg(connection: Connection) -> None:
    with pytest.raises(UnknownCall):
        a_call(connection).leg("agent2")
    with pytest.raises(UnknownCall):
        calls.get_call(connection, 99)
