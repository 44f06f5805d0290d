"""What is kept of a call's media, in steps, on both databases, and told by `wasl call`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from wasl_media.figures import PeerFigures, PictureFigures, SoundFigures
from wasl_records.database import Database
from wasl_signaling import call as calls
from wasl_signaling import migrate, tally
from wasl_signaling.calling import call_app
from wasl_signaling.messages import CallState, Modality, Trouble
from wasl_signaling.tally import Tally
from wasl_signaling.trouble import Part


def second(rate: float, round_trip: float | None = 0.05) -> Part:
    picture = PictureFigures(
        loss=0.02, jitter=0, frame_rate=rate, width=640, height=480, freezes=1, frozen=0.5, standing=0
    )
    heard = SoundFigures(loss=0.01, jitter=0, level=-20, speaking=True)
    figures = PeerFigures(peer="p", round_trip=round_trip, bitrate=0, sound=heard, picture=picture, views=[])
    return Part(figures, signs=True, voice=True, camera=True)


def tallied(*parts: Part) -> Tally:
    made = Tally()
    for part in parts:
        made.add(part, True, Trouble.JERKY_SIGNS)
    return made


def begin(connection: Connection) -> tuple[int, list[int]]:
    call = calls.open_call(connection, 1, "agent1", Modality.VIDEO, 1_000.0)
    return call, [leg.id for leg in calls.get_call(connection, call).legs]


async def test_steps_add_up_to_one_row_for_each_leg(migrated_url: str) -> None:
    database = Database.open(migrated_url)
    call, (leg, other) = await database.write(begin)
    await database.write(tally.keep, {leg: tallied(second(30, None)), other: tallied(second(30))})
    await database.write(tally.keep, {leg: tallied(second(10), second(20, 0.25))})
    kept = await database.read(tally.of_call, call)
    found = kept[leg]
    assert (found.seconds, found.frames, found.frame_rate_min) == (3, 60, 10)
    assert (found.signing_seconds, found.signing_low) == (3, 1)
    assert (found.freezes, found.frozen, found.troubled_seconds) == (3, 1.5, 3)
    assert (found.round_trips, found.round_trip, found.round_trip_max) == (2, pytest.approx(0.3), 0.25)
    assert kept[other].seconds == 1
    await database.close()


async def two_seconds_of_a_call(url: str) -> int:
    database = Database.open(url)
    call, (leg, _) = await database.write(begin)
    await database.write(tally.keep, {leg: tallied(second(30), second(18))})
    for at, state in ((1_010.0, CallState.HELD), (1_030.0, CallState.LIVE), (1_040.0, CallState.HELD)):
        await database.write(calls.move, call, state, at)
    await database.write(calls.end_call, call, 1_065.0)
    await database.close()
    return call


def test_the_command_tells_of_a_call_also_of_who_left_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wasl.db'}"
    migrate.upgrade(url)
    call = asyncio.run(two_seconds_of_a_call(url))
    run, data = CliRunner().invoke, ["--data", str(tmp_path)]
    said = run(call_app, ["show", str(call), *data]).output
    assert "24.0 a second on average, 18 in the worst second" in said
    assert "50.0 % of the time below 20 pictures a second" in said
    assert "The employee agent1: nothing was measured." in said
    assert [line[-15:] for line in said.splitlines() if "on hold" in line] == ["for 20 seconds.", "for 25 seconds."]
    assert "65 seconds" in run(call_app, ["list", *data]).output
    missing = run(call_app, ["show", "999", *data])
    assert missing.exit_code == 1
