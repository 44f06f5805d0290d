"""Real-time text: what is typed is written down letter by letter, whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from wasl_signaling import call as calls
from wasl_signaling import conversation, schema
from wasl_signaling.call import UnknownCall
from wasl_signaling.conversation import ERASE, LINE_LIMIT, NEW_LINE, lines_of
from wasl_signaling.messages import Modality

TYPED = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from([ERASE, NEW_LINE])))


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A transaction on an empty database."""
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def type_all(connection: Connection, *typed: tuple[str, str]) -> list[tuple[str, bool]]:
    """The transcript after these people typed this, in turn."""
    call = calls.get_call(connection, calls.open_call(connection, 1, "agent1", Modality.TEXT, 0.0))
    for party, text in typed:
        conversation.append(connection, call, call.leg(party), text, 1.0)
    return [(line.text, line.done) for line in conversation.transcript(connection, call.id) if line.text]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("سلام", ["سلام"]),
        (f"hallo{ERASE}{ERASE}lo", ["hallo"]),
        (f"{ERASE}{ERASE}a", ["a"]),
        (f"one{NEW_LINE}two", ["one", "two"]),
        (f"one{NEW_LINE}{ERASE}two", ["one", "two"]),
        ("a\x00\x1b[31mb", ["a[31mb"]),
        ("👩‍👧", ["👩‍👧"]),
        ("x" * LINE_LIMIT + ERASE, ["x" * (LINE_LIMIT - 1)]),
    ],
)
def test_t140_characters(typed: str, lines: list[str]) -> None:
    assert lines_of("", typed) == lines


@given(TYPED, st.integers(0, 50))
def test_where_a_batch_is_cut_does_not_matter(typed: str, cut: int) -> None:
    first = lines_of("", typed[:cut])
    assert lines_of("", typed) == first[:-1] + lines_of(first[-1], typed[cut:])


@given(TYPED)
def test_no_line_grows_without_bound_or_holds_control_characters(typed: str) -> None:
    for line in lines_of("x" * (LINE_LIMIT - 1), typed):
        assert len(line) <= LINE_LIMIT
        assert ERASE not in line
        assert NEW_LINE not in line


def test_two_people_typing_at_once_keep_their_own_lines(connection: Connection) -> None:
    typed = [("1", "he"), ("agent1", "wel"), ("1", f"y{NEW_LINE}"), ("agent1", "come"), ("1", "?")]
    assert type_all(connection, *typed) == [("hey", True), ("welcome", False), ("?", False)]


def test_a_batch_that_is_sent_again_is_known(connection: Connection) -> None:
    call = calls.get_call(connection, calls.open_call(connection, 1, "agent1", Modality.TEXT, 0.0))
    citizen, agent = call.legs
    sent = [(citizen, "a"), (citizen, "a"), (agent, "a"), (citizen, "b"), (citizen, "a")]
    assert [conversation.is_fresh(connection, leg, name) for leg, name in sent] == [True, False, True, True, True]


def test_an_erased_line_disappears(connection: Connection) -> None:
    assert type_all(connection, ("1", "no"), ("1", ERASE * 2)) == []


def test_nobody_types_in_an_ended_call(connection: Connection) -> None:
    call = calls.open_call(connection, 1, "agent1", Modality.TEXT, 0.0)
    calls.end_call(connection, call, 1.0)
    ended = calls.get_call(connection, call)
    with pytest.raises(UnknownCall):
        conversation.append(connection, ended, ended.legs[0], "too late", 2.0)
