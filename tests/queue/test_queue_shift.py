"""Agents: signing in, breaks, wrap-up, and desks that fall silent."""

from __future__ import annotations

import pytest

from wasl_queue.errors import IllegalMove, UnknownAgent
from wasl_queue.queue import Skills


def test_signing_in_begins_with_a_break(desk) -> None:
    desk.join()
    assert desk.sign_in("amal").agents == {"amal"}
    presence = desk.queue.presence(desk.connection, "amal")
    assert (presence.state, presence.reason, presence.since) == ("break", "signed_in", desk.now)


def test_a_reload_of_the_desk_keeps_its_state(desk) -> None:
    desk.available("amal")
    before = desk.queue.presence(desk.connection, "amal")
    desk.now += 5
    assert not desk.sign_in("amal")
    assert desk.queue.presence(desk.connection, "amal") == before


def test_an_unknown_agent_is_refused(desk) -> None:
    with pytest.raises(UnknownAgent):
        desk.queue.available(desk.connection, "nobody", desk.now)


def test_being_available_again_does_not_cost_the_place_among_the_idle(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    desk.queue.available(desk.connection, "amal", desk.now + 1)
    assert desk.rung_for(desk.join()) == "amal"


def test_new_skills_open_new_lines_at_once(desk) -> None:
    desk.available("amal")
    ticket = desk.join(desk.signed)
    assert desk.rung_for(ticket) is None
    desk.sign_in("amal", desk.signing)
    assert desk.rung_for(ticket) == "amal"


def test_an_offer_outside_new_skills_is_withdrawn(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.sign_in("amal", Skills({"rent": 3}, {"ar": 3}))
    assert (desk.state(ticket), desk.doing("amal")) == ("waiting", "available")


def test_a_break_while_rung_passes_the_citizen_on(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    desk.queue.take_break(desk.connection, "amal", "prayer", desk.now)
    assert (desk.doing("amal"), desk.rung_for(ticket)) == ("break", "badr")
    assert desk.queue.presence(desk.connection, "amal").reason == "prayer"


def test_signing_out_while_rung_passes_the_citizen_on(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    desk.queue.sign_out(desk.connection, "amal", desk.now)
    assert (desk.doing("amal"), desk.rung_for(ticket)) == ("offline", "badr")


def test_in_a_call_nobody_goes_away(desk) -> None:
    desk.available("amal")
    desk.join()
    desk.accept("amal")
    with pytest.raises(IllegalMove):
        desk.queue.take_break(desk.connection, "amal", "meal", desk.now)
    with pytest.raises(IllegalMove):
        desk.queue.sign_out(desk.connection, "amal", desk.now)
    with pytest.raises(IllegalMove):
        desk.queue.available(desk.connection, "amal", desk.now)


def test_p50_one_wrap_up_clock_that_nothing_cuts_short(desk) -> None:
    desk.available("amal")
    desk.available("badr", desk.signing)
    ticket = desk.join()
    desk.accept("amal")
    desk.queue.finish(desk.connection, ticket, desk.now)
    until = desk.queue.presence(desk.connection, "amal").until
    assert until == desk.now + 60
    desk.join()
    desk.join(desk.signed)
    desk.pass_time(57)
    assert (desk.doing("amal"), desk.queue.presence(desk.connection, "amal").until) == ("wrap_up", until)
    desk.pass_time(1)
    assert desk.doing("amal") != "wrap_up"


def test_a_desk_that_falls_silent_is_offline_and_its_offer_goes_on(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    desk.now += 25
    ticket = desk.join()
    desk.queue.renew(desk.connection, ["badr"], desk.now)
    desk.now += 6
    desk.sweep()
    assert (desk.doing("amal"), desk.rung_for(ticket)) == ("offline", "badr")
    desk.queue.renew(desk.connection, ["amal"], desk.now)
    assert desk.doing("amal") == "offline"


@pytest.mark.parametrize("by_lease", [True, False])
def test_a_machine_that_dies_in_a_call_puts_the_citizen_at_the_front(desk, by_lease: bool) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    behind = desk.join()
    if by_lease:
        desk.now += 31
        desk.sweep()
    else:
        desk.queue.lose_agent(desk.connection, ticket, "amal", desk.now)
    assert (desk.state(ticket), desk.doing("amal")) == ("waiting", "offline")
    assert [desk.queue.position(desk.connection, t) for t in (ticket, behind)] == [1, 2]
    desk.available("badr")
    assert desk.rung_for(ticket) == "badr"


def test_p49_nobody_is_tied_to_an_agent_who_is_absent(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    desk.available("badr")
    desk.queue.lose_agent(desk.connection, ticket, "amal", desk.now)
    assert desk.rung_for(ticket) == "badr"


def test_the_wall_shows_who_is_signed_in_and_with_whom(desk) -> None:
    desk.sign_in("dana")
    desk.available("amal")
    serving = desk.join()
    desk.accept("amal")
    desk.available("badr")
    rung = desk.join()
    desk.available("gone")
    desk.queue.sign_out(desk.connection, "gone", desk.now)
    assert {s.presence.agent: s.ticket for s in desk.queue.agents(desk.connection)} == {
        "dana": None,
        "amal": serving,
        "badr": rung,
    }
