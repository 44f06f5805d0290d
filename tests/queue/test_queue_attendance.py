"""Pages that go and come back, citizens who leave, servers that start again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from wasl_queue import schema
from wasl_queue.errors import IllegalMove, TooLate, UnknownTicket
from wasl_queue.queue import Queue, Requirements

DEED = Requirements("deed", "ar", None, "video")


def absent(desk, ticket: int) -> None:
    desk.queue.absent(desk.connection, ticket, desk.now)


def resume(desk, ticket: int):
    return desk.queue.resume(desk.connection, ticket, "secret", desk.now)


def test_only_a_digest_of_the_secret_is_kept(desk) -> None:
    desk.join()
    assert "secret" not in str(desk.connection.execute(select(schema.ticket)).mappings().one()["secret"])


def test_a_wrong_secret_and_an_unknown_ticket_look_the_same(desk) -> None:
    ticket = desk.join()
    for id_, secret in ((ticket, "wrong"), (ticket, ""), (ticket + 1, "secret"), (ticket + 1, "")):
        with pytest.raises(UnknownTicket):
            desk.queue.resume(desk.connection, id_, secret, desk.now)


def test_p21_a_reload_changes_nobodys_number(desk) -> None:
    line = [desk.join() for _ in range(3)]
    absent(desk, line[1])
    positions = [desk.queue.position(desk.connection, t) for t in line]
    resume(desk, line[1])
    assert positions == [desk.queue.position(desk.connection, t) for t in line] == [1, 2, 3]
    assert len(desk.queue.open_tickets(desk.connection)) == 3


def test_p22_the_whole_state_comes_back_with_the_ticket(desk) -> None:
    ticket = desk.join()
    before = desk.ticket(ticket)
    absent(desk, ticket)
    assert resume(desk, ticket).ticket == before


def test_an_old_page_that_ends_late_does_not_make_the_newer_one_absent(desk) -> None:
    here, there = Queue(server="here"), Queue(server="there")
    for queue in (here, there):
        queue.renew_server(desk.connection, desk.now)
    ticket = here.join(desk.connection, DEED, "secret", desk.now).ticket
    there.resume(desk.connection, ticket, "secret", desk.now)
    here.absent(desk.connection, ticket, desk.now)
    assert desk.ticket(ticket).present
    there.absent(desk.connection, ticket, desk.now)
    assert not desk.ticket(ticket).present


def test_p25_citizens_who_came_before_the_first_agent_are_offered_in_order(desk) -> None:
    first, second = desk.join(), desk.join()
    desk.pass_time(3_600)
    desk.available("amal")
    assert desk.visit("amal") == first
    assert desk.ringing("amal").ticket == second


def test_p30_a_place_is_kept_for_the_grace_time_and_then_expires(desk) -> None:
    ticket = desk.join()
    absent(desk, ticket)
    assert desk.ticket(ticket).grace_until == desk.now + 300
    desk.pass_time(299)
    absent(desk, ticket)
    assert desk.state(ticket) == "waiting"
    desk.pass_time(1)
    assert desk.state(ticket) == "expired"
    assert resume(desk, ticket).ticket.state == "expired"


def test_p32_a_citizen_who_comes_again_is_never_refused_as_a_duplicate(desk) -> None:
    ticket = desk.join()
    for _ in range(3):
        assert resume(desk, ticket).ticket.present
    absent(desk, ticket)
    assert resume(desk, ticket).ticket.present


def test_who_is_away_is_passed_over_and_rung_for_on_return(desk) -> None:
    away, there = desk.join(), desk.join()
    absent(desk, away)
    desk.available("amal")
    assert desk.ringing("amal").ticket == there
    desk.available("badr")
    assert desk.doing("badr") == "available"
    assert resume(desk, away).ticket.state == "offered"
    assert desk.rung_for(away) == "badr"


def test_going_away_while_it_rings_frees_the_agent_for_the_next(desk) -> None:
    desk.available("amal")
    first, second = desk.join(), desk.join()
    absent(desk, first)
    assert (desk.state(first), desk.rung_for(second)) == ("waiting", "amal")
    assert desk.queue.presence(desk.connection, "amal").misses == 0


def test_a_dropped_call_waits_for_the_shorter_grace_and_then_frees_the_agent(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    absent(desk, ticket)
    desk.pass_time(119)
    assert (desk.state(ticket), desk.doing("amal")) == ("serving", "busy")
    desk.pass_time(1)
    assert (desk.state(ticket), desk.doing("amal")) == ("expired", "wrap_up")


def test_back_in_the_call_in_time(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    absent(desk, ticket)
    desk.pass_time(100)
    assert resume(desk, ticket).ticket.state == "serving"
    desk.pass_time(1_000)
    assert desk.state(ticket) == "serving"


def test_leaving_can_be_undone_for_two_minutes_with_the_old_place(desk) -> None:
    first, second = desk.join(), desk.join()
    desk.queue.leave(desk.connection, first, desk.now)
    assert desk.ticket(first).undo_until == desk.now + 120
    assert desk.queue.position(desk.connection, second) == 1
    assert desk.queue.position(desk.connection, first) == 0
    assert resume(desk, first).ticket.state == "left"
    desk.pass_time(120)
    desk.queue.undo_leave(desk.connection, first, desk.now)
    assert [desk.queue.position(desk.connection, t) for t in (first, second)] == [1, 2]


def test_leaving_cannot_be_undone_later_or_twice(desk) -> None:
    ticket = desk.join()
    desk.queue.leave(desk.connection, ticket, desk.now)
    with pytest.raises(TooLate):
        desk.queue.undo_leave(desk.connection, ticket, desk.now + 121)
    desk.queue.undo_leave(desk.connection, ticket, desk.now)
    with pytest.raises(IllegalMove):
        desk.queue.undo_leave(desk.connection, ticket, desk.now)


def test_leaving_while_it_rings_frees_the_agent(desk) -> None:
    desk.available("amal")
    ticket, behind = desk.join(), desk.join()
    desk.queue.leave(desk.connection, ticket, desk.now)
    assert (desk.state(ticket), desk.rung_for(behind)) == ("left", "amal")


def test_leaving_in_a_call_or_after_the_end_is_refused(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    with pytest.raises(IllegalMove):
        desk.queue.leave(desk.connection, ticket, desk.now)
    desk.queue.finish(desk.connection, ticket, desk.now)
    with pytest.raises(IllegalMove):
        desk.queue.leave(desk.connection, ticket, desk.now)


def test_after_a_restart_everyone_has_the_full_time_to_come_back(desk) -> None:
    desk.available("amal")
    talking = desk.join()
    desk.accept("amal")
    waiting = desk.join()
    left_alone = desk.join()
    absent(desk, left_alone)
    kept = desk.ticket(left_alone).grace_until
    desk.now += 100
    changes = desk.restart()
    assert changes.tickets == {talking, waiting}
    graces = [desk.ticket(t).grace_until for t in (talking, waiting, left_alone)]
    assert graces == [desk.now + 120, desk.now + 300, kept]
    desk.now += 29
    desk.sweep()
    assert desk.doing("amal") == "busy"


def test_an_offer_that_rings_across_a_restart_can_be_accepted(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.restart()
    assert desk.accept("amal") == ticket
    assert desk.ticket(ticket).grace_until == desk.now + 120


def test_who_is_not_back_after_a_restart_is_not_rung_for_again(desk) -> None:
    desk.available("amal")
    desk.available("badr")
    ticket = desk.join()
    desk.restart()
    desk.decline("amal")
    assert (desk.state(ticket), desk.rung_for(ticket), desk.ticket(ticket).present) == ("waiting", None, False)
