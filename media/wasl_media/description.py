"""The relay's SDP offer, and what it needs to know from the answer.

Sources: RFC 8866 (SDP), RFC 8829 (JSEP), RFC 9143 (BUNDLE), RFC 8839 (ICE in SDP), RFC 8842 (DTLS in SDP),
RFC 5576 (a=ssrc, FID), RFC 4588 (apt), RFC 7587 (Opus), RFC 7741 (VP8), RFC 5506 (a=rtcp-rsize),
RFC 8841 (data channels).
aiortc writes and parses the text.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiortc import (
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCIceCandidate,
    RTCIceParameters,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpParameters,
    RTCSctpCapabilities,
)
from aiortc.rtcrtpparameters import RTCRtcpFeedback
from aiortc.sdp import GroupDescription, MediaDescription, SessionDescription, SsrcDescription

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.ice import Address, Credentials

Kind = Literal["audio", "video"]
FULL_RID, LOW_RID = "h", "l"
"""The two layers of a picture that a page sends (RFC 8851)."""
KINDS: tuple[Kind, Kind] = ("audio", "video")

OPUS = 96
VP8 = 97
VP8_RTX = 98
"""Payload types: the relay always offers, so they are the same for everybody and packets pass unchanged."""
PAYLOAD_TYPES: dict[Kind, int] = {"audio": OPUS, "video": VP8}
CLOCK_RATES: dict[Kind, int] = {"audio": 48_000, "video": 90_000}
"""Timestamp units in a second."""
AUDIO_LEVEL = 2
"""Identifier of the header extension that tells how loud each packet is (RFC 6464)."""
ABS_SEND_TIME = 3
"""Identifier of that header extension. The relay writes its own clock into it: a receiver's estimate (REMB) is then
one of the way from the relay, whoever it sees."""
RID = 4
REPAIRED_RID = 5
"""Which layer a packet, or a retransmission, belongs to (RFC 8852). Never forwarded."""
TRANSPORT_SEQUENCE = 6
"""Numbers the packets of a page, so that the relay can report when each came. Never forwarded."""
START_BITRATE = 900
"""kbit/s that Chromium begins with, instead of 300 and half a minute of growing."""
MAX_SDP = 60_000
"""Characters."""
MAX_MESSAGE = 16_384
"""Bytes of a message on a data channel, for both sides: a long paste in a few messages."""
_SCTP_PORT = 5_000
_HIGHEST_PRIORITY = 64 << 24 | 65_535 << 8 | 255
"""Below all of a browser's own, so that ours decides between two pairs (RFC 8445, 6.1.2.3). A page that restarts raises
it: its browser then leaves a dead path at once, and not after the seconds of silence it would grant it."""

_EXTENSIONS: dict[Kind, list[RTCRtpHeaderExtensionParameters]] = {
    # No MID: a forwarded MID would name an m-line of its sender, and misroute the packet in its receiver.
    "audio": [RTCRtpHeaderExtensionParameters(AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level")],
    "video": [
        RTCRtpHeaderExtensionParameters(ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
    ],
}
_OPUS: dict[str, int | str | None] = {
    "minptime": 10,
    "useinbandfec": 1,
    "usedtx": 0,
    "maxplaybackrate": 48_000,
    "maxaveragebitrate": 64_000,
}
"""Full band (EN 301 549, 6.1 asks for 7 kHz), with repair, and silence is sent too (RFC 7587, 6.1). It is the most
that a page may send; what it sends follows from who listens."""
_OWN_EXTENSIONS = [
    *_EXTENSIONS["video"],
    RTCRtpHeaderExtensionParameters(RID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    RTCRtpHeaderExtensionParameters(REPAIRED_RID, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
    RTCRtpHeaderExtensionParameters(
        TRANSPORT_SEQUENCE, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    ),
]
"""Of the picture that a page sends."""
_TRANSPORT_FEEDBACK = f"a=rtcp-fb:{VP8} transport-cc\r\n"
_LAYERS = f"a=rid:{FULL_RID} recv\r\na=rid:{LOW_RID} recv\r\na=simulcast:recv {FULL_RID};{LOW_RID}\r\n"
"""RFC 8853. The full one comes first: a first layer that is alone is fitted to the line as if there were no other."""
_CODECS: dict[Kind, list[RTCRtpCodecParameters]] = {
    "audio": [RTCRtpCodecParameters("audio/opus", 48_000, 2, OPUS, [], _OPUS)],
    "video": [
        RTCRtpCodecParameters(
            "video/VP8",
            90_000,
            None,
            VP8,
            [
                RTCRtcpFeedback("nack"),
                RTCRtcpFeedback("nack", "pli"),
                RTCRtcpFeedback("ccm", "fir"),
                RTCRtcpFeedback("goog-remb"),
            ],
            {"x-google-start-bitrate": START_BITRATE},
        ),
        RTCRtpCodecParameters("video/rtx", 90_000, None, VP8_RTX, [], {"apt": VP8}),
    ],
}


@dataclass(frozen=True)
class OutgoingStream:
    """One stream of the offer."""

    slot: int
    kind: Kind
    ssrc: int
    rtx_ssrc: int

    @property
    def name(self) -> str:
        """The media stream (msid) and CNAME: sound and picture of one slot share it, so they stay in sync."""
        return f"slot{self.slot}"

    @property
    def mid(self) -> str:
        """The m-line: audio before video, slot by slot."""
        return str(2 * self.slot + KINDS.index(self.kind))


@dataclass(frozen=True)
class IncomingStream:
    """What the answer says about the peer's own stream of one kind."""

    ssrc: int | None
    rtx_ssrc: int | None


