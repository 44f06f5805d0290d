"""The life of a recording, from the question to its end, and what everybody in it answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from wasl_records import audit
from wasl_records.contact import Vault
from wasl_signaling import footage
from wasl_signaling.messages import Language, RecordingFailure, RecordingState
from wasl_signaling.schema import consent as consents
from wasl_signaling.schema import recording as table
from wasl_web.errors import Problem

MOVES: Mapping[RecordingState, frozenset[RecordingState]] = {
    RecordingState.ASKED: frozenset({RecordingState.ON, RecordingState.REFUSED, RecordingState.ENDED}),
    RecordingState.ON: frozenset(
        {RecordingState.PAUSED, RecordingState.WITHDRAWN, RecordingState.ENDED, RecordingState.FAILED}
    ),
    RecordingState.PAUSED: frozenset(
        {RecordingState.ON, RecordingState.WITHDRAWN, RecordingState.ENDED, RecordingState.FAILED}
    ),
    RecordingState.REFUSED: frozenset(),
    RecordingState.WITHDRAWN: frozenset(),
    RecordingState.ENDED: frozenset({RecordingState.WITHDRAWN}),
    RecordingState.FAILED: frozenset({RecordingState.WITHDRAWN}),
}
OVER = frozenset(MOVES) - {RecordingState.ASKED, RecordingState.ON, RecordingState.PAUSED}
DESK = "desk"
"""Who acts when nobody does: the call ended, the time is up, or the disk is full."""


class UnknownRecording(Problem):
    """There is no such recording, or the call has a later one."""

    def __init__(self, recording: int) -> None:
        super().__init__("not_now")
        self.recording = recording


class IllegalRecordingMove(Problem):
    """The recording is not in a state from which this move leads on."""

    def __init__(self, recording: int, to: RecordingState) -> None:
        super().__init__("not_now")
        self.recording, self.to = recording, to


class ConsentMissing(Problem):
    """Somebody who would be recorded has not agreed."""

    def __init__(self, recording: int, lacking: Iterable[str]) -> None:
        super().__init__("consent_missing")
        self.recording, self.lacking = recording, frozenset(lacking)


@dataclass(frozen=True)
class Answer:
    """What somebody said who was asked, and how she was asked."""

    id: int
    party: str
    agreed: bool
    at: float
    """Epoch seconds."""
    language: Language
    words: str
    """What she was shown."""


@dataclass(frozen=True)
class Recording:
    """One recording of a call, and everybody's last answer."""

    id: int
    call: int
    asked_by: str
    state: RecordingState
    since: float
    keep_days: int
    answers: Mapping[str, Answer]
    failure: RecordingFailure | None = None

    def answer_of(self, party: str) -> bool | None:
        """Whether this person agreed; None while she has not answered."""
        answer = self.answers.get(party)
        return None if answer is None else answer.agreed

    def lacking(self, parties: Iterable[str]) -> list[str]:
        """Those of these people who have not agreed."""
        return [party for party in parties if not self.answer_of(party)]


def ask(connection: Connection, call: int, asked_by: str, keep_days: int, now: float) -> Recording:
    """Begins to ask; IllegalRecordingMove while the call has a recording that is not over."""
    before = latest(connection, call)
    if before is not None and before.state not in OVER:
        raise IllegalRecordingMove(before.id, RecordingState.ASKED)
    values = {"call": call, "asked_by": asked_by, "keep_days": keep_days, "asked_at": now, "since": now}
    made = insert(table).values(state=RecordingState.ASKED, **values).returning(table.c.id)
    recording: int = connection.execute(made).scalar_one()
    _write_history(connection, recording, asked_by, None, RecordingState.ASKED, now, call=call)
    return get(connection, recording)


def answer(connection: Connection, recording: int, given: Answer) -> None:
    """Writes down what somebody answered. Its `id` is chosen here."""
    values = {"party": given.party, "agreed": given.agreed, "language": given.language, "words": given.words}
    connection.execute(insert(consents).values(recording=recording, at=given.at, **values))
    action = "recording.agreed" if given.agreed else "recording.disagreed"
    _audit(connection, recording, given.party, action, {"language": given.language}, given.at)


