"""Transactions, their reference numbers, and the audit log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from wasl_records import audit, reference, transaction
from wasl_records.errors import IllegalMove, UnknownTransaction
from wasl_records.schema import transaction_event
from wasl_records.staff import Staff
from wasl_records.transaction import MOVES, State, Transaction


@pytest.fixture
def visit(connection: Connection, noora: Staff) -> Transaction:
    return transaction.open(connection, service="title-deed", ticket=7, agent="noora", now=100)


def history(connection: Connection) -> list[tuple[str | None, str, float]]:
    columns = (transaction_event.c.from_state, transaction_event.c.to_state, transaction_event.c.at)
    return [tuple(row) for row in connection.execute(select(*columns).order_by(transaction_event.c.id))]


def test_a_transaction_opens_under_a_reference(connection: Connection, visit: Transaction) -> None:
    assert reference.valid(visit.reference)
    assert (visit.state, visit.service, visit.ticket, visit.agent) == (State.OPEN, "title-deed", 7, "noora")
    assert (visit.notes, visit.note, visit.opened_at, visit.closed_at) == ("", "", 100, None)
    assert transaction.get(connection, visit.id) == visit
    assert transaction.find_by_ticket(connection, 7) == visit
    assert transaction.find_by_ticket(connection, 8) is None
    assert history(connection) == [(None, "open", 100)]


def test_a_ticket_has_one_transaction(connection: Connection, visit: Transaction) -> None:
    with pytest.raises(IntegrityError):
        transaction.open(connection, service="title-deed", ticket=7, agent="noora", now=101)


def test_a_taken_reference_is_not_given_again(
    connection: Connection, visit: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = iter([visit.reference, visit.reference, "10000006"])
    monkeypatch.setattr(reference, "new", lambda: next(candidates))
    other = transaction.open(connection, service="title-deed", ticket=8, agent="noora", now=101)
    assert other.reference == "10000006"


def test_closing_keeps_outcome_note_and_history(connection: Connection, visit: Transaction) -> None:
    closed = transaction.close(connection, visit.id, State.COMPLETED, "تفضلي بالاستلام", 200)
    assert (closed.state, closed.note, closed.closed_at) == (State.COMPLETED, "تفضلي بالاستلام", 200)
    assert history(connection) == [(None, "open", 100), ("open", "completed", 200)]


def test_a_follow_up_is_opened_again_under_its_reference(connection: Connection, visit: Transaction) -> None:
    transaction.close(connection, visit.id, State.FOLLOW_UP, "", 200)
    again = transaction.reopen(connection, visit.id, 300)
    assert (again.state, again.reference, again.closed_at) == (State.OPEN, visit.reference, None)
    assert transaction.close(connection, visit.id, State.COMPLETED, "", 400).closed_at == 400


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_moves_follow_the_table(connection: Connection, visit: Transaction, before: State, after: State) -> None:
    if before is not State.OPEN:
        transaction.close(connection, visit.id, before, "", 200)
    steps = len(history(connection))
    if after in MOVES[before]:
        transaction.close(connection, visit.id, after, "", 300)
        assert len(history(connection)) == steps + 1
    else:
        with pytest.raises(IllegalMove) as caught:
            transaction.close(connection, visit.id, after, "", 300)
        assert (caught.value.state, caught.value.wanted) == (before, after)
        assert transaction.get(connection, visit.id).state == before
        assert len(history(connection)) == steps


def test_notes_are_the_agents_own(connection: Connection, visit: Transaction) -> None:
    transaction.set_notes(connection, 7, "waits for her son")
    after = transaction.get(connection, visit.id)
    assert (after.notes, after.note, after.changed_at) == ("waits for her son", "", 100), "it is no step of the visit"


def test_the_unknown_is_refused(connection: Connection) -> None:
    with pytest.raises(UnknownTransaction):
        transaction.get(connection, 1)
    with pytest.raises(UnknownTransaction):
        transaction.set_notes(connection, 1, "")
    with pytest.raises(UnknownTransaction):
        transaction.close(connection, 1, State.COMPLETED, "", 0)
    with pytest.raises(UnknownTransaction):
        transaction.hand_to(connection, 1, "noora", 5.0)


def test_the_last_transaction_of_an_agent(connection: Connection, visit: Transaction) -> None:
    assert transaction.last_of(connection, "stranger") is None
    later = transaction.open(connection, service="title-deed", ticket=8, agent="noora", now=200)
    assert transaction.last_of(connection, "noora") == later
    earlier = transaction.close(connection, visit.id, State.COMPLETED, "", 300)
    assert transaction.last_of(connection, "noora") == earlier


def test_references_are_eight_digits_and_check_themselves() -> None:
    many = {reference.new() for _ in range(500)}
    assert len(many) > 490
    assert all(len(number) == 8 and number[0] != "0" and reference.valid(number) for number in many)


def test_the_check_digit_is_damms() -> None:
    assert reference._damm("572") == 4  # the example of the literature
    assert reference._damm("5724") == 0


@given(st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_found(place: int, off: int) -> None:
    number = reference.new()
    wrong = str((int(number[place]) + off) % 10)
    assert not reference.valid(number[:place] + wrong + number[place + 1 :])


@given(st.integers(0, 6))
def test_two_swapped_digits_are_found(place: int) -> None:
    number = reference.new()
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not reference.valid(swapped)


def test_references_are_read_however_they_are_typed() -> None:
    number = reference.new()
    arabic = number.translate({0x30 + value: 0x660 + value for value in range(10)})
    persian = number.translate({0x30 + value: 0x6F0 + value for value in range(10)})
    for typed in (arabic, persian, f" {arabic[:4]} {persian[4:]} "):
        assert reference.valid(typed)


@given(st.text())
def test_anything_else_is_no_reference_and_no_error(text: str) -> None:
    assert not reference.valid(f"{text}x")


def test_acts_are_read_in_their_order(connection: Connection) -> None:
    for at, action in enumerate(("staff.signed_in", "staff.signed_out")):
        audit.append(connection, actor="noora", action=action, subject="staff:noora", data={"n": at}, now=at)
    audit.append(connection, actor="noora", action="x", subject="ticket:1", data={}, now=9)
    first, second = audit.read(connection, "staff:noora")
    assert (first.action, first.at, first.actor, first.data) == ("staff.signed_in", 0, "noora", {"n": 0})
    assert second.action == "staff.signed_out"