@dataclass(frozen=True)
class Answer:
    """What the relay needs to know of an answer."""

    fingerprints: list[RTCDtlsFingerprint]
    our_role: Literal["client", "server"]
    """Of the relay in the DTLS handshake."""
    incoming: dict[Kind, IncomingStream]
    sctp_port: int | None
    """Of the peer's data channels; none if it has none."""


def write_offer(
    streams: Sequence[OutgoingStream],
    credentials: Credentials,
    fingerprints: list[RTCDtlsFingerprint],
    addresses: Sequence[Address],
) -> str:
    """The offer: slot 0 sends and receives, the others only send, data channels last; everything on one transport."""
    offer = SessionDescription()
    offer.type = "offer"
    version = int(time.time())
    offer.origin = f"- {version} {version} IN IP4 0.0.0.0"
    offer.group = [GroupDescription("BUNDLE", [*(stream.mid for stream in streams), _data_mid(streams)])]
    offer.msid_semantic = [GroupDescription("WMS", ["*"])]
    offer.media = [*(_media(stream) for stream in streams), _data(_data_mid(streams))]
    for media in offer.media:
        _add_transport(media, credentials, fingerprints, addresses)
    return _complete(str(offer))


def _complete(offer: str) -> str:
    """Write what aiortc cannot: that our feedback comes without a report in front of it, and the layers."""
    offer = offer.replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-rsize\r\n")
    before, video, rest = offer.partition("m=video")
    own, following, others = rest.partition("m=")
    return before + video + own + _TRANSPORT_FEEDBACK + _LAYERS + following + others


def _media(stream: OutgoingStream) -> MediaDescription:
    codecs = _CODECS[stream.kind]
    media = MediaDescription(stream.kind, 9, "UDP/TLS/RTP/SAVPF", [codec.payloadType for codec in codecs])
    media.direction = "sendrecv" if stream.slot == 0 else "sendonly"
    media.msid = f"{stream.name} {stream.name}-{stream.kind}"
    media.rtp = RTCRtpParameters(codecs, _extensions(stream), stream.mid)
    media.rtcp_host, media.rtcp_port, media.rtcp_mux = "0.0.0.0", 9, True
    _name_sources(media, stream)
    return media


def _data_mid(streams: Sequence[OutgoingStream]) -> str:
    return str(len(streams))


def _data(mid: str) -> MediaDescription:
    """The data channels (RFC 8841, 5)."""
    media = MediaDescription("application", 9, "UDP/DTLS/SCTP", ["webrtc-datachannel"])
    media.rtp.muxId = mid
    media.sctp_port = _SCTP_PORT
    media.sctpCapabilities = RTCSctpCapabilities(MAX_MESSAGE)
    return media


