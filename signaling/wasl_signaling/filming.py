"""`wasl recording`: the recordings of a desk, from the command line of its machine. Every look is in the audit log."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection, select

from wasl_records import audit
from wasl_records.contact import Vault
from wasl_signaling import footage, safe
from wasl_signaling import recording as recordings
from wasl_signaling.footage import DAY, NoFootage, Part
from wasl_signaling.messages import RecordingState
from wasl_signaling.recording import OVER, UnknownRecording
from wasl_signaling.schema import recording as table
from wasl_signaling.settings import Settings
from wasl_signaling.staffing import Data, write

recording_app = typer.Typer(no_args_is_help=True, help="The recordings of this desk.")
OPERATOR = "command line"
Number = Annotated[int, typer.Argument(help="The number of the recording.", min=1, max=2**31 - 1)]


class NotNow(Exception):  # noqa: N818 - named after what happened
    """The recording goes on."""


@dataclass(frozen=True)
class Listed:
    """A recording, as the list shows it."""

    id: int
    call: int
    asked_by: str
    state: str
    asked_at: float
    kept_until: float | None
    """None: it goes on, or nothing is kept."""


@dataclass(frozen=True)
class Reel:
    """What it takes to make the film."""

    key: bytes
    parts: list[Part]
    until: float
    """When the recording ended, or now, in epoch seconds."""


@recording_app.command("list")
def list_recordings(data: Data = None) -> None:
    """All recordings, the oldest first, and until when each is kept."""
    for one in write(data, _all):
        kept = "-" if one.kept_until is None else datetime.fromtimestamp(one.kept_until).date().isoformat()
        asked = datetime.fromtimestamp(one.asked_at).isoformat(" ", "minutes")
        print(f"{one.id:>8}  call {one.call:<8} {asked}  {one.asked_by:<16} {one.state:<10} kept until {kept}")


@recording_app.command()
def film(
    recording: Number, file: Annotated[Path, typer.Argument(help="What to make, as in FILE.webm.")], data: Data = None
) -> None:
    """Make a WebM of a recording, and its words beside it (.vtt). Neither is encrypted: keep them accordingly."""
    if file.exists():
        _fail(f"{file} is there already.")
    settings = Settings(data=data) if data else Settings()
    try:
        reel = write(data, _open, safe.contact_vault(settings.data), recording, time.time())
    except (UnknownRecording, NoFootage):
        _fail(f"there is nothing of a recording {recording}, or not any more.")
    folder = settings.data / "recordings"
    there = [part for part in reel.parts if (folder / part.name).exists()]
    if not there:
        _fail(f"the files of recording {recording} are not in {folder}.")
    _make(folder, reel, there, file)


@recording_app.command()
def delete(recording: Number, data: Data = None) -> None:
    """Delete a recording at once: its key, and its files."""
    settings = Settings(data=data) if data else Settings()
    try:
        parts = write(data, _shred, recording, time.time())
    except UnknownRecording:
        _fail(f"there is no recording {recording}.")
    except NotNow:
        _fail(f"recording {recording} goes on. It can be deleted when it has ended.")
    for part in parts:
        (settings.data / "recordings" / part.name).unlink(missing_ok=True)
    print(f"Recording {recording} is deleted.")


def _all(connection: Connection) -> list[Listed]:
    rows = connection.execute(select(table).order_by(table.c.id))
    return [
        Listed(
            id=row.id,
            call=row.call,
            asked_by=row.asked_by,
            state=row.state,
            asked_at=row.asked_at,
            kept_until=row.ended_at + row.keep_days * DAY if row.sealed_key and row.ended_at else None,
        )
        for row in rows
    ]


def _open(connection: Connection, vault: Vault, recording: int, now: float) -> Reel:
    """Raises UnknownRecording, NoFootage."""
    found = recordings.get(connection, recording)
    key = footage.key_of(connection, vault, recording)
    audit.append(
        connection, actor=OPERATOR, action="recording.seen", subject=footage.subject(recording), data={}, now=now
    )
    until = found.since if found.state is RecordingState.ENDED else now
    return Reel(key, footage.parts_of(connection, recording), until)


def _shred(connection: Connection, recording: int, now: float) -> list[Part]:
    """Raises UnknownRecording, NotNow."""
    if recordings.get(connection, recording).state not in OVER:
        raise NotNow
    footage.shred(connection, recording, OPERATOR, now)
    return footage.parts_of(connection, recording)


def _make(folder: Path, reel: Reel, parts: Sequence[Part], file: Path) -> None:
    """Runs the muxer in a process of its own, and shows how far it is."""
    began_at = parts[0].started_at
    keys = [f"{footage.part_key(reel.key, part.name).hex()} {part.started_at - began_at}" for part in parts]
    files = [str(folder / part.name) for part in parts]
    command = [sys.executable, "-m", "wasl_media.muxing", *files, str(file)]
    with (
        Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()) as progress,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as muxer,
    ):
        assert muxer.stdin is not None
        assert muxer.stdout is not None
        task = progress.add_task(str(file), total=max(1.0, reel.until - began_at))
        muxer.stdin.write("\n".join(keys))
        muxer.stdin.close()
        told = {}
        for line in muxer.stdout:
            told = json.loads(line)
            progress.update(task, completed=told["seconds"])
    if muxer.returncode:
        file.unlink(missing_ok=True)
        _fail("no film could be made of it.")
    print(f"{file}: {told['seconds']:.1f} s, {told['frames']} pictures; {told['lost_frames']} could not be used.")
    if not told["complete"]:
        print("The recording broke off or goes on: the film ends there.")


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence[0].upper() + sentence[1:], err=True)
    raise typer.Exit(1)
