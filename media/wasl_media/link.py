"""One peer's secured path: ICE finds it, DTLS makes the keys, SRTP protects what passes (RFC 5764)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Literal, Protocol

from aioice import stun
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters

from wasl_media.aiortc_private import (
    PACKET_SIZE,
    Association,
    DtlsPipe,
    PacketBuffer,
    SrtpSession,
    dtls_over,
    set_dtls_role,
    srtp_sessions,
)
from wasl_media.events import Absence
from wasl_media.ice import Address, IceAgent
from wasl_media.port import UdpPort
from wasl_media.rtp import RTCP_TYPES, SSRC, SSRC_OFFSET

MAX_SOURCES = 64
"""Stream numbers (SSRC) a peer may use in its life; libsrtp keeps a little memory for each."""
_RTCP_SENDER_OFFSET = 4

log = logging.getLogger(__name__)


class LinkOwner(Protocol):
    """What a link tells its peer."""

    def receive_rtp(self, packet: memoryview, now: float) -> None:
        """An authentic RTP packet, decrypted, in memory that is the callee's until it returns."""

    def receive_rtcp(self, data: bytes, now: float) -> None:
        """An authentic compound RTCP packet, decrypted."""


class Link:
    """Ends in two ways, both idempotent: `close` (we were asked to), or by the page, which `on_end` tells."""

    def __init__(
        self,
        port: UdpPort,
        owner: LinkOwner,
        on_up: Callable[[], None],
        on_end: Callable[[Absence], None],
    ) -> None:
        self._port = port
        self.outgoing = port.outgoing
        """Gives a buffer for the next RTP packet."""
        self._owner = owner
        self._on_up = on_up
        self._on_end = on_end
        self.agent = IceAgent()
        self.heard_at = 0.0
        """When the peer last sent something authentic; seconds, monotonic."""
        self.consented = True
        """Whether we may send: not to somebody who is silent (RFC 7675, 5.1)."""
        self.packets_out = 0
        self._certificate = RTCCertificate.generateCertificate()
        self._pipe = DtlsPipe(self._send_handshake)
        self._dtls = dtls_over(self._pipe, self._certificate)
        self._nominated = asyncio.Event()
        self._incoming: SrtpSession | None = None
        self._outgoing: SrtpSession | None = None
        self._sources: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def fingerprints(self) -> list[RTCDtlsFingerprint]:
        """Of our certificate, for the offer; SHA-256 is what every browser knows (RFC 8122, 5)."""
        return [f for f in self._certificate.getFingerprints() if f.algorithm == "sha-256"]

    def associate(self) -> Association:
        """The association of this path, for data channels; to be started once the path is up."""
        return Association(self._dtls, lambda: self.up)

    @property
    def secured(self) -> bool:
        """Whether the handshake is done."""
        return self._outgoing is not None

    @property
    def up(self) -> bool:
        """Whether the keys are made and packets may pass."""
        return self._outgoing is not None and self.consented

    def start(self, fingerprints: list[RTCDtlsFingerprint], role: Literal["client", "server"]) -> None:
        """Shake hands as soon as the peer has nominated an address."""
        set_dtls_role(self._dtls, role)
        self._task = asyncio.ensure_future(self._connect(RTCDtlsParameters(fingerprints)))

    async def _connect(self, remote: RTCDtlsParameters) -> None:
        await self._nominated.wait()
        await self._shake_hands(remote)
        if self._closed:
            return
        if self._dtls.state != "connected":
            self._on_end(Absence.FAILED)
            return
        self._dtls.on("statechange", self._dtls_changed)
        self._incoming, self._outgoing = srtp_sessions(self._dtls)
        self._on_up()

    async def _shake_hands(self, remote: RTCDtlsParameters) -> None:
        try:
            await self._dtls.start(remote)
        except Exception:  # aiortc handles what it expects; whatever else a stranger makes it do is a failure
            log.exception("a DTLS handshake failed")

    def _dtls_changed(self) -> None:
        if self._dtls.state == "closed" and not self._closed:
            self._on_end(Absence.CLOSED)

    async def close(self) -> None:
        """Say goodbye to the page and drop the keys. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._incoming = self._outgoing = None
        await self._dtls.stop()
        self._pipe.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.sleep(0)  # DTLS cancelled its reader; let it end before the loop may

    # From the network

    def receive_check(self, username: str, check: stun.Message, sender: Address, now: float) -> bool:
        """A connectivity check with a username of ours. False if it is not authentic."""
        response = self.agent.answer(username, check, sender)
        if response is None:
            return False
        self.heard_at = now
        self._send_plain(response, sender)
        if self.agent.address is not None:
            self._nominated.set()
        return True

    def receive_handshake(self, datagram: bytes) -> None:
        """A DTLS record."""
        self._pipe.feed(datagram)

    def receive_media(self, buffer: PacketBuffer, length: int, now: float) -> bool:
        """An SRTP or SRTCP packet. False if it is not authentic."""
        keys, view = self._incoming, buffer.view
        if keys is None or length < SSRC_OFFSET + SSRC.size:
            return False
        rtcp = view[1] in RTCP_TYPES
        (source,) = SSRC.unpack_from(view, _RTCP_SENDER_OFFSET if rtcp else SSRC_OFFSET)
        if source not in self._sources and len(self._sources) >= MAX_SOURCES:
            return False
        length = keys.unprotect_rtcp(buffer, length) if rtcp else keys.unprotect(buffer, length)
        if not length:
            return False
        self._sources.add(source)
        self.heard_at = now
        if rtcp:
            self._owner.receive_rtcp(bytes(view[:length]), now)
        else:
            self._owner.receive_rtp(view[:length], now)
        return True

    # To the network

    def send_rtp(self, buffer: PacketBuffer, length: int) -> None:
        """Protect the RTP packet in the buffer and send it; without a path it is lost."""
        keys, address = self._outgoing, self.agent.address
        if keys is None or address is None or not self.consented:
            return
        if length := keys.protect(buffer, length):
            self._port.send(buffer, length, address)
            self.packets_out += 1

    def send_rtcp(self, data: bytes) -> None:
        """Protect and send a compound RTCP packet; without a path it is lost."""
        if self._outgoing is None or self.agent.address is None or not self.consented:
            return
        buffer = self._port.outgoing()
        buffer.view[: len(data)] = data
        if length := self._outgoing.protect_rtcp(buffer, len(data)):
            self._port.send(buffer, length, self.agent.address)

    def _send_handshake(self, datagram: bytes) -> None:
        if self.agent.address is not None:
            self._send_plain(datagram, self.agent.address)

    def _send_plain(self, datagram: bytes, address: Address) -> None:
        if len(datagram) <= PACKET_SIZE:
            buffer = self._port.outgoing()
            buffer.view[: len(datagram)] = datagram
            self._port.send(buffer, len(datagram), address)
