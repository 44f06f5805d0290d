"""What becomes of a recording: a file that any player plays, with lips in time."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from array import array
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtp import RtpPacket
from av import AudioFrame, VideoFrame

from wasl_media.description import OPUS, VP8
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.muxing import Source, mux
from wasl_media.publication import Publication
from wasl_media.recorder import Consent, Recorder
from wasl_media.recording import Entry, EntryKind, RecordingWriter, Text, Track, pack_entry
from wasl_media.simulcast import Simulcast

Meeting = Any
Until = Any
KEY = bytes(range(32))
SECONDS, RATE, SIZE = 4, 30, (320, 240)
ANSWERS_AFTER = 18
"""Pictures that a camera far away sends before the keyframe that it was asked for."""
WAY = 0.05
"""Seconds from a speaker to the relay, at least."""


def clapping() -> Iterator[tuple[float, str, bytes, int, bool]]:
    """A white picture and a loud sound at each full second, for 0.2 s.

    Gives (captured at, kind, payload, timestamp, whether it is the last of its picture).
    """
    pictures, sounds = Vp8Encoder(), OpusEncoder()
    for number in range(SECONDS * RATE):
        frame = VideoFrame(*SIZE, "yuv420p")
        bright = number % RATE < RATE // 5
        frame.planes[0].update(bytes([235 if bright else 16]) * frame.planes[0].buffer_size)
        for plane in frame.planes[1:]:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts, frame.time_base = number * 3_000, Fraction(1, 90_000)
        payloads, timestamp = pictures.encode(frame)
        for part, payload in enumerate(payloads):
            yield number / RATE, "video", payload, timestamp, part == len(payloads) - 1
    for number in range(SECONDS * 50):
        sound = AudioFrame("s16", "stereo", 960)
        loud = 12_000 if number % 50 < 10 else 0
        sound.planes[0].update(array("h", [loud if n // 96 % 2 else -loud for n in range(1_920)]).tobytes())
        sound.sample_rate, sound.pts, sound.time_base = 48_000, number * 960, Fraction(1, 48_000)
        payloads, timestamp = sounds.encode(sound)
        yield from ((number / 50, "audio", payload, timestamp, True) for payload in payloads)


class Speaker:
    """Somebody whose packets take their time, some of them longer, some of them for ever."""

    def __init__(self, name: str, clock: float, ssrc: int = 7) -> None:
        self.id = name
        self.clock = clock
        """Seconds that the speaker's own clock is ahead."""
        self.ssrc = ssrc
        """Of the sound; that of the picture is one more."""
        self.publications = {kind: Publication(kind, 1, lambda _: None) for kind in ("audio", "video")}  # type: ignore[arg-type]
        self.layers = Simulcast(self.publications["video"], Publication("video", 1, lambda _: None))
        self.lost = 0

    def speak(self, began_at: float, chance: random.Random, loss: float) -> None:
        """All of it at once, as if it came when it would have come."""
        arrivals: list[tuple[float, str, bytes | tuple[int, int]]] = []
        sequences = {"audio": 65_500, "video": 65_400}
        for at, kind, payload, timestamp, last in clapping():
            number = sequences[kind] = sequences[kind] + 1
            ssrc, payload_type = (self.ssrc, OPUS) if kind == "audio" else (self.ssrc + 1, VP8)
            packet = RtpPacket(
                payload_type, int(last), number & 0xFFFF, (timestamp - 9_000) & 0xFFFFFFFF, ssrc, payload
            )
            if chance.random() >= loss:
                arrivals.append((at + WAY + chance.random() * 0.03, kind, packet.serialize()))
            else:
                self.lost += kind == "video"
        for second in range(SECONDS):
            for kind, rate in (("audio", 48_000), ("video", 90_000)):
                at = second + chance.random() * 0.4
                ntp = int((at + self.clock) * (1 << 32))
                timestamp = (int(at * rate) - 9_000) & 0xFFFFFFFF
                arrivals.append((at + WAY + chance.random() * 0.01, kind, (ntp, timestamp)))
        for at, kind, what in sorted(arrivals, key=lambda arrival: arrival[0]):
            publication = self.publications[kind]
            if isinstance(what, bytes):
                if publication.ssrc is None:
                    publication.adopt(int.from_bytes(what[8:12], "big"), None)
                publication.receive(what, began_at + at)
            else:
                publication.receive_clock(*what, began_at + at)


async def record(path: Path, speakers: list[Speaker], loss: float = 0.0) -> None:
    consents = [Consent(peer=speaker.id, speaker=speaker.id, given_at=1.0, reference="r") for speaker in speakers]
    failures: list[MediaErrorCode] = []
    recorder = Recorder(path, KEY, speakers, consents, failures.append)
    chance = random.Random(3)
    for speaker in speakers:
        speaker.speak(recorder._began_at, chance, loss)
    await recorder.stop()
    assert failures == []


