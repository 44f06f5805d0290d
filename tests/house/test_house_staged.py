"""The recorded states of staged screens are what a desk of today would send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import staged_states
from staged_states import EVENTS, LANGUAGES, REQUESTS, Told, answers, situations, told

RECORDED = [(role, situation) for role in EVENTS for situation in situations(role)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("role", "situation"), RECORDED)
def test_what_was_recorded_still_fits_the_wire(role: str, situation: str, language: str) -> None:
    events = told(role, situation, language).events
    assert events[0][0] == "state"
    for name, body in events:
        assert EVENTS[role][name].model_validate(body).model_dump(mode="json") == body, "nothing is left to a default"


def test_answers_to_requests_fit_the_wire() -> None:
    for language in LANGUAGES:
        for request, answer in answers()[language].items():
            if request in REQUESTS["citizen"]:
                REQUESTS["citizen"][request][1].model_validate(answer)


def test_a_state_that_does_not_fit_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "citizen").mkdir()
    state = told("citizen", "none", "ar").state | {"mood": "good"}
    (tmp_path / "citizen" / "none.json").write_text(json.dumps({"ar": [["state", state]]}))
    monkeypatch.setattr(staged_states, "FOLDER", tmp_path)
    with pytest.raises(ValidationError):
        told("citizen", "none", "ar")


@given(st.sampled_from(RECORDED), st.integers(10**9, 4 * 10**9))
def test_all_times_move_together_and_nothing_else_changes(recorded: tuple[str, str], now: int) -> None:
    then = told(*recorded, "ar")
    moved = then.at(now)
    by = now * 1000 - then.state["version"] // 1000

    def compare(before: Any, after: Any, name: str = "") -> None:
        if isinstance(before, dict):
            assert before.keys() == after.keys()
            for key in before:
                compare(before[key], after[key], key)
        elif isinstance(before, list):
            for one, other in zip(before, after, strict=True):
                compare(one, other)
        elif name == "version":
            assert after - before == by * 1000
        elif name.endswith(("_at", "_until", "_since")) or name in ("since", "until", "at", "longest"):
            assert (before is None and after is None) or after - before == by
        else:
            assert before == after

    assert isinstance(moved, Told)
    compare([list(event) for event in then.events], [list(event) for event in moved.events])
