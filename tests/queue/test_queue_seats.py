"""Seats, wishes, transfers and call-backs, one plain case each."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from wasl_queue import schema
from wasl_queue.errors import AgentNotHere, IllegalMove, OfferGone
from wasl_queue.queue import Queue, Reason, Requirements, Skills, Why, Wishes

RENT = Requirements("rent", "ar", None, "video")
BOTH = Skills({"deed": 3, "rent": 3}, {"ar": 5})
EXPERT = Skills({"deed": 5}, {"ar": 5})


@pytest.fixture
def pair(desk) -> int:
    """A ticket for which amal (agent) and iman (interpreter) are rung."""
    desk.available("amal")
    desk.available("iman", desk.interpreter)
    ticket: int = desk.join(desk.signed)
    assert rung(desk, ticket) == {"agent": "amal", "interpreter": "iman"}
    return ticket


def rung(desk, ticket: int) -> dict[str, str]:
    return {offer.seat: offer.agent for offer in desk.queue.offers_of(desk.connection, ticket)}


def in_call(desk, ticket: int) -> tuple[str | None, str | None]:
    found = desk.ticket(ticket)
    assert found.state == "serving"
    return found.agent, found.interpreter


def test_one_who_signs_and_knows_the_service_is_rung_alone(desk) -> None:
    desk.available("amal")
    desk.available("iman", desk.interpreter)
    desk.available("siham", desk.signing)
    assert rung(desk, desk.join(desk.signed)) == {"agent": "siham"}


def test_a_signing_citizen_waits_among_twenty_who_hear_and_is_rung_as_soon_as_an_interpreter_is_free(desk) -> None:
    for number in range(20):
        desk.available(f"hearing{number:02}")
    ticket = desk.join(desk.signed)
    desk.pass_time(5)
    assert (desk.state(ticket), rung(desk, ticket)) == ("waiting", {})
    assert desk.queue.why(desk.connection, ticket, desk.now) is Why.WAITING_FOR_SIGNER
    desk.available("iman", desk.interpreter)
    assert rung(desk, ticket) == {"agent": "hearing00", "interpreter": "iman"}


def test_an_interpreter_alone_is_not_rung(desk) -> None:
    desk.available("iman", desk.interpreter)
    ticket = desk.join(desk.signed)
    assert rung(desk, ticket) == {}
    assert rung(desk, desk.join()) == {}


def test_the_call_begins_when_both_have_accepted(desk, pair) -> None:
    first = desk.queue.accept(desk.connection, desk.ringing("iman").id, "iman", desk.now)
    assert (first.serving, desk.state(pair), desk.doing("iman")) == (False, "offered", "offered")
    second = desk.queue.accept(desk.connection, desk.ringing("amal").id, "amal", desk.now)
    assert (second.serving, in_call(desk, pair)) == (True, ("amal", "iman"))
    assert (desk.doing("amal"), desk.doing("iman")) == ("busy", "busy")
    desk.queue.finish(desk.connection, pair, desk.now)
    assert (desk.doing("amal"), desk.doing("iman")) == ("wrap_up", "wrap_up")


def test_one_who_is_held_cannot_answer_again(desk, pair) -> None:
    offer = desk.ringing("iman").id
    desk.accept("iman")
    for answer in (desk.queue.accept, desk.queue.decline):
        with pytest.raises(OfferGone):
            answer(desk.connection, offer, "iman", desk.now)


@pytest.mark.parametrize("how", ["declines", "does not answer", "goes on a break", "goes home"])
def test_only_the_seat_that_became_empty_rings_elsewhere(desk, pair, how: str) -> None:
    desk.available("badr")
    desk.now += desk.policy.offer_seconds - 1
    desk.accept("iman")
    held = desk.ringing("iman")
    if how == "declines":
        desk.decline("amal")
    elif how == "does not answer":
        desk.pass_time(1)
    elif how == "goes on a break":
        desk.queue.take_break(desk.connection, "amal", "rest", desk.now)
    else:
        desk.queue.sign_out(desk.connection, "amal", desk.now)
    assert rung(desk, pair) == {"agent": "badr", "interpreter": "iman"}
    assert desk.ringing("iman") == held
    desk.accept("badr")
    assert in_call(desk, pair) == ("badr", "iman")


def test_with_nobody_for_the_empty_seat_the_other_one_is_free_for_others(desk, pair) -> None:
    behind = desk.join()
    desk.decline("iman")
    assert (desk.state(pair), rung(desk, behind)) == ("waiting", {"agent": "amal"})


def test_nobody_is_held_for_longer_than_an_offer_rings(desk, pair) -> None:
    desk.available("badr")
    desk.accept("iman")
    desk.pass_time(desk.policy.offer_seconds - 2)
    desk.decline("amal")
    assert rung(desk, pair) == {"agent": "badr", "interpreter": "iman"}
    behind = desk.join()
    desk.pass_time(1)
    # All are free again, and matched anew: amal has just declined this one.
    states = {offer.seat: offer.state for offer in desk.queue.offers_of(desk.connection, pair)}
    assert states == {"agent": "pending", "interpreter": "pending"}
    assert rung(desk, behind) == {"agent": "amal"}


def test_an_empty_seat_is_not_filled_for_a_citizen_whose_server_died(desk, pair) -> None:
    desk.available("badr")
    desk.restart()
    desk.decline("amal")
    assert (desk.state(pair), desk.doing("iman"), desk.doing("badr")) == ("waiting", "available", "available")


def test_one_who_no_longer_signs_is_not_left_alone_with_her(desk) -> None:
    desk.available("siham", desk.signing)
    ticket = desk.join(desk.signed)
    desk.sign_in("siham")
    assert (desk.state(ticket), desk.doing("siham")) == ("waiting", "available")


def test_interpreting_is_a_skill_that_comes_and_goes(desk) -> None:
    tongues = desk.interpreter.languages
    desk.available("amal")
    desk.available("iman", Skills({}, tongues))
    ticket = desk.join(desk.signed)
    assert rung(desk, ticket) == {}
    desk.sign_in("iman", desk.interpreter)
    assert rung(desk, ticket) == {"agent": "amal", "interpreter": "iman"}
    desk.sign_in("iman", Skills({}, tongues))
    assert rung(desk, ticket) == {}


def test_a_lost_interpreter_costs_the_citizen_neither_her_place_nor_her_agent(desk, pair) -> None:
    for agent in ("amal", "iman"):
        desk.accept(agent)
    desk.available("badr")
    desk.available("inas", desk.interpreter)
    desk.queue.lose_agent(desk.connection, pair, "iman", desk.now)
    assert rung(desk, pair) == {"agent": "amal", "interpreter": "inas"}
    assert desk.doing("iman") == "offline"
    assert Reason.RETURNED in desk.ticket(pair).reasons


def test_one_who_is_not_in_the_call_cannot_be_lost_in_it(desk, pair) -> None:
    for agent in ("amal", "iman"):
        desk.accept(agent)
    desk.available("badr")
    with pytest.raises(IllegalMove):
        desk.queue.lose_agent(desk.connection, pair, "badr", desk.now)
    assert in_call(desk, pair) == ("amal", "iman")


@pytest.mark.parametrize(
    ("wishes", "wait"),
    [
        (Wishes(agent="badr"), "relax_agent"),
        (Wishes(gender="f"), "relax_gender"),
        (Wishes(level=5), "relax_level"),
    ],
    ids=["agent", "gender", "level"],
)
def test_a_wish_is_held_to_for_a_while(desk, wishes: Wishes, wait: str) -> None:
    badr = Skills({"deed": 5}, {"ar": 5}, gender="f")
    desk.sign_in("badr", badr)
    desk.available("amal")
    ticket = desk.join(wishes=wishes)
    assert (rung(desk, ticket), desk.doing("amal")) == ({}, "available")
    assert desk.queue.why(desk.connection, ticket, desk.now) is Why.WISH
    desk.pass_time(getattr(desk.policy, wait) - 1)
    assert rung(desk, ticket) == {}
    desk.pass_time(1)
    assert rung(desk, ticket) == {"agent": "amal"}
    met = desk.join(wishes=wishes)
    desk.available("badr", badr)
    assert rung(desk, met) == {"agent": "badr"}


def test_a_wish_for_somebody_who_is_not_here_is_none(desk) -> None:
    desk.available("amal")
    assert rung(desk, desk.join(wishes=Wishes(agent="badr"))) == {"agent": "amal"}


def test_a_wish_concerns_the_agent_and_not_the_interpreter(desk) -> None:
    desk.available("amal", Skills({"deed": 3}, {"ar": 5}, gender="f"))
    desk.available("iman", desk.interpreter)
    assert set(rung(desk, desk.join(desk.signed, wishes=Wishes(gender="f")))) == {"agent", "interpreter"}


def test_gender_told_later_is_matched_at_once(desk) -> None:
    desk.available("amal", Skills({"deed": 3}, {"ar": 5}))
    ticket = desk.join(wishes=Wishes(gender="f"))
    desk.sign_in("amal", Skills({"deed": 3}, {"ar": 5}, gender="f"))
    assert rung(desk, ticket) == {"agent": "amal"}


def test_sent_on_to_another_line_she_is_at_the_front_there(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    waiting = [desk.join(RENT, Reason.AGE) for _ in range(2)]
    desk.queue.transfer(desk.connection, ticket, RENT, desk.now)
    assert [desk.queue.position(desk.connection, each) for each in (ticket, *waiting)] == [1, 2, 3]
    assert desk.doing("amal") == "wrap_up"
    desk.available("badr", BOTH)
    assert rung(desk, ticket) == {"agent": "badr"}


def test_sent_on_to_one_person_she_waits_for_that_person_for_a_while(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    desk.sign_in("badr", EXPERT)
    desk.available("dana")
    desk.queue.transfer(desk.connection, ticket, "badr", desk.now)
    assert rung(desk, ticket) == {}
    desk.pass_time(desk.policy.transfer_patience - 1)
    assert rung(desk, ticket) == {}
    desk.pass_time(1)
    assert rung(desk, ticket) == {"agent": "dana"}


def test_nobody_is_sent_to_one_who_cannot_serve_her(desk, pair) -> None:
    for agent in ("amal", "iman"):
        desk.accept(agent)
    for nobody in ("iman", "nobody"):
        with pytest.raises(AgentNotHere):
            desk.queue.transfer(desk.connection, pair, nobody, desk.now)
    assert in_call(desk, pair) == ("amal", "iman")


def test_sending_on_is_for_visits_only(desk) -> None:
    desk.sign_in("amal")
    ticket = desk.join()
    with pytest.raises(IllegalMove):
        desk.queue.transfer(desk.connection, ticket, "amal", desk.now)


def test_one_who_asked_to_be_rung_keeps_her_place_and_is_rung_when_her_turn_is_near(desk) -> None:
    desk.sign_in("amal")
    desk.queue.take_break(desk.connection, "amal", "rest", desk.now)
    before = [desk.join() for _ in range(3)]
    ticket = desk.join()
    desk.queue.ask_callback(desk.connection, ticket, desk.now)
    desk.queue.absent(desk.connection, ticket, desk.now)
    desk.pass_time(desk.policy.grace_waiting + 1)
    assert desk.state(ticket) == "waiting"
    desk.available("amal")
    notices = select(func.count()).select_from(schema.notice).where(schema.notice.c.ticket == ticket)
    desk.pass_time(1)
    assert desk.connection.execute(notices).scalar_one() == 0
    assert desk.visit("amal") == before[0]
    desk.pass_time(1)
    assert desk.connection.execute(notices).scalar_one() == 1
    desk.pass_time(desk.policy.callback_grace - 1)
    assert desk.connection.execute(notices).scalar_one() == 1
    desk.queue.resume(desk.connection, ticket, "secret", desk.now)
    assert desk.queue.position(desk.connection, ticket) == 1


def test_one_who_was_rung_and_does_not_come_loses_her_place(desk) -> None:
    desk.available("amal")
    desk.queue.take_break(desk.connection, "amal", "rest", desk.now)
    desk.available("badr")
    ticket = desk.join()
    desk.queue.absent(desk.connection, ticket, desk.now)
    desk.queue.ask_callback(desk.connection, ticket, desk.now)
    desk.pass_time(1)
    desk.pass_time(desk.policy.callback_grace)
    assert desk.state(ticket) == "expired"


def test_calling_a_call_back_off_in_a_call_changes_nothing(desk) -> None:
    ticket = desk.join()
    desk.queue.ask_callback(desk.connection, ticket, desk.now)
    desk.available("amal")
    desk.accept("amal")
    desk.queue.absent(desk.connection, ticket, desk.now)
    before = desk.ticket(ticket)
    desk.queue.cancel_callback(desk.connection, ticket, desk.now)
    assert desk.ticket(ticket) == before


def test_a_place_taken_back_is_held_by_the_server_she_came_to(desk) -> None:
    ticket = desk.join()
    desk.queue.leave(desk.connection, ticket, desk.now)
    desk.restart()
    desk.queue.undo_leave(desk.connection, ticket, desk.now)
    assert desk.ticket(ticket).present
    desk.restart()
    assert not desk.ticket(ticket).present


def test_pages_of_a_dead_server_are_gone_when_its_lease_is(desk) -> None:
    other = Queue(desk.policy, server="second")
    other.recover(desk.connection, desk.now, alone=False)
    there = other.join(desk.connection, RENT, "secret", desk.now).ticket
    here = desk.join(RENT)
    desk.pass_time(desk.policy.lease_seconds - 2)
    assert desk.ticket(there).present
    desk.pass_time(2)
    assert (desk.ticket(there).present, desk.ticket(here).present) == (False, True)
