"""A clip: a WebM file of pictures (VP8) and sound (Opus), kept as RTP packets that only lack their numbers.

Sources: RFC 7741 section 4 (VP8 in RTP), RFC 7587 section 4 (Opus in RTP), RFC 6386 section 9.1 (VP8 frame header).
PyAV reads the file; nothing is decoded, and nothing is ever encoded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import av
from av.error import FFmpegError

from wasl_media.description import ABS_SEND_TIME, CLOCK_RATES, OPUS, VP8, Kind
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.rtp import HEADER

MAX_BYTES = 30_000_000
"""Of a file."""
MAX_SECONDS = 300.0
MAX_WIDTH, MAX_HEIGHT = 1280, 720
MAX_BITRATE = 1_500_000
"""Bits per second, on average. A clip goes to phones on bad lines, too."""
MAX_KEYFRAME_PAUSE = 10.0
"""Seconds: a viewer who lost the picture sees nothing until the next keyframe."""
PAYLOAD = 1_140
"""Bytes of a picture in one packet."""
PACE = 2_500_000 / 8
"""Bytes per second that a large picture leaves with, so that a keyframe does not flood a narrow line."""

_EXTENSION = bytes([0xBE, 0xDE, 0, 1, ABS_SEND_TIME << 4 | 2, 0, 0, 0])
"""An empty abs-send-time (RFC 8285, 4.2)."""
SEND_TIME = HEADER.size + 5
"""Where its three bytes begin in each packet of a picture."""
_STARTS_FRAME = b"\x10"
_GOES_ON = b"\x00"
_START_CODE = b"\x9d\x01\x2a"
_DELAY: dict[Kind, int] = {"video": 0, "audio": 1}
"""Packets that a decoder may swallow: Opus begins with a moment that is not heard (RFC 7845, 4.2)."""
_MOST_OPUS = 1_275 * 3
"""Bytes; no encoder makes more of 60 ms (RFC 6716, 3.2.1)."""


class ClipPacket(NamedTuple):
    """One RTP packet of a clip. Sequence number, timestamp and SSRC in it are zero."""

    at: float
    """When it leaves; seconds from the start of the clip."""
    kind: Kind
    timestamp: int
    """In units of its kind, from the start of the clip."""
    packet: bytes
    key: bool
    """Whether a keyframe begins here."""


@dataclass(frozen=True)
class Clip:
    """A clip as it is shown."""

    packets: tuple[ClipPacket, ...]
    """In the order in which they leave."""
    seconds: float
    frames: int
    """Pictures; 0 when it has only sound."""
    sounds: int
    """Packets of sound; 0 when it has only pictures."""
    width: int
    height: int
    """Of the picture, in pixels; 0 when it has only sound."""


class _Unit(NamedTuple):
    """A frame, or a packet of Opus, with the time it belongs to in seconds."""

    at: float
    data: bytes


def read_clip(file: Path) -> Clip:
    """Read a clip. Blocks. Raises MediaError (bad_clip): its text is a whole sentence that says what is wrong."""
    with _opened(file) as container:
        return _clip(container)


def check_clip(file: Path) -> Clip:
    """Read a clip and decode every picture and sound of it, once. Blocks. Raises MediaError (bad_clip)."""
    clip = read_clip(file)
    with _opened(file) as container:
        counted: dict[Kind, int] = {"video": clip.frames, "audio": clip.sounds}
        for kind, wanted in counted.items():
            if wanted:
                container.seek(0)
                decoded = sum(1 for _ in container.decode(getattr(container.streams, kind)[0]))
                if decoded < wanted - _DELAY[kind]:
                    _refuse(f"only {decoded} of its {wanted} {kind} packets can be decoded")
    return clip


def clip_of_sounds(sounds: Sequence[bytes], seconds: float) -> Clip:
    """A clip of packets of Opus that last so long each."""
    packets = _sound_packets([_Unit(seconds * number, data) for number, data in enumerate(sounds)], 0.0)
    return Clip(tuple(packets), seconds * len(sounds), frames=0, sounds=len(sounds), width=0, height=0)


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        if file.stat().st_size > MAX_BYTES:
            _refuse(f"it is larger than {MAX_BYTES // 1_000_000} MB")
        # By name: FFmpeg would also follow a play list to other files and addresses.
        with av.open(str(file), format="matroska") as container:
            yield container
    except MediaError:
        raise
    except OSError as error:
        if isinstance(error, FFmpegError):
            _refuse(f"it cannot be read as WebM ({error.strerror})", error)
        _refuse(f"the file cannot be opened ({error.strerror})", error)
    except (FFmpegError, ValueError, OverflowError, UnicodeError) as error:
        _refuse(f"it cannot be read as WebM ({error})", error)


def _clip(container: Any) -> Clip:
    video, audio = (_only(container, kind) for kind in ("video", "audio"))
    if video is None and audio is None:
        _refuse("it has neither a picture nor sound")
    units: dict[Kind, list[_Unit]] = {"audio": [], "video": []}
    for packet in container.demux(*(stream for stream in (video, audio) if stream is not None)):
        if packet.size:
            units[packet.stream.type].append(_unit(packet))
    for kind, line in units.items():
        if not line and {"video": video, "audio": audio}[kind] is not None:
            _refuse(f"its {kind} track is empty")
    width, height = _check_pictures(units["video"])
    _check_sounds(units["audio"])
    start = min(unit.at for kind in units for unit in units[kind])
    packets = [*_picture_packets(units["video"], start), *_sound_packets(units["audio"], start)]
    packets.sort(key=lambda packet: packet.at)
    return Clip(
        packets=tuple(packets),
        seconds=_length(units, start),
        frames=len(units["video"]),
        sounds=len(units["audio"]),
        width=width,
        height=height,
    )


def _only(container: Any, kind: str) -> Any:
    """The one track of this kind, or None."""
    streams = getattr(container.streams, kind)
    if len(streams) > 1:
        _refuse(f"it has {len(streams)} {kind} tracks, and one is the most that can be shown")
    if not streams:
        return None
    wanted = {"video": "vp8", "audio": "opus"}[kind]
    # PyAV has no decoder for what it does not know; that of Opus may be the one of another library.
    name = streams[0].codec_context.name if streams[0].codec_context else "something unknown"
    if name.removeprefix("lib") != wanted:
        _refuse(f"its {kind} is encoded as {name}, and only {wanted} can be forwarded to every browser")
    return streams[0]


def _unit(packet: Any) -> _Unit:
    if packet.pts is None or packet.time_base is None:
        _refuse("one of its packets has no time")
    return _Unit(float(packet.pts * packet.time_base), bytes(packet))


def _length(units: dict[Kind, list[_Unit]], start: float) -> float:
    """Seconds; the last picture or sound lasts as long as the one before it. Raises MediaError for too much of it."""
    ends: list[float] = []
    for line in units.values():
        if line:
            before = line[-2].at if len(line) > 1 else line[-1].at
            ends.append(line[-1].at + min(1.0, max(0.0, line[-1].at - before)))
    seconds = max(ends) - start
    if seconds > MAX_SECONDS:
        _refuse(f"it lasts {seconds:.0f} seconds, and {MAX_SECONDS:.0f} are the most")
    bitrate = 8 * sum(len(unit.data) for line in units.values() for unit in line) / max(1.0, seconds)
    if bitrate > MAX_BITRATE:
        _refuse(f"it takes {bitrate / 1000:.0f} kbit/s, and {MAX_BITRATE // 1000} are the most")
    return seconds


def _check_pictures(frames: list[_Unit]) -> tuple[int, int]:
    """Width and height of the first, if all can be sent. Raises MediaError."""
    if not frames:
        return 0, 0
    if not _is_key(frames[0].data):
        _refuse("it does not begin with a keyframe")
    width, height = _size(frames[0].data)
    keyframe_at = last = frames[0].at
    for at, data in frames:
        if not data[0] & 0x10:
            _refuse("it has hidden frames; encode it with -auto-alt-ref 0")
        if at < last:
            _refuse("its pictures are not in the order of time")
        if _is_key(data):
            keyframe_at = at
            if _size(data) != (width, height):
                _refuse("its picture changes its size")
        elif at - keyframe_at > MAX_KEYFRAME_PAUSE:
            _refuse(f"it goes {MAX_KEYFRAME_PAUSE:.0f} seconds without a keyframe; encode it with -g 60")
        last = at
    return width, height


def _is_key(frame: bytes) -> bool:
    return not frame[0] & 1 and frame[3:6] == _START_CODE and len(frame) >= 10


def _size(keyframe: bytes) -> tuple[int, int]:
    width, height = (int.from_bytes(keyframe[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if not (0 < width <= MAX_WIDTH and 0 < height <= MAX_HEIGHT):
        _refuse(f"its picture is {width}×{height}, and {MAX_WIDTH}×{MAX_HEIGHT} is the most")
    return width, height


def _check_sounds(sounds: list[_Unit]) -> None:
    last = float("-inf")
    for at, data in sounds:
        if len(data) > min(_MOST_OPUS, PAYLOAD):
            _refuse("a packet of its sound is too large for the network; encode the sound with less than 256 kbit/s")
        if at < last:
            _refuse("its sound is not in the order of time")
        last = at


def _picture_packets(frames: list[_Unit], start: float) -> Iterator[ClipPacket]:
    free_at = 0.0
    for at, data in frames:
        timestamp = round((at - start) * CLOCK_RATES["video"])
        for offset in range(0, len(data), PAYLOAD):
            part = data[offset : offset + PAYLOAD]
            last = offset + PAYLOAD >= len(data)
            header = HEADER.pack(0x90, (0x80 if last else 0) | VP8, 0, 0, 0)
            packet = header + _EXTENSION + (_GOES_ON if offset else _STARTS_FRAME) + part
            leaves_at = max(at - start, free_at)
            free_at = leaves_at + len(packet) / PACE
            yield ClipPacket(leaves_at, "video", timestamp, packet, key=not offset and _is_key(data))


def _sound_packets(sounds: list[_Unit], start: float) -> Iterator[ClipPacket]:
    for at, data in sounds:
        timestamp = round((at - start) * CLOCK_RATES["audio"])
        yield ClipPacket(at - start, "audio", timestamp, HEADER.pack(0x80, OPUS, 0, 0, 0) + data, key=False)


def _refuse(reason: str, cause: BaseException | None = None) -> NoReturn:
    raise MediaError(MediaErrorCode.BAD_CLIP, f"The clip cannot be used: {reason}.") from cause
