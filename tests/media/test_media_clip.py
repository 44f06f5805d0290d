"""Clips are read from real files, and what cannot be forwarded is refused with a sentence."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import RtpPacket
from av import VideoFrame

from clips import Recipe, make_clip
from wasl_media.clip import PAYLOAD, Clip, check_clip, read_clip
from wasl_media.description import OPUS, VP8
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.rtp import starts_keyframe
from wasl_media.tone import tone_clip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "waiting.ar.webm")


def refusal(file: Path, recipe: Recipe) -> str:
    with pytest.raises(MediaError) as caught:
        read_clip(make_clip(file / "clip.webm", recipe))
    assert caught.value.code is MediaErrorCode.BAD_CLIP
    return caught.value.text


def frames_of(clip: Clip) -> list[bytes]:
    """The pictures, put together again by aiortc."""
    frames: list[bytes] = []
    for packet in clip.packets:
        if packet.kind == "video":
            parsed = RtpPacket.parse(packet.packet)
            descriptor, part = VpxPayloadDescriptor.parse(parsed.payload)
            if descriptor.partition_start:
                frames.append(b"")
            frames[-1] += part
    return frames


def test_its_pictures_and_sounds_are_those_of_the_file(file: Path) -> None:
    clip = read_clip(file)
    with av.open(str(file)) as container:
        packets = [packet for packet in container.demux() if packet.size]
        pictures = [bytes(packet) for packet in packets if packet.stream.type == "video"]
        sounds = [bytes(packet) for packet in packets if packet.stream.type == "audio"]
    assert frames_of(clip) == pictures
    assert [RtpPacket.parse(p.packet).payload for p in clip.packets if p.kind == "audio"] == sounds
    assert (clip.frames, clip.sounds, clip.width, clip.height) == (90, len(sounds), 320, 240)
    assert clip.seconds == pytest.approx(3.0, abs=0.05)


def test_its_packets_are_those_of_our_payload_types_and_times(file: Path) -> None:
    clip = read_clip(file)
    assert [packet.at for packet in clip.packets] == sorted(packet.at for packet in clip.packets)
    for kind, payload_type, rate in (("video", VP8, 90_000), ("audio", OPUS, 48_000)):
        packets = [packet for packet in clip.packets if packet.kind == kind]
        assert {RtpPacket.parse(packet.packet).payload_type for packet in packets} == {payload_type}
        # A packet leaves with its unit, or after it where a large picture is spread.
        assert all(-1 / rate < packet.at - packet.timestamp / rate < 0.2 for packet in packets)
    assert max(len(packet.packet) for packet in clip.packets) <= PAYLOAD + 21


def test_each_keyframe_is_marked_and_the_first_packet_of_a_picture_is_one(file: Path) -> None:
    pictures = [packet for packet in read_clip(file).packets if packet.kind == "video"]
    assert pictures[0].key
    assert sum(packet.key for packet in pictures) == 3
    assert all(starts_keyframe(packet.packet) is packet.key for packet in pictures)
    assert sum(RtpPacket.parse(packet.packet).marker for packet in pictures) == 90


def test_a_clip_may_have_sound_alone_or_a_picture_alone(tmp_path: Path) -> None:
    assert read_clip(make_clip(tmp_path / "sound.webm", Recipe(video=None, seconds=1))).frames == 0
    assert read_clip(make_clip(tmp_path / "picture.webm", Recipe(audio=None, seconds=1))).sounds == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"video": "libvpx-vp9"}, "encoded as vp9"),
        ({"audio": "flac"}, "encoded as flac"),
        ({"keyframes": 600, "seconds": 12.0, "frame_rate": 1}, "10 seconds without a keyframe"),
        ({"width": 1920, "height": 1088, "seconds": 0.2}, "1920×1088"),
        # One picture every three seconds, and the last one for a second: they are soon made.
        ({"seconds": 312.0, "frame_rate": Fraction(1, 3), "keyframes": 1, "audio": None}, "lasts 310 seconds"),
    ],
)
def test_what_browsers_could_not_show_is_refused_by_its_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    text = refusal(tmp_path, replace(Recipe(seconds=1), **change))  # type: ignore[arg-type]
    assert reason in text
    assert text.startswith("The clip cannot be used: ")
    assert text.endswith(".")


def test_hidden_frames_are_refused(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    with av.open(str(file)) as container:
        picture = bytes([p for p in container.demux(video=0) if p.size][5])
    content[content.index(picture)] &= ~0x10  # "show" of its header (RFC 6386, 9.1)
    hidden = tmp_path / "hidden.webm"
    hidden.write_bytes(content)
    with pytest.raises(MediaError, match="hidden frames"):
        read_clip(hidden)


def test_two_pictures_at_once_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "two.webm"
    with av.open(str(file), "w", format="matroska") as container:
        streams = [container.add_stream("libvpx", rate=30, width=64, height=64) for _ in range(2)]
        for stream in streams:
            container.mux([*stream.encode(VideoFrame(64, 64, "yuv420p")), *stream.encode(None)])
    with pytest.raises(MediaError, match="2 video tracks"):
        read_clip(file)


@pytest.mark.parametrize("content", [b"", b"no clip at all", b"#EXTM3U\nhttp://127.0.0.1/secret\n"])
def test_what_is_no_webm_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "clip.webm"
    file.write_bytes(content)
    with pytest.raises(MediaError, match="cannot be read as WebM"):
        read_clip(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be opened"):
        read_clip(tmp_path / "none.webm")


def test_one_that_is_whole_can_be_decoded(file: Path) -> None:
    assert check_clip(file) == read_clip(file)


def test_pictures_that_do_not_decode_are_found_by_the_check(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    with av.open(str(file)) as container:
        packet = next(p for p in container.demux(video=0) if p.is_keyframe and p.pts)
        at = content.find(bytes(packet))
    content[at + 10 : at + 10 + packet.size // 2] = bytes(packet.size // 2)
    content[at + 3 : at + 6] = b"\0\0\0"  # no start code
    broken = tmp_path / "broken.webm"
    broken.write_bytes(content)
    with pytest.raises(MediaError):
        check_clip(broken)


def test_broken_files_raise_nothing_else(file: Path, tmp_path: Path) -> None:
    """Bytes changed, cut out and cut off at random: a clip, or a refusal."""
    whole, chance = file.read_bytes(), random.Random(1)
    refused = 0
    for number in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            reach = chance.choice([600, len(content)])  # the head says more than its length
            content[chance.randrange(reach)] = chance.randrange(256)
        if number % 3 == 0:
            del content[chance.randrange(len(content)) :]
        broken = tmp_path / "broken.webm"
        broken.write_bytes(content)
        try:
            clip = read_clip(broken)
        except MediaError:
            refused += 1
        else:
            assert all(packet.at >= 0 for packet in clip.packets)
    assert 0 < refused < 300


def test_the_tone_is_one(tmp_path: Path) -> None:
    clip = tone_clip(seconds=1.0)
    assert (clip.frames, clip.width) == (0, 0)
    assert clip.seconds == pytest.approx(1.0, abs=0.05)
