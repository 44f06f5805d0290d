"""Real-time text: what is typed is written down letter by letter, whatever is typed."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from wasl_signaling import call as calls
from wasl_signaling import conversation, schema
from wasl_signaling.call import UnknownCall
from wasl_signaling.conversation import ERASE, LINE_LIMIT, MISSING, NEW_LINE, lines_of
from wasl_signaling.messages import Modality

TYPED = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from([ERASE, NEW_LINE])))


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
        (f"AB\tCD{ERASE * 3} ok", ["AB ok"]),
        (f"AB\vCD{ERASE * 3} ok", ["AB ok"]),
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


def test_letters_of_all_categories_are_kept_and_each_is_one_to_erase() -> None:
    """What a page leaves in its field (`legible` in web/call/text.ts), of all of Unicode."""
    page_drops = {"Cc", "Cs"}
    kept = [one for one in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(one) not in page_drops]
    letters = [one for one in kept if one not in (NEW_LINE, "\ufeff")]
    assert [one for one in letters if lines_of("", one) != [one] or lines_of("", one + ERASE) != [""]] == []


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


def test_line_ends_of_keyboards_end_lines_and_byte_order_marks_are_no_text(connection: Connection) -> None:
    assert type_all(connection, ("1", "\ufeffone\r\ntwo\rthree\nfour")) == [
        ("one", True),
        ("two", True),
        ("three", True),
        ("four", False),
    ]


@settings(deadline=None)  # an empty database for each
@given(st.text(min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 10))))
def test_whatever_way_and_however_often_characters_come_they_are_taken_once(
    typed: str, late: list[tuple[int, int]]
) -> None:
    """Pieces come over both ways, again and late, each with its place; none that is new comes before its turn."""
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        call = calls.get_call(connection, calls.open_call(connection, 1, "agent1", Modality.TEXT, 0.0))
        taken = ""
        for at, length in late:
            start = min(at, len(taken))
            taken += conversation.take(connection, call.legs[0], typed[start : start + length], start)
            assert typed.startswith(taken)
            assert conversation.typed_by(connection, call.legs[0]) == len(taken)
        taken += conversation.take(connection, call.legs[0], typed, 0)
        assert taken == typed
    engine.dispose()


def test_a_gap_is_marked_and_what_comes_into_it_later_is_too_late(connection: Connection) -> None:
    call = calls.get_call(connection, calls.open_call(connection, 1, "agent1", Modality.TEXT, 0.0))
    leg = call.legs[0]
    assert conversation.take(connection, leg, "ab", 0) == "ab"
    assert conversation.take(connection, leg, "ef", 4) == f"{MISSING}ef"
    assert conversation.take(connection, leg, "cd", 2) == ""
    assert conversation.take(connection, leg, "fg", None) == "fg"
