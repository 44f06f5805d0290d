"""Lines: hard requirements, who serves them, why a ticket waits, and for how long."""

from __future__ import annotations

import pytest

from wasl_queue.queue import Requirements, Skills


def why(desk, ticket: int) -> str:
    return desk.queue.why(desk.connection, ticket, desk.now)


def test_one_line_per_distinct_set_of_requirements(desk) -> None:
    wants = [
        Requirements(service, language, signed, modality)
        for service in ("deed", "rent")
        for language in ("ar", "en")
        for signed in (None, "sgn-KW")
        for modality in ("video", "text")
    ]
    lines = [desk.ticket(desk.join(w)).line for w in wants]
    assert len(set(lines)) == len(wants)
    assert [desk.ticket(desk.join(w)).line for w in wants] == lines
    assert [t.requirements for t in desk.queue.open_tickets(desk.connection)] == wants * 2


def test_a_deaf_citizen_is_never_offered_to_anyone_free(desk) -> None:
    for number in range(20):
        desk.available(f"hearing{number}")
    ticket = desk.join(desk.signed)
    desk.pass_time(3_600)
    assert (desk.state(ticket), why(desk, ticket)) == ("waiting", "waiting_for_signer")
    desk.available("signer", desk.signing)
    assert desk.rung_for(ticket) == "signer"


@pytest.mark.parametrize(
    "skills",
    [
        Skills({}, {"ar": 3}),
        Skills({"deed": 3}, {"en": 3}),
        Skills({"deed": 3}, {"sgn-KW": 3}),
        Skills({"ar": 3}, {"deed": 3}),
    ],
)
def test_nobody_serves_beyond_her_skills(desk, skills: Skills) -> None:
    desk.available("amal", skills)
    ticket = desk.join()
    desk.available("badr", skills)
    desk.pass_time(60)
    assert (desk.state(ticket), why(desk, ticket)) == ("waiting", "nobody_signed_in")


def test_why_follows_what_the_agents_do(desk) -> None:
    ticket = desk.join()
    assert why(desk, ticket) == "nobody_signed_in"
    desk.sign_in("amal")
    assert why(desk, ticket) == "on_break"
    desk.available("amal")
    desk.accept("amal")
    behind = desk.join()
    assert why(desk, behind) == "agents_busy"
    desk.queue.finish(desk.connection, ticket, desk.now)
    assert why(desk, behind) == "on_break"
    desk.queue.sign_out(desk.connection, "amal", desk.now)
    assert why(desk, behind) == "nobody_signed_in"


def test_why_a_deaf_citizen_waits(desk) -> None:
    ticket = desk.join(desk.signed)
    assert why(desk, ticket) == "nobody_signed_in"
    desk.available("amal")
    assert why(desk, ticket) == "waiting_for_signer"
    desk.sign_in("signer", desk.signing)
    assert why(desk, ticket) == "on_break"


def test_the_lines_of_an_agent_longest_wait_first(desk) -> None:
    first, _ = desk.join(), desk.join()
    english = desk.join(Requirements("deed", "en", None, "voice"))
    signed = desk.join(desk.signed)
    desk.sign_in("amal")
    lines = desk.queue.lines_for(desk.connection, "amal")
    assert [(w.language, waiting, longest) for w, waiting, longest in lines] == [
        ("ar", 2, desk.ticket(first).joined_at),
        ("en", 1, desk.ticket(english).joined_at),
        ("ar", 1, desk.ticket(signed).joined_at),
    ]


def test_p31_no_estimate_while_history_is_thin(desk) -> None:
    desk.available("amal")
    for _ in range(9):
        desk.join()
        desk.visit("amal")
    desk.join()
    waiting = desk.join()
    assert desk.queue.estimate(desk.connection, waiting, desk.now) is None
    desk.visit("amal")
    assert desk.queue.estimate(desk.connection, waiting, desk.now) is not None


def test_an_estimate_grows_with_the_line_and_shrinks_with_agents(desk) -> None:
    desk.available("amal")
    for _ in range(12):
        desk.join()
        desk.visit("amal", 300)
    desk.join()
    desk.accept("amal")
    near, *_, far = [desk.join() for _ in range(10)]
    first, last = (desk.queue.estimate(desk.connection, t, desk.now) for t in (near, far))
    assert first.low <= 300 <= first.high
    assert last.low > first.low
    assert last.high > first.high
    for agent in ("badr", "dana", "eman"):
        desk.available(agent)
        desk.accept(agent)
    assert desk.queue.estimate(desk.connection, far, desk.now).high < last.high / 2


def test_no_estimate_when_nobody_serves_the_line(desk) -> None:
    desk.available("amal")
    for _ in range(12):
        desk.join()
        desk.visit("amal")
    desk.queue.take_break(desk.connection, "amal", "meal", desk.now)
    assert desk.queue.estimate(desk.connection, desk.join(), desk.now) is None
