"""Every private name of aiortc, aioice and pylibsrtp that we touch, and nothing else.

aiortc makes the DTLS handshake and the SRTP keys; it has no public way to hand the keys to a packet
forwarder, to run over another ICE transport, to bound what a data channel's sender may make us keep, or to gather
loopback candidates. Whoever raises a version of
these libraries runs tests/media/test_media_aiortc_private.py, which says which of these names went away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from aioice import Candidate
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport, RTCPeerConnection, RTCSctpTransport
from aiortc.rtcsctptransport import WEBRTC_STRING, Chunk, SackChunk
from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

PACKET_SIZE = 2048
"""Bytes of a buffer: an Ethernet frame, an RTX number and the SRTP trailer fit."""
_RECEIVE_WINDOW = 128 << 10
"""Bytes that a sender of messages may have under way."""
_MOST_STREAMS = 32
_MOST_CHUNKS = 1_024
"""That may wait: for others to be one message with, or to be sent."""
_PARAMETERS_AT = {1: 20, 2: 20, 4: 4, 5: 4, 6: 4, 9: 4, 130: 4}
"""Where the parameters of a chunk begin, by its type (RFC 9260, 3.3; RFC 6525, 3.1)."""

_protect, _unprotect = lib.srtp_protect, lib.srtp_unprotect

log = logging.getLogger(__name__)


class PacketBuffer:
    """One packet in memory that does not move, so that libsrtp can work on it in place."""

    def __init__(self) -> None:
        self.cdata = ffi.new("char[]", PACKET_SIZE)
        self.length = ffi.new("int *")
        self.view = memoryview(ffi.buffer(self.cdata)).cast("B")


class SrtpSession:
    """One direction of SRTP without pylibsrtp's copies (RFC 3711, RFC 7714).

    It holds the `Session`: libsrtp's context dies with that object, and using it afterwards crashes.
    Each method returns the new length of the packet in bytes, or 0 if libsrtp refused it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context = session._srtp[0]

    def protect(self, packet: PacketBuffer, length: int) -> int:
        """Encrypt an RTP packet."""
        # Not by `_apply`, as in `unprotect`: this is done for every packet, and a call costs.
        packet.length[0] = length
        return 0 if _protect(self._context, packet.cdata, packet.length) else packet.length[0]

    def unprotect(self, packet: PacketBuffer, length: int) -> int:
        """Authenticate and decrypt an RTP packet."""
        packet.length[0] = length
        return 0 if _unprotect(self._context, packet.cdata, packet.length) else packet.length[0]

    def protect_rtcp(self, packet: PacketBuffer, length: int) -> int:
        """Encrypt an RTCP packet."""
        return self._apply(lib.srtp_protect_rtcp, packet, length)

    def unprotect_rtcp(self, packet: PacketBuffer, length: int) -> int:
        """Authenticate and decrypt an RTCP packet."""
        return self._apply(lib.srtp_unprotect_rtcp, packet, length)

    def _apply(self, function: Callable[[Any, Any, Any], int], packet: PacketBuffer, length: int) -> int:
        packet.length[0] = length
        if function(self._context, packet.cdata, packet.length):
            return 0
        return cast(int, packet.length[0])


class DtlsPipe:
    """What an `RTCDtlsTransport` asks of its ICE transport: send, receive, and a role.

    `send` takes one datagram. At most 64 datagrams wait to be read; what comes beyond is lost, as on the
    network, and DTLS repeats it (RFC 6347, 4.2.4).
    """

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_datagram = send
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closed = False

    def feed(self, datagram: bytes) -> None:
        """Take a datagram from the network."""
        if self._inbox.qsize() < 64 and not self._closed:
            self._inbox.put_nowait(datagram)

    def close(self) -> None:
        """End the reading side; DTLS sees a `ConnectionError`. Idempotent."""
        if not self._closed:
            self._closed = True
            self._inbox.put_nowait(None)

    async def _recv(self) -> bytes:
        datagram = await self._inbox.get()
        if datagram is None:
            raise ConnectionError("the pipe is closed")
        return datagram

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


def dtls_over(pipe: DtlsPipe, certificate: RTCCertificate) -> RTCDtlsTransport:
    """A DTLS transport that runs over our pipe."""
    return RTCDtlsTransport(cast(RTCIceTransport, pipe), [certificate])


def set_dtls_role(dtls: RTCDtlsTransport, role: Literal["client", "server"]) -> None:
    """Fix who starts the handshake, as the answer chose (RFC 5763, 5)."""
    dtls._set_role(role)


def srtp_sessions(dtls: RTCDtlsTransport) -> tuple[SrtpSession, SrtpSession]:
    """The (incoming, outgoing) SRTP sessions of a connected transport (RFC 5764)."""
    return SrtpSession(dtls._rx_srtp), SrtpSession(dtls._tx_srtp)