def decode(path: Path) -> dict[int, list[tuple[float, float]]]:
    """By track: (seconds, brightness or loudness) of every frame; what cannot be decoded raises."""
    found: dict[int, list[tuple[float, float]]] = {}
    with av.open(str(path)) as container:
        for frame in container.decode():
            assert frame.time is not None
            data = frame.to_ndarray() if isinstance(frame, AudioFrame) else frame.to_ndarray(format="gray")
            number = int(isinstance(frame, VideoFrame))
            found.setdefault(number, []).append((frame.time, float(abs(data.astype(float)).mean())))
    return found


def claps(track: list[tuple[float, float]]) -> list[float]:
    """When it became bright or loud, but for the beginning."""
    middle = (max(value for _, value in track) + min(value for _, value in track)) / 2
    return [after[0] for before, after in pairwise(track) if before[1] < middle <= after[1]]


async def test_sound_and_picture_are_within_20_ms(tmp_path: Path) -> None:
    """Although the speaker's clock is an hour ahead and no packet takes the same time."""
    await record(tmp_path / "call", [Speaker("citizen", clock=3_600.0)])
    muxed = await asyncio.to_thread(mux, [Source(tmp_path / "call", KEY)], tmp_path / "call.webm")
    assert (muxed.frames, muxed.sounds, muxed.lost_frames) == (SECONDS * RATE, SECONDS * 50, 0)
    tracks = decode(tmp_path / "call.webm")
    seen, heard = claps(tracks[1]), claps(tracks[0])
    assert len(seen) == len(heard) == SECONDS - 1
    for one, other, second in zip(seen, heard, range(1, SECONDS), strict=True):
        assert abs(one - other) <= 0.02
        assert abs(one - WAY - second) <= 0.02


async def test_a_lossy_recording_decodes_in_full(tmp_path: Path) -> None:
    """Pictures that lack a packet, and those that need them, are left out up to the next keyframe."""
    speaker = Speaker("citizen", clock=0.0)
    await record(tmp_path / "call", [speaker], loss=0.02)
    muxed = await asyncio.to_thread(mux, [Source(tmp_path / "call", KEY)], tmp_path / "call.webm")
    assert speaker.lost > 0
    assert 0 < muxed.lost_frames <= SECONDS * RATE - muxed.frames
    tracks = decode(tmp_path / "call.webm")
    assert len(tracks[1]) == muxed.frames
    assert len(tracks[0]) == muxed.sounds > SECONDS * 40


class Layer:
    """One size of a camera's picture, numbered and timed in its own way. It answers late who asks for a keyframe."""

    def __init__(self, size: tuple[int, int], ssrc: int, origin: int) -> None:
        self.size, self.ssrc, self.origin = size, ssrc, origin
        self.publication = Publication("video", 1, self._ask)
        self.publication.adopt(ssrc, None)
        self._due: list[int] = []
        """Pictures until the keyframes that were asked for."""
        self._encoder = Vp8Encoder()
        self._sequence = 0

    def _ask(self, _: bytes) -> None:
        self._due.append(ANSWERS_AFTER)

    def send(self, at: float, now: float) -> None:
        """The picture of this moment."""
        key, self._due = 0 in self._due, [number - 1 for number in self._due if number]
        frame = VideoFrame(*self.size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([int(60 * at) % 200]) * plane.buffer_size)
        frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
        payloads, timestamp = self._encoder.encode(frame, force_keyframe=key)
        for part, payload in enumerate(payloads):
            self._sequence += 1
            marker, stamp = int(part == len(payloads) - 1), self.origin + timestamp & 0xFFFFFFFF
            self.publication.receive(RtpPacket(VP8, marker, self._sequence, stamp, self.ssrc, payload).serialize(), now)
        if round(at * RATE) % RATE == 0:
            self.publication.receive_clock(int(at * (1 << 32)), self.origin + timestamp & 0xFFFFFFFF, now)


