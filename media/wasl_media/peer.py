"""One person's connection with the relay: what she sends, and four slots that show her others."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)

from wasl_media import rtcp
from wasl_media.description import (
    KINDS,
    Kind,
    OutgoingStream,
    read_answer,
    write_offer,
)
from wasl_media.downlink import Downlink
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Absence, Event, PeerConnected, PeerDisconnected, PictureAdvised
from wasl_media.figures import PeerFigures
from wasl_media.ice import Address
from wasl_media.incoming import Incoming
from wasl_media.link import Link
from wasl_media.port import UdpPort
from wasl_media.publication import Publication
from wasl_media.simulcast import Simulcast
from wasl_media.stats import PeerStats
from wasl_media.subscription import Subscription
from wasl_media.text import Text
from wasl_media.view import View

SLOTS = 4
REPORT_INTERVAL = 1.0
"""Seconds between receiver reports."""


class Source(Protocol):
    """What can be shown in a slot: a peer, or the play of a clip."""

    publications: dict[Kind, Publication]
    layers: Simulcast
    """Its picture."""


class Peer:
    """Ends by `close` alone: a page that goes away is an absence, told by `on_event`, until then."""

    def __init__(self, identifier: str, port: UdpPort, on_event: Callable[[Event], None]) -> None:
        self.id = identifier
        self._on_event = on_event
        self.link = Link(port, self, self._connected, self._ended)
        self._streams = _choose_streams()
        self._views = {stream.slot: View(stream, self.link) for stream in self._streams if stream.kind == "video"}
        self.subscriptions = {(stream.slot, stream.kind): self._receiver(stream) for stream in self._streams}
        self._by_ssrc = {s.stream.ssrc: s for s in self.subscriptions.values()}
        self._reporter = self._streams[0].ssrc
        self._incoming = Incoming(self._reporter, self.link.send_rtcp)
        self.receive_rtp = self._incoming.receive
        """Takes an RTP packet from the network."""
        self.publications, self.layers = self._incoming.publications, self._incoming.layers
        self.text = Text(identifier, self.link.associate(), on_event)
        self._sctp_port: int | None = None
        self._starting: asyncio.Task[None] | None = None
        self._downlink = Downlink(list(self._views.values()))
        self._advice: tuple[bool, bool, list[int]] = (True, False, [])
        self.connected = False
        self._over: Absence | None = None
        self._answered = False
        self._report_due_at = 0.0
        self._figures: PeerFigures | None = None
        self._counted = (0, 0.0)

    def _receiver(self, stream: OutgoingStream) -> Subscription:
        return self._views[stream.slot] if stream.kind == "video" else Subscription(stream, self.link)

    # Negotiation

    def offer(self, addresses: Sequence[Address]) -> str:
        """The SDP offer."""
        return write_offer(self._streams, self.link.agent.credentials, self.link.fingerprints, addresses)

    def answer(self, sdp: str) -> None:
        """Take the page's answer and shake hands. Raises MediaError (bad_sdp, already_answered)."""
        if self._answered:
            raise MediaError(MediaErrorCode.ALREADY_ANSWERED, f"peer {self.id} has answered already")
        answer = read_answer(sdp, self._streams)
        self._incoming.adopt(answer.incoming)
        self._sctp_port = answer.sctp_port
        self.link.start(answer.fingerprints, answer.our_role)
        self._answered = True

    # Presence

    def _connected(self) -> None:
        self._change(connected=True)
        if self._sctp_port is not None:
            self._starting = asyncio.ensure_future(self.text.start(self._sctp_port))

    def _ended(self, absence: Absence) -> None:
        self._over = absence
        self.text.end()
        self._change(connected=False, absence=absence)

    def watch(self, now: float, consent: float) -> None:
        """Notice that the peer fell silent for `consent` seconds, or came back."""
        if self.link.secured and self._over is None:
            self._change(connected=now - self.link.heard_at < consent)

    def _change(self, *, connected: bool, absence: Absence = Absence.SILENT) -> None:
        if connected is self.connected and absence is not Absence.FAILED:
            return
        self.connected = self.link.consented = connected
        for subscription in self.subscriptions.values():
            subscription.hold()
        if connected:
            self._on_event(PeerConnected(peer=self.id))
        else:
            self._on_event(PeerDisconnected(peer=self.id, reason=absence))

    # Slots

    def show(self, slot: int, source: Source | None, now: float, kinds: Collection[Kind] = KINDS) -> None:
        """Show in this slot what `source` sends of these kinds."""
        heard, seen = ("audio" in kinds, "video" in kinds) if source is not None else (False, False)
        self.subscriptions[slot, "audio"].show(source.publications["audio"] if source and heard else None, now)
        self._views[slot].watch(source.layers if source and seen else None, now)

    # From the network

    def receive_rtcp(self, data: bytes, now: float) -> None:
        """A compound RTCP packet; what is not for us is dropped."""
        for packet in rtcp.parse(data):
            self._receive_rtcp_packet(packet, now)

    def _receive_rtcp_packet(self, packet: AnyRtcpPacket, now: float) -> None:
        if isinstance(packet, RtcpSrPacket):
            self._incoming.receive_clock(packet.ssrc, packet.sender_info, now)
            self._receive_reports(packet.reports, now)
        elif isinstance(packet, RtcpRrPacket):
            self._receive_reports(packet.reports, now)
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            if (subscription := self._by_ssrc.get(packet.media_ssrc)) is not None:
                subscription.retransmit(packet.lost, now)
        elif isinstance(packet, RtcpPsfbPacket):
            self._receive_picture_feedback(packet, now)

    def _receive_reports(self, reports: list[RtcpReceiverInfo], now: float) -> None:
        for report in reports:
            if (subscription := self._by_ssrc.get(report.ssrc)) is not None:
                subscription.receive_report(report, now)

    def _receive_picture_feedback(self, packet: RtcpPsfbPacket, now: float) -> None:
        if packet.fmt == RTCP_PSFB_APP:
            self._receive_bitrate_limit(packet, now)
        elif packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            subscription = self._by_ssrc.get(_media_of(packet))
            if subscription is not None:
                subscription.receive_picture_loss(now)

    def _receive_bitrate_limit(self, packet: RtcpPsfbPacket, now: float) -> None:
        """REMB speaks of all pictures together."""
        if (limit := rtcp.read_bitrate_limit(packet)) is not None:
            self._downlink.learn(limit, now)

    # Clockwork

    def tick(self, now: float) -> None:
        """Repeat requests and send reports. To be called about every 50 ms."""
        self._incoming.tick(now, up=self.link.up)
        self._downlink.tick(now)
        if now >= self._report_due_at and self.link.up:
            self._report_due_at = now + REPORT_INTERVAL
            self._report(now)
        self._advise(now)

    def _advise(self, now: float) -> None:
        watched, small = self.layers.wanted(now)
        advice = (watched, small, self._downlink.paused)
        if advice != self._advice and self.connected:
            if watched and not self._watched:
                self.layers.begin_figures()
            self._advice = advice
            self._on_event(PictureAdvised(peer=self.id, watched=watched, small=small, paused=self._downlink.paused))

    @property
    def _watched(self) -> bool:
        """Whether the page was told last that its picture is of use."""
        return self._advice[0]

    def _report(self, now: float) -> None:
        """Tell the page how it is received, and keep the same for `figures`."""
        if blocks := self._incoming.report(now):
            self.link.send_rtcp(rtcp.receiver_report(self._reporter, blocks))
        sound, picture = self._incoming.measure(now)
        self._figures = PeerFigures(
            peer=self.id,
            round_trip=self._round_trip,
            bitrate=self._count(now),
            sound=sound,
            picture=picture if self._watched else None,
            views=[view for s in self.subscriptions.values() if s.source is not None and (view := s.measure(now))],
        )

    def _count(self, now: float) -> int:
        """Bits a second that came since the last call."""
        (before, since), come = self._counted, self._incoming.octets
        self._counted = come, now
        return round(8 * (come - before) / (now - since)) if now > since else 0

    def take_figures(self) -> PeerFigures | None:
        """What was measured last; None if it was taken before, or the peer is away."""
        figures, self._figures = self._figures, None
        return figures

    @property
    def _round_trip(self) -> float | None:
        return min((s.round_trip for s in self.subscriptions.values() if s.round_trip is not None), default=None)

    @property
    def packets(self) -> int:
        """RTP packets in and out."""
        return sum(stream.packets for stream in self._incoming.streams) + self.link.packets_out

    def stats(self) -> PeerStats:
        """What was counted so far."""
        streams = self._incoming.streams
        return PeerStats(
            peer=self.id,
            connected=self.connected,
            packets_in=sum(stream.packets for stream in streams),
            packets_out=self.link.packets_out,
            lost=sum(stream.lost for stream in streams),
            recovered=sum(stream.recovered for stream in streams),
            retransmitted=sum(s.retransmitted for s in self.subscriptions.values()),
            round_trip=self._round_trip,
        )

    async def close(self) -> None:
        """End the connection; nobody sees this peer any more. Idempotent."""
        for subscription in self.subscriptions.values():
            subscription.leave()
        self._incoming.close()
        await self.text.close()
        await self.link.close()


def _choose_streams() -> list[OutgoingStream]:
    """Four pairs of m-lines with SSRCs that differ."""
    numbers: set[int] = set()
    while len(numbers) < 4 * SLOTS:
        numbers.add(1 + secrets.randbelow((1 << 32) - 1))
    fresh = iter(numbers)
    return [OutgoingStream(slot, kind, next(fresh), next(fresh)) for slot in range(SLOTS) for kind in KINDS]


def _media_of(packet: RtcpPsfbPacket) -> int:
    """The stream that feedback is about; FIR names it in its first entry (RFC 5104, 4.3.1.1)."""
    if packet.media_ssrc or len(packet.fci) < 4:
        return packet.media_ssrc
    return int(struct.unpack_from("!I", packet.fci)[0])