def go_on(
    connection: Connection, vault: Vault, recording: Recording, parties: Iterable[str], actor: str, now: float
) -> None:
    """On the record, for the first time or again: the only way there. Raises ConsentMissing, IllegalRecordingMove."""
    if lacking := recording.lacking(parties):
        raise ConsentMissing(recording.id, lacking)
    move(connection, recording.id, RecordingState.ON, actor, now)
    if recording.state is RecordingState.ASKED:
        footage.make_key(connection, vault, recording.id)


def withdraw(connection: Connection, call: int, actor: str, now: float) -> None:
    """Ends what goes on, and makes all that was recorded of this call unreadable: also before a failure."""
    states = [state for state, targets in MOVES.items() if RecordingState.WITHDRAWN in targets]
    readable = select(table.c.id).where(table.c.call == call, table.c.state.in_(states)).order_by(table.c.id)
    for recording in connection.scalars(readable).all():
        move(connection, recording, RecordingState.WITHDRAWN, actor, now)
        footage.shred(connection, recording, actor, now)


def fail(connection: Connection, recording: int, why: RecordingFailure, now: float) -> None:
    """The desk cannot store it any more. Raises IllegalRecordingMove."""
    move(connection, recording, RecordingState.FAILED, DESK, now, failure=why)


def move(connection: Connection, recording: int, to: RecordingState, actor: str, now: float, **more: Any) -> None:
    """Moves a recording and writes its history, with `more`; IllegalRecordingMove when the table does not allow it."""
    origin = connection.scalar(select(table.c.state).where(table.c.id == recording))
    if origin is None or to not in MOVES[RecordingState(origin)]:
        raise IllegalRecordingMove(recording, to)
    values = more | ({"ended_at": now} if to in OVER else {})
    unchanged = (table.c.id == recording) & (table.c.state == origin)
    if connection.execute(update(table).where(unchanged).values(state=to, since=now, **values)).rowcount != 1:
        raise IllegalRecordingMove(recording, to)
    _write_history(connection, recording, actor, RecordingState(origin), to, now, **more)


def end_with_call(connection: Connection, call: int, now: float) -> None:
    """The call has ended, and with it its recording, if there is one."""
    last = latest(connection, call)
    if last is not None and last.state not in OVER:
        move(connection, last.id, RecordingState.ENDED, DESK, now)


def get(connection: Connection, recording: int) -> Recording:
    """The recording of this number. Raises UnknownRecording."""
    if (found := _find(connection, table.c.id == recording)) is None:
        raise UnknownRecording(recording)
    return found


def latest(connection: Connection, call: int) -> Recording | None:
    """The call's last recording, if it has any."""
    return _find(connection, table.c.call == call)


def kept(connection: Connection, call: int) -> bool:
    """Whether something of this call was recorded, and can still be read."""
    readable = select(table.c.id).where(table.c.call == call, table.c.sealed_key.is_not(None)).limit(1)
    return connection.scalar(readable) is not None


def running_calls(connection: Connection) -> list[int]:
    """The calls that are on the record, or off it for a while."""
    states = (RecordingState.ON, RecordingState.PAUSED)
    return list(connection.scalars(select(table.c.call).where(table.c.state.in_(states)).order_by(table.c.id)))


def _find(connection: Connection, which: ColumnElement[bool]) -> Recording | None:
    row = connection.execute(select(table).where(which).order_by(table.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    rows = connection.execute(select(consents).where(consents.c.recording == row.id).order_by(consents.c.id))
    answers = [Answer(one.id, one.party, one.agreed, one.at, one.language, one.words) for one in rows]
    return Recording(
        id=row.id,
        call=row.call,
        asked_by=row.asked_by,
        state=RecordingState(row.state),
        since=row.since,
        keep_days=row.keep_days,
        answers={answer.party: answer for answer in answers},
        failure=RecordingFailure(row.failure) if row.failure else None,
    )


def _write_history(
    connection: Connection,
    recording: int,
    actor: str,
    origin: RecordingState | None,
    to: RecordingState,
    now: float,
    **more: Any,
) -> None:
    _audit(connection, recording, actor, f"recording.{to}", {"from": origin, **more}, now)


def _audit(
    connection: Connection, recording: int, actor: str, action: str, data: Mapping[str, Any], now: float
) -> None:
    audit.append(connection, actor=actor, action=action, subject=footage.subject(recording), data=data, now=now)
