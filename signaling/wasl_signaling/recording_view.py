"""The recording of a call as one of its people sees it."""

from __future__ import annotations

from sqlalchemy import Connection

from wasl_signaling import consenting, visits
from wasl_signaling import messages as m
from wasl_signaling import recording as recordings
from wasl_signaling.call import Call, Leg
from wasl_signaling.house import House
from wasl_signaling.recording import OVER, Recording


def recording_view(
    connection: Connection, call: Call, me: Leg, language: m.Language, runs: bool
) -> m.RecordingView | None:
    """The call's last recording, if it has any. `runs`: something is being kept at this moment."""
    last = recordings.latest(connection, call.id)
    if last is None:
        return None
    answer = last.answer_of(me.party)
    return m.RecordingView(
        id=last.id,
        state=last.state,
        since=int(last.since * 1000),
        runs=runs and last.state is m.RecordingState.ON,
        waits_for=_waits_for(connection, call, last, language),
        your_answer=answer,
        question=[] if answer else consenting.question(me.role, last.keep_days, language),
        kept=recordings.kept(connection, call.id),
        failure=last.failure,
    )


def may_record(house: House, call: Call, me: Leg, language: m.Language) -> str | None:
    """What this person agrees to by asking, if she may ask."""
    return consenting.asking_words(house.recordings.days, language) if consenting.may_ask(house, call, me) else None


def _waits_for(connection: Connection, call: Call, last: Recording, language: m.Language) -> list[str]:
    if last.state in OVER:
        return []
    lacking = last.lacking(leg.party for leg in call.legs)
    return [visits.name_of(connection, leg, language) for leg in call.legs if leg.party in lacking]
