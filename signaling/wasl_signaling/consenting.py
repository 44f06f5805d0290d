"""Recording a call, by what its people say: one function for each thing they do, each in one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from wasl_locales.catalogue import gettext_noop as _
from wasl_locales.catalogue import words
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling import recording as recordings
from wasl_signaling.call import Call, Leg, UnknownCall
from wasl_signaling.house import House
from wasl_signaling.messages import RecordingState
from wasl_signaling.recording import OVER, Answer, Recording, UnknownRecording
from wasl_web.errors import Problem

FREE = {
    True: _("You are free to say no. The call goes on in the same way, and you get the same help."),
    False: _("You are free to say no. The call then goes on without a recording."),
}
"""For the citizen, and for everybody else."""
END = {
    True: _("You can stop the recording at any time. What was recorded is then deleted."),
    False: _("You can stop the recording at any time. What was recorded until then is kept."),
}


def question(role: m.Role, days: int, language: m.Language) -> list[str]:
    """What somebody is shown who is asked whether she may be recorded: the question, and what she should know."""
    say, is_citizen = words(language), role is m.Role.CITIZEN
    kept = say.ngettext(
        "Sound, picture and writing are kept under lock for %(n)s day, so that what was said can be looked up.",
        "Sound, picture and writing are kept under lock for %(n)s days, so that what was said can be looked up.",
        days,
    )
    return [
        say.gettext(_("May we record this call?")),
        kept,
        say.gettext(FREE[is_citizen]),
        say.gettext(END[is_citizen]),
    ]


def asking_words(days: int, language: m.Language) -> str:
    """What an agent agrees to by asking."""
    return words(language).ngettext(
        "Everybody in the call is asked first; by asking, you agree for yourself. A recording is kept for %(n)s day.",
        "Everybody in the call is asked first; by asking, you agree for yourself. A recording is kept for %(n)s days.",
        days,
    )


def may_ask(house: House, call: Call, leg: Leg) -> bool:
    """Whether this person may ask to record: an agent, in a call that has something to see or to hear."""
    return house.recordings.offered and leg.role is m.Role.AGENT and call.modality is not m.Modality.TEXT


def ask(connection: Connection, house: House, agent: str, call_id: int, language: m.Language, now: float) -> Call:
    """The agent asks everybody else in the call; after a failure only those who have not agreed yet.

    Raises UnknownCall, IllegalRecordingMove, Problem (recording_off, recording_refused: somebody said no in this call,
    and has not changed her mind).
    """
    call, leg = _own_call(connection, agent, call_id)
    if not may_ask(house, call, leg):
        raise Problem("recording_off")
    before = recordings.latest(connection, call.id)
    if before is not None and any(before.answer_of(other.party) is False for other in call.legs):
        raise Problem("recording_refused")
    made = recordings.ask(connection, call.id, agent, house.recordings.days, now)
    agreed = Answer(0, agent, True, now, language, asking_words(made.keep_days, language))
    if before is not None and before.state is RecordingState.FAILED:
        _take_over(connection, before, made, agent)
    _agree(connection, house, call, made, agreed)
    return call


def answer(
    connection: Connection, house: House, party: str, request: m.AnswerRecording, language: m.Language, now: float
) -> Call:
    """Somebody agrees or does not, for the first time or changing her mind. To say the same twice does nothing, unless
    the citizen has something deleted that was kept of an earlier recording.

    Raises UnknownCall, UnknownRecording, IllegalRecordingMove, Problem (recording_off).
    """
    asked = recordings.get(connection, request.recording)
    call, leg = _own_call(connection, party, asked.call)
    last = recordings.latest(connection, call.id)
    if last is None or last.id != asked.id:
        raise UnknownRecording(asked.id)
    deletes = not request.agreed and leg.role is m.Role.CITIZEN and recordings.kept(connection, call.id)
    if asked.answer_of(party) is not request.agreed or deletes:
        shown = "\n".join(question(leg.role, asked.keep_days, language))
        given = Answer(0, party, request.agreed, now, language, shown)
        (_agree if request.agreed else _disagree)(connection, house, call, asked, given)
    return call


def _agree(connection: Connection, house: House, call: Call, asked: Recording, given: Answer) -> None:
    if asked.state in OVER:
        asked = _ask_again(connection, house, call, asked, given)
    recordings.answer(connection, asked.id, given)
    if asked.state is RecordingState.ASKED:
        agreed = recordings.get(connection, asked.id)
        parties = [leg.party for leg in call.legs]
        if not agreed.lacking(parties):
            recordings.go_on(connection, house.vault, agreed, parties, given.party, given.at)


def _ask_again(connection: Connection, house: House, call: Call, before: Recording, given: Answer) -> Recording:
    """She who had said no changes her mind."""
    if before.answer_of(given.party) is None:
        raise UnknownRecording(before.id)
    if not house.recordings.offered:
        raise Problem("recording_off")
    made = recordings.ask(connection, call.id, before.asked_by, before.keep_days, given.at)
    _take_over(connection, before, made, given.party)
    return made


def _take_over(connection: Connection, before: Recording, made: Recording, but: str) -> None:
    """What the others had answered still counts."""
    for other in before.answers.values():
        if other.party != but:
            recordings.answer(connection, made.id, replace(other, id=0))


def _disagree(connection: Connection, house: House, call: Call, asked: Recording, given: Answer) -> None:
    recordings.answer(connection, asked.id, given)
    if asked.state is RecordingState.ASKED:
        recordings.move(connection, asked.id, RecordingState.REFUSED, given.party, given.at)
    elif call.leg(given.party).role is m.Role.CITIZEN:
        recordings.withdraw(connection, call.id, given.party, given.at)
    else:
        recordings.move(connection, asked.id, RecordingState.ENDED, given.party, given.at)


def pause(connection: Connection, agent: str, call_id: int, now: float) -> Call:
    """Off the record. Raises UnknownCall, UnknownRecording, IllegalRecordingMove."""
    call, recording = _own_recording(connection, agent, call_id)
    recordings.move(connection, recording.id, RecordingState.PAUSED, agent, now)
    return call


def resume(connection: Connection, house: House, agent: str, call_id: int, now: float) -> Call:
    """On the record again. Raises UnknownCall, UnknownRecording, ConsentMissing, IllegalRecordingMove."""
    call, recording = _own_recording(connection, agent, call_id)
    recordings.go_on(connection, house.vault, recording, [leg.party for leg in call.legs], agent, now)
    return call


def stop(connection: Connection, agent: str, call_id: int, now: float) -> Call:
    """Ended: what was recorded is kept. Raises UnknownCall, UnknownRecording, IllegalRecordingMove."""
    call, recording = _own_recording(connection, agent, call_id)
    recordings.move(connection, recording.id, RecordingState.ENDED, agent, now)
    return call


def _own_call(connection: Connection, party: str, call_id: int) -> tuple[Call, Leg]:
    call = calls.get_call(connection, call_id)
    leg = call.leg(party)
    if call.state is m.CallState.ENDED:
        raise UnknownCall(call_id)
    return call, leg


def _own_recording(connection: Connection, agent: str, call_id: int) -> tuple[Call, Recording]:
    call, leg = _own_call(connection, agent, call_id)
    last = recordings.latest(connection, call_id)
    if last is None or leg.role is not m.Role.AGENT:
        raise UnknownRecording(last.id if last else 0)
    return call, last