async def test_whose_line_takes_only_the_small_picture_is_recorded_with_it(tmp_path: Path) -> None:
    speaker, full, low = Speaker("citizen", 0.0), Layer((320, 240), 50, 9_000), Layer((160, 120), 60, 4_000_000_000)
    speaker.layers = Simulcast(full.publication, low.publication)
    speaker.publications["video"] = full.publication
    consents = [Consent(peer="citizen", speaker="citizen", given_at=1.0, reference="r")]
    recorder = Recorder(tmp_path / "call", KEY, [speaker], consents, lambda _: None)
    for number in range(9 * RATE):
        at = number / RATE
        now = recorder._began_at + at
        if not 3 <= at < 6:
            full.send(at, now)
        low.send(at, now)
        for layer in (full, low):
            layer.publication.tick(now)
        if number % (RATE // 2) == 0:
            recorder.settle(now)
    await recorder.stop()
    await asyncio.to_thread(mux, [Source(tmp_path / "call", KEY)], tmp_path / "call.webm")
    with av.open(str(tmp_path / "call.webm")) as container:
        frames = [(frame.time, frame.width) for frame in container.decode(video=0) if isinstance(frame, VideoFrame)]
    assert [width for width, _ in groupby(width for _, width in frames)] == [320, 160, 320]
    times = [time for time, _ in frames if time is not None]
    gaps = [after - before for before, after in pairwise(times)]
    assert sum(gap > 0.1 for gap in gaps) == 1  # where the full one ended: nobody knew it before
    assert max(gaps) < 2
    assert times[-1] == pytest.approx(9, abs=0.1)


async def test_a_call_of_two_is_recorded_and_decodes_in_full(meeting: Meeting, tmp_path: Path, until: Until) -> None:
    for name in ("citizen", "agent"):
        await meeting.join(name)
    consents = [Consent(peer=name, speaker=name, given_at=1.0, reference="r") for name in ("citizen", "agent")]
    await meeting.relay.start_recording("r", tmp_path / "call", KEY, ["citizen", "agent"], consents)
    await meeting.relay.write_text("r", Text(speaker="agent", words="Good <morning> & welcome", automatic=True))
    await meeting.relay.write_text("r", Text(speaker="citizen", words="صباح النور", automatic=False))
    before = {peer.peer: peer.packets_in for peer in (await meeting.relay.stats()).peers}

    async def recorded() -> bool:
        return all(peer.packets_in > before[peer.peer] + 300 for peer in (await meeting.relay.stats()).peers)

    await until(recorded)
    await meeting.relay.stop_recording("r")
    command = [sys.executable, "-m", "wasl_media.muxing", str(tmp_path / "call"), str(tmp_path / "call.webm")]
    run = await asyncio.to_thread(
        subprocess.run, command, input=f"{KEY.hex()} 0", capture_output=True, text=True, check=True
    )
    muxed = json.loads(run.stdout.splitlines()[-1])
    assert muxed["complete"]
    with av.open(str(tmp_path / "call.webm")) as container:
        kinds = ["audio", "video", "audio", "video", "subtitle", "subtitle"]
        assert [stream.type for stream in container.streams] == kinds
        titles = [stream.metadata.get("title") for stream in container.streams]
        assert titles == ["citizen", "citizen", "agent", "agent", "text", "captions"]
        words = [bytes(packet).decode() for packet in container.demux(*container.streams.subtitles) if packet.size]
    assert set(words) == {"<v agent>(≈) Good &lt;morning&gt; &amp; welcome", "<v citizen>صباح النور"}
    with av.open(str(tmp_path / "call.webm")) as container:
        frames = [frame for frame in container.decode() if isinstance(frame, VideoFrame)]
    assert len(frames) == muxed["frames"] > 60
    assert {(frame.width, frame.height) for frame in frames} == {(640, 480)}
    subtitles = (tmp_path / "call.vtt").read_text()
    assert subtitles.startswith("WEBVTT\n")
    assert "<v agent>(≈) Good &lt;morning&gt; &amp; welcome" in subtitles


async def test_several_recordings_of_one_call_are_one_film(tmp_path: Path) -> None:
    """As after a reload: the same person with another connection and another clock."""
    again = SECONDS + 6
    await record(tmp_path / "one", [Speaker("citizen-1", clock=0.0)])
    await record(tmp_path / "two", [Speaker("citizen-2", clock=70.0, ssrc=17)])
    sources = [Source(tmp_path / "one", KEY), Source(tmp_path / "two", KEY, again)]
    muxed = await asyncio.to_thread(mux, sources, tmp_path / "call.webm")
    assert (muxed.frames, muxed.sounds, muxed.lost_frames) == (2 * SECONDS * RATE, 2 * SECONDS * 50, 0)
    tracks = decode(tmp_path / "call.webm")
    expected = [*range(1, SECONDS), *range(again, again + SECONDS)]
    for number in (0, 1):
        assert [round(at - WAY, 1) for at in claps(tracks[number])] == pytest.approx(expected, abs=0.1)


def test_what_follows_a_long_pause_is_in_the_film(tmp_path: Path) -> None:
    """Packets are numbered with 16 bits, and more than half of that may pass off the record."""
    writer = RecordingWriter(tmp_path / "call", KEY)
    writer.write(
        pack_entry(Entry(EntryKind.TRACK, 0, 0.0, Track(peer="citizen", kind="audio").model_dump_json().encode()))
    )
    frames = [payload for _, kind, payload, _, _ in clapping() if kind == "audio"][:10]
    for first in (0, 40_000):
        for number, payload in enumerate(frames, first):
            packet = RtpPacket(OPUS, 0, number & 0xFFFF, number * 960, 7, payload).serialize()
            writer.write(pack_entry(Entry(EntryKind.PACKET, 0, number / 50, packet)))
        writer.write(pack_entry(Entry(EntryKind.PAUSE, 0, 0.2)) + pack_entry(Entry(EntryKind.RESUME, 0, 799.0)))
    writer.close()
    assert mux([Source(tmp_path / "call", KEY)], tmp_path / "call.webm").sounds == 20


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    asyncio.run(record(tmp_path / "call", [Speaker("citizen", clock=0.0)], loss=1.0))
    with pytest.raises(MediaError, match="the recording is empty"):
        mux([Source(tmp_path / "call", KEY)], tmp_path / "call.webm")
    command = [sys.executable, "-m", "wasl_media.muxing", str(tmp_path / "call"), str(tmp_path / "call.webm")]
    run = subprocess.run(command, input=f"{KEY.hex()} 0", capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "the recording is empty" in run.stderr
