"""How loud somebody is, from what the sender writes beside each packet (RFC 6464); the sound itself stays closed."""

from __future__ import annotations

from wasl_media.description import AUDIO_LEVEL
from wasl_media.figures import SoundFigures
from wasl_media.header_extension import HeaderExtensions

SPEECH = 50
"""What is louder than −50 dBov counts as speech: above the room of a quiet person whose noise is suppressed."""
_SPEECH_SHARE = 0.2
"""Of a second's packets: more than a cough, less than a sentence."""
_LOUD_SHARE = 0.1
"""Speech is half pauses: how loud it is shows in its loudest tenth."""


class SoundMeter:
    """Takes each packet of a sound; `measure` tells how it was since the last call."""

    def __init__(self) -> None:
        self._header = HeaderExtensions({AUDIO_LEVEL: 1})
        self._counts = [0] * 256
        """By the byte of the extension: voice activity, then the level."""
        self._packets = 0

    def see(self, packet: bytes, timestamp: int, now: float) -> None:
        """An RTP packet whose header is whole; a sound's times do not matter here."""
        (at,) = self._header.read(packet).places
        if at:
            self._counts[packet[at]] += 1
            self._packets += 1

    def measure(self, loss: float, jitter: float, now: float) -> SoundFigures:
        """The figures since the last call; loss and jitter are known already."""
        counts, packets = self._counts, self._packets
        self._counts, self._packets = [0] * 256, 0
        spoken = sum(counts[0x80 : 0x80 + SPEECH])
        return SoundFigures(
            loss=loss,
            jitter=jitter,
            level=-_loud(counts, packets * _LOUD_SHARE) if packets else None,
            speaking=packets > 0 and spoken >= packets * _SPEECH_SHARE,
        )


def _loud(counts: list[int], share: float) -> int:
    """The level that the loudest packets, so many of them, reach."""
    seen = 0
    for level in range(127):
        seen += counts[level] + counts[0x80 | level]
        if seen >= share:
            return level
    return 127
