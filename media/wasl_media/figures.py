"""What a relay measures of its peers each second, as it reports it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from wasl_media.description import Kind


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class SoundFigures(_Figures):
    """What came of a peer's sound in one second."""

    loss: float
    """Share of the packets that never came by themselves, 0 to 1 (RFC 3550, 6.4.1)."""
    jitter: float
    """Seconds (RFC 3550, 6.4.1)."""
    level: int | None
    """How loud its loud moments were, in dB below the loudest possible: −127 is silence (RFC 6464). None: not told."""
    speaking: bool
    """Somebody spoke for a good part of the second."""


class PictureFigures(_Figures):
    """What came of a peer's picture in one second."""

    loss: float
    """Share of the packets that never came by themselves, repaired or not, 0 to 1 (RFC 3550, 6.4.1)."""
    jitter: float
    """Seconds (RFC 3550, 6.4.1)."""
    frame_rate: float
    """Pictures a second that can be decoded."""
    width: int
    """Of the last keyframe, in pixels; 0 before the first."""
    height: int
    freezes: int
    """Freezes that ended in this second, by W3C webrtc-stats' `freezeCount`."""
    frozen: float
    """Seconds that they lasted."""
    standing: float
    """Seconds that the picture has been standing still now; 0 while it moves."""


class ViewFigures(_Figures):
    """How one stream of somebody else reached a peer, by its last receiver report."""

    slot: int
    kind: Kind
    loss: float
    """Share of the packets that did not reach it by themselves, 0 to 1."""
    jitter: float
    """Seconds."""
    broken: int
    """How often in this second it could not decode the picture and asked for a keyframe (PLI or FIR)."""


class PeerFigures(_Figures):
    """One peer in one second."""

    peer: str
    round_trip: float | None
    """Seconds to the peer and back; None: not known yet."""
    bitrate: int
    """Bits that came from it: RTP packets with their headers, retransmissions not counted."""
    sound: SoundFigures | None
    """None while the peer sends no sound."""
    picture: PictureFigures | None
    """None while the peer sends no picture, which is a camera that is off as long as it does not come back."""
    views: list[ViewFigures]
    """Of each stream that is shown to the peer and that it reports of."""
