"""Why a ticket waits, and why it went to whom it went."""

from __future__ import annotations

from wasl_queue import explanation
from wasl_queue.explanation import Explanation, Refusal, Why
from wasl_queue.offer import OfferState
from wasl_queue.queue import Reason, Requirements, Seat, Skills, Wishes

DEED = Requirements("deed", "ar", None, "video")
SIGNED = Requirements("deed", "ar", "sgn-KW", "video")


def explain(desk, ticket: int, at: float | None = None) -> Explanation:
    return explanation.explain(desk.connection, ticket, desk.now if at is None else at)


def test_who_could_serve_it_and_what_they_do(desk) -> None:
    first = desk.join()
    waits = desk.join()
    assert explain(desk, waits).why is Why.NOBODY_SIGNED_IN
    desk.available("amal")
    desk.accept("amal")
    desk.sign_in("badr")
    told = explain(desk, waits)
    assert [(able.post.agent, able.seat, able.level) for able in told.able] == [
        ("amal", "whole", 3),
        ("badr", "whole", 3),
    ]
    assert [(able.post.state, able.post.reason, able.post.ticket) for able in told.able] == [
        ("busy", None, first),
        ("break", "signed_in", None),
    ]
    assert (told.why, told.position, told.ahead, told.place.present) == (Why.AGENTS_BUSY, 1, 0, True)


def test_a_past_moment_is_told_as_it_was(desk) -> None:
    desk.available("amal")
    desk.join()
    desk.accept("amal")
    waits = desk.join()
    behind, then = desk.join(), desk.now
    assert (explain(desk, behind).position, explain(desk, behind).why) == (2, Why.AGENTS_BUSY)
    desk.now += 60
    desk.queue.leave(desk.connection, waits, desk.now)
    desk.queue.sign_in(desk.connection, "amal", Skills({"rent": 1}, {"en": 1}), desk.now)
    desk.queue.absent(desk.connection, behind, desk.now)
    told = explain(desk, behind, then + 30)
    assert (told.position, told.why, told.place.present) == (2, Why.AGENTS_BUSY, True)
    assert [able.post.agent for able in told.able] == ["amal"]
    now = explain(desk, behind)
    assert (now.position, now.why, now.place.present, now.able) == (1, Why.NOBODY_SIGNED_IN, False, ())


def test_it_went_to_the_longest_idle_of_those_who_were_free(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    desk.available("dana", desk.signing)
    idle = {agent: desk.queue.presence(desk.connection, agent).idle_since for agent in ("amal", "badr", "dana")}
    ticket = desk.join()
    (choice,) = explain(desk, ticket).choices
    assert (choice.agent, choice.seat, choice.at, choice.idle_since) == ("amal", Seat.WHOLE, desk.now, idle["amal"])
    assert [post.agent for post in choice.free] == ["badr", "dana"]
    desk.accept("amal")
    desk.queue.finish(desk.connection, ticket, desk.now)
    assert explain(desk, ticket).choices == (choice,)


def test_who_had_refused_it_before(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    desk.decline("amal", "technical")
    declined = Refusal("amal", desk.now, OfferState.DECLINED, "technical")
    told = explain(desk, ticket)
    assert told.refusals == (declined,)
    (choice,) = told.choices
    assert (choice.agent, choice.refusals, [post.agent for post in choice.free]) == ("badr", (declined,), ["amal"])
    desk.pass_time(desk.policy.offer_seconds)
    assert [(each.agent, each.state) for each in explain(desk, ticket).refusals] == [
        ("amal", "declined"),
        ("badr", "expired"),
    ]


def test_both_seats_of_a_call_are_told(desk) -> None:
    ticket = desk.join(SIGNED)
    desk.available("amal")
    assert explain(desk, ticket).why is Why.WAITING_FOR_SIGNER
    assert [able.seat for able in explain(desk, ticket).able] == [Seat.AGENT]
    desk.available("sign", desk.interpreter)
    choices = explain(desk, ticket).choices
    assert [(choice.agent, choice.seat) for choice in choices] == [("amal", Seat.AGENT), ("sign", Seat.INTERPRETER)]


def test_wishes_and_priority_are_told(desk) -> None:
    desk.available("amal")
    ticket = desk.join(DEED, Reason.AGE, Reason.DISABILITY, wishes=Wishes(level=5))
    joined = desk.now
    told = explain(desk, ticket)
    assert (told.why, told.place.wishes.held(told.at).level) == (Why.WISH, 5)
    assert (told.head_start, told.place.reasons) == (240, {Reason.AGE, Reason.DISABILITY})
    desk.pass_time(desk.policy.relax_level)
    told = explain(desk, ticket)
    assert (told.place.wishes.held(told.at).level, told.place.wishes.level_until) == (None, joined + 120)
    assert [choice.agent for choice in told.choices] == ["amal"]


def test_a_ticket_that_was_sent_on_is_at_the_front_of_its_new_line(desk) -> None:
    ticket = desk.join()
    desk.available("amal")
    desk.accept("amal")
    desk.join(SIGNED)
    desk.now += 5
    desk.queue.transfer(desk.connection, ticket, SIGNED, desk.now)
    told = explain(desk, ticket)
    assert (told.position, told.requirements, told.place.reasons) == (1, SIGNED, {Reason.TRANSFERRED})
    before = explain(desk, ticket, desk.now - 1)
    assert (before.place.state, before.requirements) == ("serving", DEED)
