"""The private names that `wasl_media.aiortc_private` uses are still what they were.

If one of these fails after an upgrade of aiortc, aioice or pylibsrtp, that module has to follow the new
version; nothing else in the relay touches their private parts.
"""

from __future__ import annotations

import inspect
import re

import pytest
from aioice import ice
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport, RTCPeerConnection, RTCSctpTransport
from aiortc import rtcdtlstransport as dtls_module
from aiortc.rtcsctptransport import InboundStream
from pylibsrtp import Policy, Session
from pylibsrtp import _binding as binding  # type: ignore[import-not-found]

from wasl_media.aiortc_private import Association, DtlsPipe, PacketBuffer, SrtpSession, dtls_over, set_dtls_role


def has(owner: object, name: str, what_for: str) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more, which wasl_media.aiortc_private needs to {what_for}"


def test_pylibsrtp_still_has_its_binding() -> None:
    for name in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"):
        has(binding.lib, name, "work on packets in place")
    key = bytes(range(30))
    session = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    has(session, "_srtp", "reach libsrtp's context")


def test_a_packet_is_protected_in_place_as_pylibsrtp_does() -> None:
    key, packet = bytes(range(30)), bytes.fromhex("80610001 00000002 00000003") + b"payload"
    out = SrtpSession(Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)))
    buffer = PacketBuffer()
    buffer.view[: len(packet)] = packet
    length = out.protect(buffer, len(packet))
    protected = bytes(buffer.view[:length])
    assert protected == Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND)).protect(packet)
    back = SrtpSession(Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    assert back.unprotect(buffer, length) == len(packet)
    assert bytes(buffer.view[: len(packet)]) == packet
    assert back.unprotect(buffer, len(packet)) == 0


async def test_the_dtls_transport_still_runs_over_a_pipe() -> None:
    has(RTCDtlsTransport, "_set_role", "choose who starts the handshake")
    used = re.findall(r"self\.transport\.(\w+)", inspect.getsource(dtls_module))
    unknown = {name for name in used if not hasattr(DtlsPipe, name)}
    assert used, "RTCDtlsTransport does not use its ICE transport as self.transport any more"
    assert not unknown, f"RTCDtlsTransport asks its ICE transport for {unknown}, which DtlsPipe does not have"
    ends = [DtlsPipe(lambda data: ends[1].feed(data)), DtlsPipe(lambda data: ends[0].feed(data))]
    certificates = [RTCCertificate.generateCertificate() for _ in ends]
    transports = [dtls_over(end, certificate) for end, certificate in zip(ends, certificates, strict=True)]
    for transport in transports:
        for name in ("_rx_srtp", "_tx_srtp"):
            has(transport, name, "take the SRTP keys")
    set_dtls_role(transports[0], "server")
    assert transports[0]._role == "server", "RTCDtlsTransport._set_role does not set the role any more"


def test_a_client_side_connection_can_still_be_steered() -> None:
    has(ice.Connection, "get_component_candidates", "gather on loopback only")
    parameters = inspect.signature(ice.Connection.get_component_candidates).parameters
    assert {"component", "addresses"} <= set(parameters)
    source = inspect.getsource(ice.Connection.gather_candidates)
    assert "get_component_candidates(component=component, addresses=addresses)" in source, (
        "aioice gathers candidates in another way; wasl_media.aiortc_private.gather_only has to follow"
    )
    assert "self._connection = gatherer._connection" in inspect.getsource(RTCIceTransport.__init__)
    has(dtls_module.RtpRouter(), "ssrc_table", "route retransmissions of several m-lines")
    assert "_rtp_router" in inspect.getsource(RTCDtlsTransport.__init__)
    has(RTCPeerConnection, "getTransceivers", "reach the transports")


def test_the_message_names_what_is_missing() -> None:
    with pytest.raises(AssertionError, match=r"has no _gone any more, which .* needs to show this"):
        has(object(), "_gone", "show this")


async def test_the_association_can_still_be_bounded() -> None:
    ends = [DtlsPipe(lambda data: ends[1].feed(data)), DtlsPipe(lambda data: ends[0].feed(data))]
    association = Association(dtls_over(ends[0], RTCCertificate.generateCertificate()), lambda: True)
    overridden = ("_handle_data", "_receive", "_receive_sack_chunk", "_send_chunk", "_set_state")
    for name in overridden:
        has(RTCSctpTransport, name, "keep one page's SCTP from harming others")
    looked_at = ("_advertised_rwnd", "_association_state", "_data_channel_queue", "_inbound_streams")
    for name in (*looked_at, "_sack_misordered", "_sent_queue"):
        has(association, name, "bound what a page makes us keep")
    has(InboundStream(), "reassembly", "bound what a page makes us keep")
    has(RTCDtlsTransport, "_unregister_data_receiver", "end the association alone")