class Association(RTCSctpTransport):
    """SCTP (RFC 9260) over our DTLS, for data channels (RFC 8831), which cannot harm the media beside it.

    aiortc's own raises what bad input makes it raise into the reader of DTLS, which then ends, and keeps whatever
    comes. This one ends alone: on the first packet that cannot be handled, or when more waits than honest
    senders make wait. It sends nothing while `may_send` says no.
    """

    def __init__(self, dtls: RTCDtlsTransport, may_send: Callable[[], bool]) -> None:
        super().__init__(dtls)
        self._may_send = may_send
        self._advertised_rwnd = _RECEIVE_WINDOW

    def end(self) -> None:
        """Close the channels without a word to the other side. Idempotent."""
        if self._association_state is not self.State.CLOSED:
            self._set_state(self.State.CLOSED)

    async def _handle_data(self, data: bytes) -> None:
        if not _parameters_end(data):
            return
        try:
            await super()._handle_data(data)
        except ConnectionError:  # DTLS is closed, and so are we in a moment
            return
        except Exception as error:  # aiortc asserts and unpacks what it did not check
            log.info("SCTP ends: a packet cannot be handled (%s: %s)", type(error).__name__, error)
            await self.stop()
        if self._holds_too_much():
            log.info("SCTP ends: too much waits")
            await self.stop()

    def _holds_too_much(self) -> bool:
        waiting = len(self._sack_misordered) + len(self._data_channel_queue)
        waiting += sum(len(stream.reassembly) for stream in self._inbound_streams.values())
        overrun = self._advertised_rwnd < -_RECEIVE_WINDOW
        return overrun or waiting > _MOST_CHUNKS or len(self._inbound_streams) > _MOST_STREAMS

    async def _receive(self, stream_id: int, pp_id: int, data: bytes) -> None:
        if pp_id == WEBRTC_STRING:  # what is no UTF-8 becomes U+FFFD, where aiortc would raise
            data = data.decode(errors="replace").encode()
        await super()._receive(stream_id, pp_id, data)

    async def _receive_sack_chunk(self, chunk: SackChunk) -> None:
        # aiortc counts gaps one by one: a packet that acknowledges what was never sent would hold the loop for seconds.
        if sum(end - start + 1 for start, end in chunk.gaps) <= len(self._sent_queue):
            await super()._receive_sack_chunk(chunk)

    async def _send_chunk(self, chunk: Chunk) -> None:
        if self._may_send() and self.transport.state == "connected":
            await super()._send_chunk(chunk)

    def _set_state(self, state: RTCSctpTransport.State) -> None:
        super()._set_state(state)
        if state is self.State.CLOSED:
            self.transport._unregister_data_receiver(self)


def _parameters_end(packet: bytes) -> bool:
    """Whether no parameter of an SCTP packet is empty: aiortc would read it again and again for ever."""
    position = 12
    while position <= len(packet) - 4:
        kind, length = packet[position], int.from_bytes(packet[position + 2 : position + 4], "big")
        if length < 4:
            return False
        at = position + _PARAMETERS_AT.get(kind, length)
        while at <= min(position + length, len(packet)) - 4:
            size = int.from_bytes(packet[at + 2 : at + 4], "big")
            if size < 4:
                return False
            at += size + -size % 4
        position += length + -length % 4
    return True


def gather_only(connection: RTCPeerConnection, addresses: Sequence[str]) -> None:
    """Let a client-side connection gather candidates on these addresses alone.

    aioice skips 127.0.0.1 and takes every other address of the machine. Call it between
    `setRemoteDescription` and `setLocalDescription`.
    """
    for transceiver in connection.getTransceivers():
        _gather_on(transceiver.receiver.transport.transport._connection, list(addresses))


def _gather_on(ice: Any, addresses: list[str]) -> None:
    gather = ice.get_component_candidates

    async def on_these(component: int, **_: object) -> list[Candidate]:
        return cast("list[Candidate]", await gather(component=component, addresses=addresses))

    ice.get_component_candidates = on_these


def route_retransmissions(connection: RTCPeerConnection, rtx: Sequence[tuple[str, int]]) -> None:
    """Let a client-side connection receive RTX on several m-lines of one transport.

    `rtx` pairs the MID of an m-line with the SSRC of its retransmissions (RFC 4588). aiortc knows these
    numbers from the SDP but routes by payload type only, which all m-lines share.
    """
    by_mid = dict(rtx)
    for transceiver in connection.getTransceivers():
        ssrc = by_mid.get(transceiver.mid or "")
        if ssrc is not None:
            receiver = transceiver.receiver
            receiver.transport._rtp_router.ssrc_table[ssrc] = receiver