def _add_transport(
    media: MediaDescription,
    credentials: Credentials,
    fingerprints: list[RTCDtlsFingerprint],
    addresses: Sequence[Address],
) -> None:
    media.host, media.port = addresses[0]
    media.ice = RTCIceParameters(credentials.username, credentials.password, iceLite=True)
    media.ice_candidates = [_candidate(number, address) for number, address in enumerate(addresses)]
    media.ice_candidates_complete = True
    media.dtls = RTCDtlsParameters(fingerprints, role="auto")


def _extensions(stream: OutgoingStream) -> list[RTCRtpHeaderExtensionParameters]:
    return _OWN_EXTENSIONS if stream.kind == "video" and stream.slot == 0 else _EXTENSIONS[stream.kind]


def _name_sources(media: MediaDescription, stream: OutgoingStream) -> None:
    media.ssrc = [SsrcDescription(stream.ssrc, cname=stream.name)]
    if stream.kind == "video":
        media.ssrc.append(SsrcDescription(stream.rtx_ssrc, cname=stream.name))
        media.ssrc_group = [GroupDescription("FID", [stream.ssrc, stream.rtx_ssrc])]


def _candidate(number: int, address: Address) -> RTCIceCandidate:
    """A host candidate; the first address is preferred (RFC 8445, 5.1.2)."""
    priority = _HIGHEST_PRIORITY - (number << 8)
    return RTCIceCandidate(1, str(number + 1), address[0], address[1], priority, "udp", "host")


def read_answer(sdp: str, streams: Sequence[OutgoingStream]) -> Answer:
    """Read an answer to the offer of these streams. Raises MediaError (bad_sdp) with the reason."""
    if len(sdp) > MAX_SDP:
        raise _bad("it is too long")
    try:
        parsed = SessionDescription.parse(sdp)
        return _understand(parsed, streams)
    except MediaError:
        raise
    except Exception as error:  # aiortc's parser trusts its input; anything may come out of it
        raise _bad(f"it cannot be parsed ({type(error).__name__})") from error


def _understand(answer: SessionDescription, streams: Sequence[OutgoingStream]) -> Answer:
    streams_media, data = answer.media[: len(streams)], answer.media[len(streams) :]
    if [(m.kind, m.rtp.muxId) for m in streams_media] != [(s.kind, s.mid) for s in streams]:
        raise _bad("its m-lines are not those of the offer")
    if [m.kind for m in data] not in ([], ["application"]):
        raise _bad("it has more m-lines than the offer")
    first = answer.media[0]
    if first.dtls is None or not first.dtls.fingerprints:
        raise _bad("it has no DTLS fingerprint")
    if first.dtls.role not in ("client", "server"):
        raise _bad("its a=setup must be active or passive")
    if any(media.port == 0 for media in streams_media):
        raise _bad("it rejects an m-line; inactive is the way to say no")
    for media in streams_media:
        if not media.rtcp_mux:
            raise _bad("it does not multiplex RTCP")
    return Answer(
        fingerprints=first.dtls.fingerprints,
        our_role="server" if first.dtls.role == "client" else "client",
        incoming={kind: _incoming(answer.media[KINDS.index(kind)]) for kind in KINDS},
        sctp_port=data[0].sctp_port if data and data[0].port else None,
    )


def _incoming(media: MediaDescription) -> IncomingStream:
    """The first stream that is named: of two layers, the full one. Only FID (RFC 5576, 4.2) says which repairs it."""
    pair = next((group.items for group in media.ssrc_group if group.semantic == "FID"), None)
    if pair is not None and len(pair) == 2:
        return IncomingStream(ssrc=int(pair[0]), rtx_ssrc=int(pair[1]))
    return IncomingStream(ssrc=media.ssrc[0].ssrc if media.ssrc else None, rtx_ssrc=None)


def _bad(reason: str) -> MediaError:
    return MediaError(MediaErrorCode.BAD_SDP, f"the answer is refused: {reason}")
