"""Offers: who is rung, for how long, and what comes of it."""

from __future__ import annotations

import pytest

from wasl_queue.errors import IllegalMove, OfferGone, UnknownOffer
from wasl_queue.queue import Reason, Requirements

DEED = Requirements("deed", "ar", None, "video")


def test_a_citizen_is_offered_at_once_to_the_longest_idle_agent(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    offer = desk.ringing("amal")
    assert (offer.ticket, offer.expires_at) == (ticket, desk.now + desk.policy.offer_seconds)
    assert (desk.state(ticket), desk.doing("amal"), desk.doing("badr")) == ("offered", "offered", "available")
    assert desk.ticket(ticket).agent == "amal"


def test_a_freed_agent_is_rung_at_once_for_the_first_in_line(desk) -> None:
    first, _second = desk.join(), desk.join()
    desk.available("amal")
    assert desk.ringing("amal").ticket == first


def test_priority_is_worth_waiting_time(desk) -> None:
    early = desk.join()
    desk.now += 100
    urgent = desk.join(DEED, Reason.AGE)
    desk.now += 200
    late = desk.join(DEED, Reason.AGE)
    assert [desk.queue.position(desk.connection, t) for t in (urgent, early, late)] == [1, 2, 3]
    desk.available("amal")
    assert desk.ringing("amal").ticket == urgent


def test_accepting_begins_the_visit(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    accepted = desk.queue.accept(desk.connection, desk.ringing("amal").id, "amal", desk.now)
    assert accepted.ticket == ticket
    assert accepted.changes.tickets == {ticket}
    assert accepted.changes.agents == {"amal"}
    assert accepted.changes.lines == {desk.ticket(ticket).line}
    assert (desk.state(ticket), desk.doing("amal")) == ("serving", "busy")
    assert desk.queue.offer_for(desk.connection, "amal") is None


def test_an_offer_is_answered_once_and_only_by_whom_it_rings(desk) -> None:
    desk.available("amal")
    desk.join()
    offer = desk.ringing("amal").id
    for unknown, agent in ((offer, "badr"), (offer + 1, "amal")):
        with pytest.raises(UnknownOffer):
            desk.queue.accept(desk.connection, unknown, agent, desk.now)
    desk.accept("amal")
    for answer in (desk.queue.accept, desk.queue.decline):
        with pytest.raises(OfferGone) as gone:
            answer(desk.connection, offer, "amal", desk.now)
        assert gone.value.state == "accepted"


def test_an_answer_that_is_late_but_before_the_sweep_counts(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.now += desk.policy.offer_seconds + 0.5
    assert desk.accept("amal") == ticket


def test_p48_an_unanswered_offer_rings_the_next_agent_and_keeps_the_place(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket, behind = desk.join(), desk.join()
    desk.decline("badr")
    desk.pass_time(desk.policy.offer_seconds)
    assert desk.rung_for(ticket) == "badr"
    assert desk.rung_for(behind) == "amal"
    assert desk.queue.position(desk.connection, ticket) == 1


def test_p48_two_unanswered_offers_in_a_row_pause_the_desk(desk) -> None:
    desk.available("amal")
    desk.join()
    desk.pass_time(desk.policy.offer_seconds)
    assert desk.queue.presence(desk.connection, "amal").misses == 1
    assert desk.doing("amal") == "available"
    desk.pass_time(desk.policy.offer_seconds)
    assert desk.doing("amal") == "offered"
    desk.pass_time(desk.policy.offer_seconds)
    presence = desk.queue.presence(desk.connection, "amal")
    assert (presence.state, presence.reason) == ("break", "missed_offers")
    desk.queue.available(desk.connection, "amal", desk.now)
    assert desk.queue.presence(desk.connection, "amal").misses == 0


def test_p48_an_answer_ends_the_row_of_misses(desk) -> None:
    desk.available("amal")
    desk.join()
    desk.pass_time(desk.policy.offer_seconds)
    desk.join()
    desk.decline("amal")
    assert desk.queue.presence(desk.connection, "amal").misses == 0


def test_declining_passes_the_ticket_on_and_keeps_the_agent_and_her_place_among_the_idle(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    changes = desk.decline("amal")
    assert changes.agents == {"amal", "badr"}
    assert desk.rung_for(ticket) == "badr"
    desk.available("dana")
    assert desk.rung_for(desk.join()) == "amal"


def test_whoever_declined_is_asked_again_after_those_not_asked_yet(desk) -> None:
    for agent in ("amal", "badr", "dana"):
        desk.available(agent)
    ticket = desk.join()
    desk.decline("amal")
    desk.pass_time(desk.policy.offer_seconds)
    assert desk.rung_for(ticket) == "dana"


def test_the_only_agent_who_declined_is_asked_again_after_one_offer_time(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.decline("amal")
    desk.pass_time(desk.policy.offer_seconds - 1)
    assert desk.rung_for(ticket) is None
    desk.pass_time(1)
    assert desk.rung_for(ticket) == "amal"


def test_the_only_agent_who_declined_is_asked_again_when_she_is_back_from_another(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.decline("amal")
    desk.queue.take_break(desk.connection, "amal", "rest", desk.now)
    desk.now += 1
    desk.queue.available(desk.connection, "amal", desk.now)
    assert desk.rung_for(ticket) == "amal"


def test_a_declined_ticket_does_not_stop_those_behind_it(desk) -> None:
    desk.available("amal")
    declined, behind = desk.join(), desk.join()
    desk.decline("amal")
    assert (desk.rung_for(declined), desk.rung_for(behind)) == (None, "amal")


def test_p24_when_all_are_busy_everyone_waits_in_order(desk) -> None:
    desk.available("amal")
    desk.join()
    desk.accept("amal")
    waiting = [desk.join() for _ in range(5)]
    assert [desk.queue.position(desk.connection, t) for t in waiting] == [1, 2, 3, 4, 5]
    line = desk.ticket(waiting[0]).line
    assert desk.queue.waiting_tickets(desk.connection, frozenset({line})) == waiting
    desk.queue.finish(desk.connection, 1, desk.now)
    desk.queue.available(desk.connection, "amal", desk.now)
    assert [desk.visit("amal") for _ in waiting] == waiting


def test_nothing_is_offered_while_the_server_drains(desk) -> None:
    desk.queue.matching = False
    desk.available("amal")
    ticket = desk.join()
    desk.sweep()
    assert desk.rung_for(ticket) is None
    desk.queue.matching = True
    desk.sweep()
    assert desk.rung_for(ticket) == "amal"


def test_finishing_is_for_visits_only(desk) -> None:
    ticket = desk.join()
    with pytest.raises(IllegalMove):
        desk.queue.finish(desk.connection, ticket, desk.now)
    with pytest.raises(IllegalMove):
        desk.queue.lose_agent(desk.connection, ticket, "amal", desk.now)


def test_the_history_of_a_ticket_tells_its_way(desk) -> None:
    desk.available("amal")
    desk.join()
    ticket = desk.visit("amal")
    events = desk.queue.history(desk.connection, ticket)
    assert [event.to_state for event in events if event.kind == "ticket"] == ["waiting", "offered", "serving", "done"]
    assert [event.to_state for event in events if event.kind == "offer"] == ["pending", "accepted"]
    assert [event.seq for event in events] == sorted(event.seq for event in events)


def test_agents_who_become_free_together_each_get_the_next_citizen(desk) -> None:
    agents = ["amal", "badr", "dana"]
    for agent in agents:
        desk.available(agent)
        desk.join()
        desk.accept(agent)
    waiting = [desk.join() for _ in agents]
    for ticket in (1, 2, 3):
        desk.queue.finish(desk.connection, ticket, desk.now)
    desk.pass_time(desk.policy.wrap_up_seconds)
    assert [desk.rung_for(ticket) for ticket in waiting] == agents


def test_of_those_who_declined_the_one_asked_longest_ago_is_asked_first(desk) -> None:
    for agent in ("badr", "amal"):
        desk.available(agent)
    ticket = desk.join()
    desk.queue.take_break(desk.connection, "badr", "rest", desk.now)
    desk.now += 1
    desk.decline("amal")
    desk.queue.absent(desk.connection, ticket, desk.now)
    desk.available("badr")
    desk.pass_time(desk.policy.offer_seconds)
    desk.queue.resume(desk.connection, ticket, "secret", desk.now)
    assert desk.rung_for(ticket) == "badr"
