"""`wasl call`: how calls looked and sounded, from the command line of the desk's machine.

It only reads, beside a running desk or without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import typer
from sqlalchemy import Connection

from wasl_locales.catalogue import gettext_noop as _
from wasl_signaling import call as calls
from wasl_signaling import tally
from wasl_signaling.call import Call, Leg, UnknownCall
from wasl_signaling.messages import CallState, Role
from wasl_signaling.queueing import Data, Language, Spoken, read, refuse, table
from wasl_signaling.sentences import Sentences
from wasl_signaling.tally import Tally

call_app = typer.Typer(no_args_is_help=True, help="The calls of this desk: how they looked and sounded.")
ROLE: Mapping[Role, str] = MappingProxyType(
    {
        Role.CITIZEN: _("The citizen of ticket %(party)s"),
        Role.AGENT: _("The employee %(party)s"),
        Role.INTERPRETER: _("The interpreter %(party)s"),
        Role.HELPER: _("The helper %(party)s"),
        Role.SUPERVISOR: _("The supervisor %(party)s"),
    }
)


Holds = list[tuple[float, float | None]]
"""When a call was put on hold and when it went on, in epoch seconds; none: it has not yet."""


@dataclass(frozen=True)
class Kept:
    """A call and what is kept of each of its legs."""

    call: Call
    tallies: dict[int, Tally]


@call_app.command("list")
def show_list(
    count: Annotated[int, typer.Option(min=1, max=1_000, help="How many calls.")] = 20,
    language: Spoken = Language.EN,
    data: Data = None,
) -> None:
    """The newest calls, and for how long people in them were told of a trouble."""
    say = Sentences(language)
    found = read(say, data, _newest, count)
    if not found:
        print(say.gettext("There was no call yet."))
        return
    headings = [_("Call"), _("Ticket number"), _("Began"), _("Lasted"), _("In trouble")]
    table(headings, [_row(say, kept) for kept in found], say)


@call_app.command()
def show(call: int, language: Spoken = Language.EN, data: Data = None) -> None:
    """What was measured of a call: each person's picture, sound and line."""
    say = Sentences(language)
    try:
        kept, holds = read(say, data, _with_holds, call)
    except UnknownCall:
        refuse(say.gettext("There is no call %(call)s.", call=call))
    for sentence in _sentences(say, kept, holds):
        print(sentence)


def _newest(connection: Connection, count: int) -> list[Kept]:
    return [_kept(connection, call) for call in tally.last_calls(connection, count)]


def _kept(connection: Connection, call: int) -> Kept:
    return Kept(calls.with_all_legs(connection, call), tally.of_call(connection, call))


def _with_holds(connection: Connection, call: int) -> tuple[Kept, Holds]:
    return _kept(connection, call), calls.holds(connection, call)


def _row(say: Sentences, kept: Kept) -> list[str]:
    call = kept.call
    began = "" if call.started_at is None else say.time(call.started_at)
    lasted = "" if call.started_at is None or call.ended_at is None else say.duration(call.ended_at - call.started_at)
    troubled = max((found.troubled_seconds for found in kept.tallies.values()), default=0.0)
    return [str(call.id), str(call.ticket), began, lasted, say.duration(troubled) if troubled else ""]


def _sentences(say: Sentences, kept: Kept, holds: Holds) -> Iterator[str]:
    call = kept.call
    yield say.gettext(
        "Call %(call)s with the citizen of ticket %(ticket)s (%(modality)s):",
        call=call.id,
        ticket=call.ticket,
        modality=call.modality,
    )
    if call.started_at is not None:
        yield say.gettext("It began at %(time)s.", time=say.time(call.started_at))
    for since, until in holds:
        if until is None:
            yield say.gettext("It has been on hold since %(time)s.", time=say.time(since))
        else:
            yield say.gettext(
                "It was on hold from %(time)s, for %(duration)s.",
                time=say.time(since),
                duration=say.duration(until - since),
            )
    if call.state is CallState.ENDED and call.ended_at is not None:
        yield say.gettext("It ended at %(time)s.", time=say.time(call.ended_at))
    for leg in call.legs:
        yield from _leg(say, leg, kept.tallies.get(leg.id))


def _leg(say: Sentences, leg: Leg, found: Tally | None) -> Iterator[str]:
    who = say.gettext(ROLE[leg.role], party=leg.party)
    if found is None or not found.seconds:
        yield say.gettext("%(who)s: nothing was measured.", who=who)
        return
    yield say.gettext("%(who)s, measured for %(duration)s:", who=who, duration=say.duration(found.seconds))
    for sentence in _measured(say, found):
        yield f"  {sentence}"


def _measured(say: Sentences, found: Tally) -> Iterator[str]:
    if found.picture_seconds:
        yield say.gettext(
            "Picture: %(mean)s a second on average, %(least)s in the worst second, frozen for %(frozen)s s in all.",
            mean=f"{found.frames / found.picture_seconds:.1f}",
            least=f"{found.frame_rate_min or 0:.0f}",
            frozen=f"{found.frozen:.1f}",
        )
    if found.signing_seconds:
        low = found.signing_low / found.signing_seconds
        yield say.gettext("Signing: %(share)s of the time below 20 pictures a second.", share=_percent(low))
    yield say.gettext(
        "Lost on the way here: %(sound)s of the sound, %(picture)s of the picture; on the way back at worst %(back)s.",
        sound=_percent(found.sound_loss / found.seconds),
        picture=_percent(found.picture_loss / max(1, found.picture_seconds)),
        back=_percent(found.view_loss / found.seconds),
    )
    if found.round_trips:
        yield say.gettext(
            "Round trip: %(mean)s ms on average, %(most)s ms at most.",
            mean=round(1_000 * found.round_trip / found.round_trips),
            most=round(1_000 * (found.round_trip_max or 0)),
        )
    yield say.gettext(
        "Spoke for %(speaking)s; was told of a trouble for %(troubled)s.",
        speaking=say.duration(found.speaking_seconds),
        troubled=say.duration(found.troubled_seconds),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
