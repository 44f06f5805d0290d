"""The file of a recording, and how it is made while a call lasts."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import RecordingFailed
from wasl_media.muxing import Source, mux
from wasl_media.partner import MediaPartner
from wasl_media.process import WorkerProcess
from wasl_media.recorder import WRITE_INTERVAL, Consent
from wasl_media.recording import Entry, EntryKind, RecordingWriter, Text, pack_entry, read_recording

Meeting = Any
Until = Any
KEY = bytes(range(32))
ENTRIES = st.lists(
    st.builds(Entry, st.sampled_from(EntryKind), st.integers(0, 255), st.floats(-10, 1e6), st.binary(max_size=200)),
    max_size=20,
)


def consent(*peers: str) -> list[Consent]:
    return [Consent(peer=peer, speaker=peer, given_at=1.0, reference=f"consent of {peer}") for peer in peers]


def write(path: Path, chunks: list[list[Entry]]) -> None:
    path.unlink(missing_ok=True)
    writer = RecordingWriter(path, KEY)
    for chunk in chunks:
        writer.write(b"".join(map(pack_entry, chunk)))
    writer.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(chunks=st.lists(ENTRIES, max_size=5), data=st.data())
def test_what_was_written_is_read_up_to_any_cut(tmp_path: Path, chunks: list[list[Entry]], data: st.DataObject) -> None:
    path = tmp_path / "call"
    write(path, chunks)
    everything = [entry for chunk in chunks for entry in chunk]
    assert list(read_recording(path, KEY)) == everything
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(8, len(whole)))])
    left = list(read_recording(path, KEY))
    assert left == everything[: len(left)]
    assert len(left) in {len([entry for chunk in chunks[:n] for entry in chunk]) for n in range(len(chunks) + 1)}


@pytest.mark.parametrize("spoil", ["key", "byte", "order", "magic"])
def test_what_was_changed_is_refused(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "call"
    write(path, [[Entry(EntryKind.PAUSE, 0, 1.0)], [Entry(EntryKind.RESUME, 0, 2.0)]])
    data, key = path.read_bytes(), KEY
    chunk = (len(data) - 8) // 2
    if spoil == "key":
        key = bytes(32)
    elif spoil == "byte":
        data = data[:20] + bytes([data[20] ^ 1]) + data[21:]
    elif spoil == "order":
        data = data[:8] + data[8 + chunk :] + data[8 : 8 + chunk]
    else:
        data = b"RIFF" + data[4:]
    path.write_bytes(data)
    with pytest.raises(MediaError, match="the recording is refused") as refused:
        list(read_recording(path, key))
    assert refused.value.code is MediaErrorCode.BAD_RECORDING


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    write(tmp_path / "call", [[Entry(EntryKind.TEXT, 0, 1.0, b"her civil number")]])
    assert b"civil" not in (tmp_path / "call").read_bytes()


@pytest.mark.parametrize("consents", [[], consent("citizen"), consent("agent", "somebody else")])
async def test_without_the_consent_of_everybody_no_byte_is_written(
    meeting: Meeting, tmp_path: Path, consents: list[Consent]
) -> None:
    for name in ("citizen", "agent"):
        await meeting.join(name, send=False)
    with pytest.raises(MediaError, match="no consent of") as refused:
        await meeting.relay.start_recording("r", tmp_path / "call", KEY, ["citizen", "agent"], consents)
    assert refused.value.code is MediaErrorCode.CONSENT_MISSING
    assert os.listdir(tmp_path) == []
    with pytest.raises(MediaError, match="there is no recording r"):
        await meeting.relay.pause_recording("r")


async def test_a_recording_is_refused_where_it_cannot_be_made(meeting: Meeting, tmp_path: Path) -> None:
    await meeting.join("citizen", send=False)
    there = tmp_path / "call"
    await meeting.relay.start_recording("r", there, KEY, ["citizen"], consent("citizen"))
    cases = [
        ("r", tmp_path / "other", KEY, ["citizen"], MediaErrorCode.RECORDING_EXISTS),
        ("s", there, KEY, ["citizen"], MediaErrorCode.BAD_RECORDING),
        ("s", tmp_path / "nowhere" / "call", KEY, ["citizen"], MediaErrorCode.BAD_RECORDING),
        ("s", tmp_path / "other", b"short", ["citizen"], MediaErrorCode.BAD_RECORDING),
        ("s", tmp_path / "other", KEY, ["nobody"], MediaErrorCode.UNKNOWN_PEER),
        ("s", tmp_path / "other", KEY, [], MediaErrorCode.CONSENT_MISSING),
    ]
    for name, path, key, peers, code in cases:
        with pytest.raises(MediaError) as refused:
            await meeting.relay.start_recording(name, path, key, peers, consent("citizen", "nobody"))
        assert refused.value.code is code
    await meeting.relay.stop_recording("r")
    await meeting.relay.stop_recording("r")
    assert list(read_recording(there, KEY))[-1].kind is EntryKind.END


async def test_off_the_record_nothing_is_kept(meeting: Meeting, tmp_path: Path, until: Until) -> None:
    await meeting.join("citizen")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "citizen")
    path = tmp_path / "call"
    await meeting.relay.start_recording("r", path, KEY, ["citizen"], consent("citizen"))
    spoken = Text(speaker="citizen", words="said aloud", automatic=True)

    async def kept() -> bool:
        return sum(entry.kind is EntryKind.PACKET for entry in read_recording(path, KEY)) > 100

    await until(kept)
    await meeting.relay.pause_recording("r")
    await meeting.relay.pause_recording("r")
    await meeting.relay.write_text("r", spoken.model_copy(update={"words": "in confidence"}))
    frames = (await viewer.measure()).slots[0].frames

    async def went_on() -> bool:
        return (await viewer.measure()).slots[0].frames > frames + 30

    await until(went_on)
    await meeting.relay.resume_recording("r")
    await meeting.relay.write_text("r", spoken)

    async def kept_again() -> bool:
        entries = list(read_recording(path, KEY))
        resumed = next((n for n, entry in enumerate(entries) if entry.kind is EntryKind.RESUME), len(entries))
        return sum(entry.kind is EntryKind.PACKET for entry in entries[resumed:]) > 100

    await until(kept_again)
    await meeting.relay.stop_recording("r")
    kinds = [(entry.kind, entry.at) for entry in read_recording(path, KEY)]
    paused = [number for number, (kind, _) in enumerate(kinds) if kind is EntryKind.PAUSE]
    assert len(paused) == 1
    assert kinds[paused[0] + 1][0] is EntryKind.RESUME
    assert kinds[paused[0] + 1][1] - kinds[paused[0]][1] > 0.5
    texts = [entry.body for entry in read_recording(path, KEY) if entry.kind is EntryKind.TEXT]
    assert [Text.model_validate_json(text) for text in texts] == [spoken]
    assert mux([Source(path, KEY)], tmp_path / "call.webm").complete


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own that takes 120 kB: seconds of a call."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_ends_the_recording_and_not_the_call(meeting: Meeting, full_disk: Path, until: Until) -> None:
    await meeting.join("citizen")
    viewer = await meeting.join("viewer", send=False)
    await meeting.relay.show("viewer", 0, "citizen")
    path, ballast = full_disk / "call", full_disk / "ballast"
    ballast.write_bytes(bytes(20_480))  # whoever fills a disk may leave no room at all for the next one
    await meeting.relay.start_recording("r", path, KEY, ["citizen"], consent("citizen"))

    async def failed() -> bool:
        return any(isinstance(event, RecordingFailed) for event in meeting.events)

    await until(failed)
    [told] = [event for event in meeting.events if isinstance(event, RecordingFailed)]
    assert (told.recording, told.cause) == ("r", MediaErrorCode.NO_ROOM)
    written = path.stat().st_size
    entries = list(read_recording(path, KEY))
    assert sum(entry.kind is EntryKind.PACKET for entry in entries) > 50
    assert mux([Source(path, KEY)], full_disk.parent / "call.webm").frames > 5
    with pytest.raises(MediaError, match="there is no recording r"):
        await meeting.relay.resume_recording("r")
    with ballast.open("ab") as file:
        file.write(bytes(os.statvfs(full_disk).f_bavail * os.statvfs(full_disk).f_bsize))
    with pytest.raises(MediaError) as refused:
        await meeting.relay.start_recording("s", full_disk / "again", KEY, ["citizen"], consent("citizen"))
    assert refused.value.code is MediaErrorCode.NO_ROOM
    assert sorted(os.listdir(full_disk)) == ["ballast", "call"]
    frames = (await viewer.measure()).slots[0].frames

    async def went_on() -> bool:
        return (await viewer.measure()).slots[0].frames > frames + 30

    await until(went_on)
    assert path.stat().st_size == written
    ballast.unlink()
    await meeting.relay.start_recording("r", full_disk / "again", KEY, ["citizen"], consent("citizen"))
    await meeting.relay.stop_recording("r")


async def test_a_disk_that_fills_up_as_it_is_stopped_is_told_of(meeting: Meeting, full_disk: Path) -> None:
    await meeting.join("citizen", send=False)
    path = full_disk / "call"
    await meeting.relay.start_recording("r", path, KEY, ["citizen"], consent("citizen"))
    space = os.statvfs(full_disk)
    (full_disk / "ballast").write_bytes(bytes(space.f_bavail * space.f_bsize))
    for _ in range(100):
        await meeting.relay.write_text("r", Text(speaker="citizen", words="x" * 400, automatic=False))
    await meeting.relay.stop_recording("r")
    assert RecordingFailed(recording="r", cause=MediaErrorCode.NO_ROOM) in meeting.events
    assert list(read_recording(path, KEY)) == []


@pytest.mark.fault
async def test_a_killed_worker_leaves_what_it_recorded(worker: WorkerProcess, tmp_path: Path, until: Until) -> None:
    partners = {name: MediaPartner() for name in ("citizen", "agent")}
    for name, partner in partners.items():
        await worker.relay.answer(name, await partner.answer(await worker.relay.open_peer(name)))
    await worker.relay.show("citizen", 0, "agent")
    path = tmp_path / "call"
    await worker.relay.start_recording("r", path, KEY, list(partners), consent(*partners))
    await worker.relay.write_text("r", Text(speaker="agent", words="Welcome", automatic=False))

    async def recorded() -> bool:
        return path.exists() and max((entry.at for entry in read_recording(path, KEY)), default=0.0) > 3

    await until(recorded)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    muxed = mux([Source(path, KEY)], tmp_path / "call.webm")
    assert not muxed.complete
    assert muxed.seconds > 3 - 2 * WRITE_INTERVAL
    assert muxed.frames > 30
    assert "<v agent>Welcome" in (tmp_path / "call.vtt").read_text()
    for partner in partners.values():
        await partner.close()
