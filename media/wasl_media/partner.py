"""A WebRTC peer without a browser: somebody to try with, and to test with."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections import deque
from dataclasses import dataclass
from ipaddress import ip_address

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import SessionDescription
from av import AudioFrame, VideoFrame

from wasl_media.aiortc_private import gather_only, route_retransmissions
from wasl_media.picture import Picture
from wasl_media.tone import Tone

WINDOW = 1.0
"""Seconds that frame rates are measured over."""
_EVERY = 7
"""Samples looked at for the level: one in so many is enough, and every channel has its turn."""


@dataclass(frozen=True)
class SlotMeasure:
    """What comes in one slot."""

    frames: int
    """Pictures decoded so far."""
    frame_rate: float
    """Pictures decoded in the last second."""
    width: int
    """Of the last picture, in pixels; 0 before the first."""
    height: int
    audio_level: float
    """Root mean square of the last sound, 0 to 1."""
    audio_energy: float
    """Grows with every sound that is not silence (as `totalAudioEnergy` of W3C webrtc-stats)."""
    last_picture_at: float | None
    """When the last picture was decoded (seconds, monotonic)."""


@dataclass(frozen=True)
class PartnerMeasure:
    """What a partner receives."""

    connected: bool
    slots: list[SlotMeasure]
    lost: int
    """Packets that never came, as the receiver reports count them."""
    round_trip: float | None
    """Seconds to the relay and back, if it is known yet."""


class MediaPartner:
    """Answers one offer of a relay, sends a test picture and a tone, measures what it receives.

    Pictures are encoded and decoded here as any browser does; about a quarter of a core.
    """

    def __init__(self, *, shade: int = 128, pitch: int = 400) -> None:
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._picture = Picture(shade)
        self._tone = Tone(pitch)
        self._sinks: list[_Sink] = []
        self._readers: list[asyncio.Task[None]] = []

    async def answer(self, offer: str, *, send: bool = True) -> str:
        """Take the relay's SDP offer; returns the answer. Without `send` it is a peer that only listens,
        until `unmute` turns its picture and tone on."""
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        transceivers = self._connection.getTransceivers()
        for transceiver in transceivers[:2]:
            transceiver.direction = "sendrecv"
        if send:
            self.unmute()
        self._listen(transceivers)
        described = SessionDescription.parse(offer)
        addresses = [candidate.ip for media in described.media[:1] for candidate in media.ice_candidates]
        if all(ip_address(address).is_loopback for address in addresses):
            gather_only(self._connection, sorted({"::1" if ":" in address else "127.0.0.1" for address in addresses}))
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        pairs = [(media.rtp.muxId, media.ssrc[1].ssrc) for media in described.media if len(media.ssrc) == 2]
        route_retransmissions(self._connection, pairs)
        return self._connection.localDescription.sdp

    def mute(self) -> None:
        """Send neither picture nor tone."""
        self.replace(None, None)

    def unmute(self) -> None:
        """Send picture and tone (again)."""
        self.replace(self._picture, self._tone)

    def replace(self, picture: MediaStreamTrack | None, tone: MediaStreamTrack | None) -> None:
        """Send other tracks, without a negotiation; None sends nothing."""
        audio, video = self._connection.getTransceivers()[:2]
        audio.sender.replaceTrack(tone)
        video.sender.replaceTrack(picture)

    async def measure(self) -> PartnerMeasure:
        """What came so far."""
        report = (await self._connection.getStats()).values()
        trips = [
            stats.roundTripTime
            for stats in report
            if stats.type == "remote-inbound-rtp" and stats.roundTripTime is not None
        ]
        return PartnerMeasure(
            connected=self._connection.connectionState == "connected",
            slots=[sink.measure() for sink in self._sinks],
            lost=sum(stats.packetsLost for stats in report if stats.type == "inbound-rtp"),
            round_trip=min(trips) if trips else None,
        )

    async def close(self) -> None:
        """End the connection and the tracks. Idempotent."""
        await self._connection.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        self._picture.stop()
        self._tone.stop()

    def _listen(self, transceivers: list[RTCRtpTransceiver]) -> None:
        for audio, video in zip(transceivers[::2], transceivers[1::2], strict=True):
            sink = _Sink()
            self._sinks.append(sink)
            for track in (audio.receiver.track, video.receiver.track):
                self._readers.append(asyncio.ensure_future(sink.read(track)))


class _Sink:
    """Takes what comes in one slot and counts it."""

    def __init__(self) -> None:
        self._frames = 0
        self._times: deque[float] = deque(maxlen=120)
        self._size = (0, 0)
        self._level = 0.0
        self._energy = 0.0

    async def read(self, track: MediaStreamTrack) -> None:
        """Read a track to its end."""
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._see(frame)
                elif isinstance(frame, AudioFrame):
                    self._hear(frame)
        except MediaStreamError:
            return

    def _see(self, frame: VideoFrame) -> None:
        self._frames += 1
        self._times.append(time.monotonic())
        self._size = (frame.width, frame.height)

    def _hear(self, frame: AudioFrame) -> None:
        count = frame.samples * len(frame.layout.channels)
        samples = array("h", bytes(frame.planes[0])[: 2 * count])[::_EVERY]
        self._level = math.sqrt(sum(s * s for s in samples) / max(1, len(samples))) / 32_768
        self._energy += self._level**2 * frame.samples / frame.sample_rate

    def measure(self) -> SlotMeasure:
        """What was counted so far."""
        since = time.monotonic() - WINDOW
        return SlotMeasure(
            frames=self._frames,
            frame_rate=sum(at >= since for at in self._times) / WINDOW,
            width=self._size[0],
            height=self._size[1],
            audio_level=self._level,
            audio_energy=self._energy,
            last_picture_at=self._times[-1] if self._times else None,
        )
