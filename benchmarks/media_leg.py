"""One end of a connection with a media server: just enough ICE, DTLS-SRTP and SDP, and cheap for each packet."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aioice import stun
from aiortc import RTCCertificate
from aiortc.sdp import MediaDescription, SessionDescription

from wasl_media.aiortc_private import (
    DtlsPipe,
    PacketBuffer,
    SrtpSession,
    dtls_over,
    set_dtls_role,
    srtp_sessions,
)
from wasl_media.description import ABS_SEND_TIME, PAYLOAD_TYPES, Kind
from wasl_media.ice import Credentials
from wasl_media.rtp import RTCP_TYPES

Receive = Callable[[memoryview, float], None]
"""Called with a decrypted RTP packet, and the time (seconds, monotonic)."""

_CHECK_INTERVAL = 2.5
_PATIENCE = 15.0
_DRAIN = 16
_BUFFER = 1 << 21
_CODECS = {
    "audio": ["a=rtpmap:{} opus/48000/2", "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level"],
    "video": [
        "a=rtpmap:{} VP8/90000",
        "a=rtcp-fb:{} nack",
        "a=rtcp-fb:{} nack pli",
        "a=rtcp-fb:{} goog-remb",
        f"a=extmap:{ABS_SEND_TIME} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    ],
}


@dataclass(frozen=True)
class Section:
    """An m-line of ours."""

    kind: Kind
    mid: str
    direction: str
    ssrc: int | None = None
    payload: int | None = None
    """The payload type, if it is another than ours."""

    def lines(self) -> list[str]:
        """What it says beyond the transport."""
        payload = self.payload or PAYLOAD_TYPES[self.kind]
        lines = [f"m={self.kind} 9 UDP/TLS/RTP/SAVPF {payload}", "c=IN IP4 0.0.0.0", f"a={self.direction}"]
        lines += [f"a=mid:{self.mid}", "a=rtcp-mux", *(line.format(payload) for line in _CODECS[self.kind])]
        if self.ssrc is not None:
            lines += ["a=msid:load load-" + self.kind, f"a=ssrc:{self.ssrc} cname:load"]
        return lines


class Leg:
    """A connection from a socket of its own. `receive` gets what comes."""

    def __init__(self, address: str, receive: Receive) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        self._socket.bind((address, 0))
        self._receive = receive
        self._credentials = Credentials()
        self._remote: Credentials | None = None
        self._controlling = True
        self._tie_breaker = secrets.randbits(64)
        self._reached = asyncio.Event()
        self._certificate = RTCCertificate.generateCertificate()
        self._pipe = DtlsPipe(self._send_plain)
        self._dtls = dtls_over(self._pipe, self._certificate)
        self._incoming: SrtpSession | None = None
        self._outgoing: SrtpSession | None = None
        self._in, self._out = PacketBuffer(), PacketBuffer()
        self._checker: asyncio.Task[None] | None = None

    def describe(self, sections: Sequence[Section], setup: str) -> str:
        """Our offer or answer, with one candidate for all m-lines."""
        address, port = self._socket.getsockname()
        digest = next(f for f in self._certificate.getFingerprints() if f.algorithm == "sha-256")
        transport = [
            f"a=ice-ufrag:{self._credentials.username}",
            f"a=ice-pwd:{self._credentials.password}",
            f"a=fingerprint:sha-256 {digest.value}",
            f"a=setup:{setup}",
            f"a=candidate:1 1 udp 2130706431 {address} {port} typ host",
            "a=end-of-candidates",
        ]
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
        lines += ["a=group:BUNDLE " + " ".join(section.mid for section in sections), "a=msid-semantic:WMS *"]
        for section in sections:
            lines += section.lines() + transport
        return "\r\n".join(lines) + "\r\n"

    async def connect(self, remote_sdp: str, *, controlling: bool) -> None:
        """Reach the server and shake hands; the answer (or offer) of the server tells who begins."""
        remote = SessionDescription.parse(remote_sdp).media[0]
        assert remote.dtls is not None
        assert remote.ice is not None
        assert remote.ice.usernameFragment is not None
        assert remote.ice.password is not None
        self._remote = Credentials(remote.ice.usernameFragment, remote.ice.password)
        self._controlling = controlling
        self._socket.connect(_candidate(remote, self._socket.getsockname()[0]))
        asyncio.get_running_loop().add_reader(self._socket, self._readable)
        self._checker = asyncio.ensure_future(self._check())
        # Whoever is asked to be passive waits; a server that leaves the choice to us is answered "active".
        set_dtls_role(self._dtls, "server" if remote.dtls.role == "client" else "client")
        async with asyncio.timeout(_PATIENCE):
            await self._reached.wait()
            await self._dtls.start(remote.dtls)
        if self._dtls.state != "connected":
            raise ConnectionError("the DTLS handshake failed")
        self._incoming, self._outgoing = srtp_sessions(self._dtls)

    def outgoing(self) -> PacketBuffer:
        """The buffer for the next packet."""
        return self._out

    def send(self, length: int) -> None:
        """Send the RTP packet in the buffer."""
        if self._outgoing is not None and (length := self._outgoing.protect(self._out, length)):
            self._send_plain(self._out.view[:length])

    def send_rtcp(self, data: bytes) -> None:
        """Send a compound RTCP packet."""
        self._out.view[: len(data)] = data
        if self._outgoing is not None and (length := self._outgoing.protect_rtcp(self._out, len(data))):
            self._send_plain(self._out.view[:length])

    async def close(self) -> None:
        """Let go of the socket."""
        await self._dtls.stop()
        self._pipe.close()
        if self._checker is not None:
            self._checker.cancel()
            await asyncio.gather(self._checker, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _send_plain(self, datagram: bytes | memoryview) -> None:
        with contextlib.suppress(OSError):
            self._socket.send(datagram)

    # ICE

    async def _check(self) -> None:
        while True:
            self._send_plain(self._binding_request())
            await asyncio.sleep(_CHECK_INTERVAL if self._reached.is_set() else 0.05)

    def _binding_request(self) -> bytes:
        assert self._remote is not None
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._remote.username}:{self._credentials.username}"
        request.attributes["PRIORITY"] = 2130706431
        request.attributes["ICE-CONTROLLING" if self._controlling else "ICE-CONTROLLED"] = self._tie_breaker
        if self._controlling:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self._remote.password.encode())
        return bytes(request)

    def _take_stun(self, message: stun.Message) -> None:
        if message.message_class is stun.Class.RESPONSE:
            self._reached.set()
        elif message.message_class is stun.Class.REQUEST:
            response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = self._socket.getpeername()
            response.add_message_integrity(self._credentials.password.encode())
            self._send_plain(bytes(response))

    # From the network

    def _readable(self) -> None:
        with contextlib.suppress(OSError):  # nothing more is there, or the server has gone
            for _ in range(_DRAIN):
                self._take(self._socket.recv_into(self._in.view), time.monotonic())

    def _take(self, length: int, now: float) -> None:
        view = self._in.view
        if 128 <= view[0] <= 191:
            if self._incoming is not None and view[1] not in RTCP_TYPES:
                length = self._incoming.unprotect(self._in, length)
                if length:
                    self._receive(view[:length], now)
        elif view[0] <= 3:
            self._take_stun(stun.parse_message(bytes(view[:length])))
        else:
            self._pipe.feed(bytes(view[:length]))


def _candidate(media: MediaDescription, preferred: str) -> tuple[str, int]:
    """A UDP candidate of the server, on our own address if it has one there."""
    found = [(c.ip, c.port) for c in media.ice_candidates if c.protocol.lower() == "udp" and ":" not in c.ip]
    return next((candidate for candidate in found if candidate[0] == preferred), found[0])
