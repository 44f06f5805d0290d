"""The life of a recording and what people say to it, on a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert, select

from wasl_records import audit
from wasl_signaling import call as calls
from wasl_signaling import consenting, footage, schema
from wasl_signaling import messages as m
from wasl_signaling import recording as recordings
from wasl_signaling.call import UnknownCall
from wasl_signaling.footage import NoFootage
from wasl_signaling.house import House, Recordings
from wasl_signaling.messages import Modality, RecordingState, Role
from wasl_signaling.recording import MOVES, ConsentMissing, IllegalRecordingMove, Recording, UnknownRecording
from wasl_web.errors import Problem

ROUTES: dict[RecordingState, list[RecordingState]] = {
    RecordingState.ASKED: [],
    RecordingState.ON: [RecordingState.ON],
    RecordingState.PAUSED: [RecordingState.ON, RecordingState.PAUSED],
    RecordingState.REFUSED: [RecordingState.REFUSED],
    RecordingState.WITHDRAWN: [RecordingState.ON, RecordingState.WITHDRAWN],
    RecordingState.ENDED: [RecordingState.ENDED],
    RecordingState.FAILED: [RecordingState.ON, RecordingState.FAILED],
}
DAYS = 30


class SmallHouse:
    """What the functions need of a house."""

    def __init__(self, folder: Path, offered: bool = True) -> None:
        self.vault = Fernet(Fernet.generate_key())
        self.recordings = Recordings(folder, offered, DAYS)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return cast(House, SmallHouse(tmp_path))


def a_call(connection: Connection, *, interpreter: str | None = None, modality: Modality = Modality.VIDEO) -> int:
    return calls.open_call(connection, 1, "agent1", modality, 10.0, interpreter)


def asked(connection: Connection, house: House, call: int, now: float = 20.0) -> Recording:
    """The agent has asked."""
    consenting.ask(connection, house, "agent1", call, "en", now)
    return last(connection, call)


def last(connection: Connection, call: int) -> Recording:
    found = recordings.latest(connection, call)
    assert found is not None
    return found


def says(connection: Connection, house: House, party: str, agreed: bool, call: int, now: float = 21.0) -> Recording:
    """Somebody answers the last question."""
    request = m.AnswerRecording(recording=last(connection, call).id, agreed=agreed)
    consenting.answer(connection, house, party, request, "ar", now)
    return last(connection, call)


def code(refused: pytest.ExceptionInfo[Any]) -> str:
    return refused.value.code


@pytest.mark.parametrize("origin", RecordingState)
@pytest.mark.parametrize("to", RecordingState)
def test_every_move_is_allowed_by_the_table_or_refused(
    connection: Connection, house: House, origin: RecordingState, to: RecordingState
) -> None:
    recording = recordings.ask(connection, a_call(connection), "agent1", DAYS, 20.0).id
    for state in ROUTES[origin]:
        recordings.move(connection, recording, state, "agent1", 21.0)
    history = len(audit.read(connection, f"recording:{recording}"))
    if to in MOVES[origin]:
        recordings.move(connection, recording, to, "agent1", 22.0)
        assert recordings.get(connection, recording).state is to
        entry = audit.read(connection, f"recording:{recording}")[-1]
        assert (entry.actor, entry.action, entry.data) == ("agent1", f"recording.{to}", {"from": origin})
    else:
        with pytest.raises(IllegalRecordingMove):
            recordings.move(connection, recording, to, "agent1", 22.0)
        assert recordings.get(connection, recording).state is origin
        assert len(audit.read(connection, f"recording:{recording}")) == history


def test_it_begins_when_everybody_has_agreed_and_not_before(connection: Connection, house: House) -> None:
    call = a_call(connection, interpreter="signer")
    recording = asked(connection, house, call)
    assert recording.state is RecordingState.ASKED
    assert recording.lacking(["1", "agent1", "signer"]) == ["1", "signer"]
    assert says(connection, house, "1", True, call).state is RecordingState.ASKED
    with pytest.raises(NoFootage):
        footage.key_of(connection, house.vault, recording.id)
    assert says(connection, house, "signer", True, call).state is RecordingState.ON
    assert len(footage.key_of(connection, house.vault, recording.id)) == footage.KEY


def test_no_command_starts_it_without_consent(connection: Connection, house: House) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    with pytest.raises(ConsentMissing) as refused:
        consenting.resume(connection, house, "agent1", call, 22.0)
    assert (code(refused), refused.value.lacking) == ("consent_missing", {"1"})
    with pytest.raises(IllegalRecordingMove):
        consenting.pause(connection, "agent1", call, 22.0)
    assert last(connection, call).state is RecordingState.ASKED


def test_raur14_what_she_was_shown_is_kept_with_her_answer(connection: Connection, house: House) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    answer = says(connection, house, "1", True, call, now=25.0).answers["1"]
    assert (answer.agreed, answer.at, answer.language) == (True, 25.0, "ar")
    assert answer.words == "\n".join(consenting.question(Role.CITIZEN, DAYS, "ar"))
    acts = [(entry.actor, entry.action) for entry in audit.read(connection, f"recording:{last(connection, call).id}")]
    assert acts == [
        ("agent1", "recording.asked"),
        ("agent1", "recording.agreed"),
        ("1", "recording.agreed"),
        ("1", "recording.on"),
    ]


def test_a_no_is_final_unless_she_changes_her_mind(connection: Connection, house: House) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    assert says(connection, house, "1", False, call).state is RecordingState.REFUSED
    with pytest.raises(Problem) as refused:
        asked(connection, house, call)
    assert code(refused) == "recording_refused"
    assert says(connection, house, "1", False, call).state is RecordingState.REFUSED  # the same once more
    allowed = says(connection, house, "1", True, call)
    assert allowed.state is RecordingState.ON
    assert allowed.answer_of("agent1") is True


def test_when_the_citizen_stops_it_nothing_is_left_to_read(connection: Connection, house: House) -> None:
    call = a_call(connection)
    recording = asked(connection, house, call)
    says(connection, house, "1", True, call)
    part = footage.add_part(connection, recording.id, 22.0)
    assert footage.leftovers(connection) == []
    assert says(connection, house, "1", False, call).state is RecordingState.WITHDRAWN
    with pytest.raises(NoFootage):
        footage.key_of(connection, house.vault, recording.id)
    assert footage.leftovers(connection) == [part.name]
    again = says(connection, house, "1", True, call)
    assert (again.state, again.id > recording.id) == (RecordingState.ON, True)


def test_after_its_end_or_a_failure_the_citizen_can_still_have_all_of_it_deleted(
    connection: Connection, house: House
) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    assert not recordings.kept(connection, call)
    says(connection, house, "1", True, call)
    assert recordings.kept(connection, call)
    failed = last(connection, call)
    recordings.fail(connection, failed.id, m.RecordingFailure.NO_ROOM, 22.0)
    again = asked(connection, house, call, 23.0)
    consenting.stop(connection, "agent1", call, 24.0)
    parts = [footage.add_part(connection, one.id, 22.0).name for one in (failed, again)]
    gone = says(connection, house, "1", False, call, now=25.0)
    assert (gone.id, gone.state) == (again.id, RecordingState.WITHDRAWN)
    assert not recordings.kept(connection, call)
    assert recordings.get(connection, failed.id).state is RecordingState.WITHDRAWN
    assert footage.leftovers(connection) == parts
    with pytest.raises(Problem) as refused:
        asked(connection, house, call)
    assert code(refused) == "recording_refused"


def test_who_says_no_to_another_recording_can_have_the_first_one_deleted(connection: Connection, house: House) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    says(connection, house, "1", True, call)
    consenting.stop(connection, "agent1", call, 22.0)
    asked(connection, house, call, 23.0)
    assert says(connection, house, "1", False, call).state is RecordingState.REFUSED
    assert recordings.kept(connection, call)
    assert says(connection, house, "1", False, call).state is RecordingState.REFUSED
    assert not recordings.kept(connection, call)


def test_when_an_interpreter_stops_it_what_was_recorded_is_kept(connection: Connection, house: House) -> None:
    call = a_call(connection, interpreter="signer")
    recording = asked(connection, house, call)
    for party in ("1", "signer"):
        says(connection, house, party, True, call)
    assert says(connection, house, "signer", False, call).state is RecordingState.ENDED
    assert footage.key_of(connection, house.vault, recording.id)
    with pytest.raises(Problem) as refused:
        asked(connection, house, call)
    assert code(refused) == "recording_refused"


def test_off_the_record_and_on_again_needs_everybody_who_is_there(connection: Connection, house: House) -> None:
    call = a_call(connection)
    asked(connection, house, call)
    says(connection, house, "1", True, call)
    consenting.pause(connection, "agent1", call, 22.0)
    connection.execute(insert(schema.leg).values(call=call, role=Role.HELPER, party="son", joined_at=23.0))
    with pytest.raises(ConsentMissing) as refused:
        consenting.resume(connection, house, "agent1", call, 24.0)
    assert refused.value.lacking == {"son"}
    assert last(connection, call).state is RecordingState.PAUSED
    says(connection, house, "son", True, call)
    assert last(connection, call).state is RecordingState.PAUSED
    consenting.resume(connection, house, "agent1", call, 26.0)
    assert last(connection, call).state is RecordingState.ON


def test_after_a_full_disk_it_is_tried_again_and_nobody_is_asked_twice(connection: Connection, house: House) -> None:
    call = a_call(connection, interpreter="signer")
    asked(connection, house, call)
    for party in ("1", "signer"):
        says(connection, house, party, True, call)
    failed = last(connection, call)
    recordings.fail(connection, failed.id, m.RecordingFailure.NO_ROOM, 22.0)
    assert last(connection, call).failure is m.RecordingFailure.NO_ROOM
    assert audit.read(connection, f"recording:{failed.id}")[-1].data == {"from": "on", "failure": "no_room"}
    assert footage.key_of(connection, house.vault, failed.id)
    again = asked(connection, house, call, 23.0)
    assert (again.state, again.failure, again.id > failed.id) == (RecordingState.ON, None, True)
    recordings.fail(connection, again.id, m.RecordingFailure.NOT_STORED, 24.0)
    connection.execute(insert(schema.leg).values(call=call, role=Role.HELPER, party="son", joined_at=25.0))
    assert asked(connection, house, call, 26.0).lacking(["1", "agent1", "signer", "son"]) == ["son"]
    assert last(connection, call).state is RecordingState.ASKED


def test_it_ends_with_the_call(connection: Connection, house: House) -> None:
    call = a_call(connection)
    recording = asked(connection, house, call)
    says(connection, house, "1", True, call)
    calls.end_call(connection, call, 30.0)
    assert last(connection, call).state is RecordingState.ENDED
    assert recordings.running_calls(connection) == []
    with pytest.raises(UnknownCall):
        consenting.answer(connection, house, "1", m.AnswerRecording(recording=recording.id, agreed=False), "ar", 31.0)


def test_who_may_ask(connection: Connection, house: House, tmp_path: Path) -> None:
    call = a_call(connection, interpreter="signer")
    cases: list[tuple[House, str, type[Problem], str]] = [
        (cast(House, SmallHouse(tmp_path, offered=False)), "agent1", Problem, "recording_off"),
        (house, "signer", Problem, "recording_off"),
        (house, "1", Problem, "recording_off"),
        (house, "agent2", UnknownCall, "unknown_call"),
    ]
    for where, party, kind, expected in cases:
        with pytest.raises(kind) as refused:
            consenting.ask(connection, where, party, call, "en", 20.0)
        assert code(refused) == expected
    assert recordings.latest(connection, call) is None
    asked(connection, house, call)
    with pytest.raises(IllegalRecordingMove):
        asked(connection, house, call)


def test_a_call_by_text_is_not_recorded(connection: Connection, house: House) -> None:
    call = a_call(connection, modality=Modality.TEXT)
    with pytest.raises(Problem) as refused:
        asked(connection, house, call)
    assert code(refused) == "recording_off"


def test_strangers_and_late_answers_change_nothing(connection: Connection, house: House) -> None:
    call = a_call(connection, interpreter="signer")
    first = asked(connection, house, call)
    for party, kind in (("2", UnknownCall), ("agent2", UnknownCall)):
        with pytest.raises(kind):
            says(connection, house, party, True, call)
    with pytest.raises(UnknownRecording):
        consenting.stop(connection, "signer", call, 22.0)
    consenting.stop(connection, "agent1", call, 22.0)
    with pytest.raises(UnknownRecording):  # who never answered has no mind to change
        says(connection, house, "1", True, call)
    asked(connection, house, call)
    late = m.AnswerRecording(recording=first.id, agreed=True)
    with pytest.raises(UnknownRecording):
        consenting.answer(connection, house, "1", late, "en", 23.0)
    with pytest.raises(UnknownRecording):
        consenting.answer(connection, house, "1", m.AnswerRecording(recording=99, agreed=True), "en", 23.0)


def test_what_was_kept_for_its_time_is_deleted(connection: Connection, house: House) -> None:
    call = a_call(connection)
    recording = asked(connection, house, call)
    says(connection, house, "1", True, call)
    part = footage.add_part(connection, recording.id, 22.0)
    calls.end_call(connection, call, 100.0)
    until = 100.0 + DAYS * footage.DAY
    footage.shred_expired(connection, until - 1)
    assert footage.key_of(connection, house.vault, recording.id)
    footage.shred_expired(connection, until)
    with pytest.raises(NoFootage):
        footage.key_of(connection, house.vault, recording.id)
    entry = audit.read(connection, f"recording:{recording.id}")[-1]
    assert (entry.actor, entry.action) == ("desk", "recording.deleted")
    assert footage.leftovers(connection) == [part.name]
    footage.forget_parts(connection, [part.name])
    assert footage.parts_of(connection, recording.id) == []


def test_each_file_has_a_key_of_its_own() -> None:
    key = bytes(range(32))
    made = {footage.part_key(key, name) for name in ("a", "b")}
    assert len(made | {key}) == 3
    assert footage.part_key(key, "a") in made


def test_a_key_without_its_vault_is_no_key(connection: Connection, house: House) -> None:
    call = a_call(connection)
    recording = asked(connection, house, call)
    says(connection, house, "1", True, call)
    with pytest.raises(NoFootage):
        footage.key_of(connection, Fernet(Fernet.generate_key()), recording.id)
    sealed: Any = connection.scalar(select(schema.recording.c.sealed_key))
    assert house.vault.decrypt(sealed) == footage.key_of(connection, house.vault, recording.id)
