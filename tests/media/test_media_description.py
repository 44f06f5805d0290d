"""The offer, and the answers that are taken or refused."""

from __future__ import annotations

import pytest
from aiortc import RTCDtlsFingerprint
from aiortc.sdp import SessionDescription

from wasl_media.description import MAX_MESSAGE, MAX_SDP, OutgoingStream, read_answer, write_offer
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.ice import Credentials
from wasl_media.partner import MediaPartner
from wasl_media.peer import SLOTS

STREAMS = [
    OutgoingStream(slot, kind, 10 * slot + place, 10 * slot + place + 5)
    for slot in range(SLOTS)
    for place, kind in ((1, "audio"), (2, "video"))
]


def offer() -> str:
    addresses = [("203.0.113.7", 4_000), ("127.0.0.1", 4_000)]
    return write_offer(STREAMS, Credentials(), [RTCDtlsFingerprint("sha-256", "00:11")], addresses)


@pytest.fixture
async def answer() -> str:
    partner = MediaPartner()
    made = await partner.answer(offer())
    await partner.close()
    return made


def test_the_offer_has_four_pairs_on_one_transport() -> None:
    read = SessionDescription.parse(offer())
    assert [media.kind for media in read.media] == [*["audio", "video"] * 4, "application"]
    assert [media.direction for media in read.media[:8]] == ["sendrecv"] * 2 + ["sendonly"] * 6
    assert [media.msid.split()[0] for media in read.media if media.msid] == [
        f"slot{slot}" for slot in range(4) for _ in range(2)
    ]
    assert read.group[0].items == [str(number) for number in range(9)]
    assert all(media.rtcp_mux for media in read.media[:8])
    assert all(media.ice.iceLite and media.dtls for media in read.media)
    data = read.media[8]
    assert (data.profile, data.fmt, data.sctp_port) == ("UDP/DTLS/SCTP", ["webrtc-datachannel"], 5000)
    assert data.sctpCapabilities is not None
    assert data.sctpCapabilities.maxMessageSize == MAX_MESSAGE
    assert [candidate.ip for candidate in read.media[0].ice_candidates] == ["203.0.113.7", "127.0.0.1"]


def test_the_offer_has_vp8_opus_and_rtx_only_and_no_mid_extension() -> None:
    read = SessionDescription.parse(offer())
    assert [codec.mimeType for codec in read.media[0].rtp.codecs] == ["audio/opus"]
    assert [codec.mimeType for codec in read.media[1].rtp.codecs] == ["video/VP8", "video/rtx"]
    assert "sdes:mid" not in offer()
    assert "x-google-start-bitrate=900" in offer()
    assert offer().count("a=rtcp-rsize") == 8


async def test_an_answer_names_what_its_peer_sends(answer: str) -> None:
    read = read_answer(answer, STREAMS)
    assert read.our_role == "server"
    assert read.incoming["audio"].ssrc is not None
    assert read.incoming["video"].rtx_ssrc not in (None, read.incoming["video"].ssrc)


async def test_an_answer_need_not_name_its_streams(answer: str) -> None:
    lines = [line for line in answer.splitlines() if not line.startswith("a=ssrc")]
    read = read_answer("\r\n".join(lines) + "\r\n", STREAMS)
    assert (read.incoming["video"].ssrc, read.incoming["video"].rtx_ssrc) == (None, None)


async def test_a_second_stream_is_no_repair_unless_the_answer_says_so(answer: str) -> None:
    """It may be the small picture."""
    named = read_answer(answer, STREAMS).incoming["video"]
    read = read_answer(answer.replace("a=ssrc-group:FID", "a=ssrc-group:SIM"), STREAMS)
    assert (read.incoming["video"].ssrc, read.incoming["video"].rtx_ssrc) == (named.ssrc, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup:active", "a=setup:actpass"),
        ("a=setup:active", "a=setup:holdconn"),
        ("a=fingerprint", "a=fingerprunt"),
        ("a=fingerprint:sha-256 ", "a=fingerprint:"),
        ("a=mid:3", "a=mid:9"),
        ("a=rtcp-mux", "a=rtcp-max"),
        ("m=audio ", "m=video "),
        ("m=audio ", "m=audio x"),
        ("UDP/TLS/RTP/SAVPF", "udp"),
        ("a=ssrc:", "a=ssrc:x"),
        ("a=rtpmap:", "a=rtpmap:x"),
        ("v=0", "v=zero"),
    ],
)
async def test_a_bad_answer_is_refused_with_a_reason(answer: str, old: str, new: str) -> None:
    assert old in answer
    with pytest.raises(MediaError, match="the answer is refused") as refused:
        read_answer(answer.replace(old, new), STREAMS)
    assert refused.value.code is MediaErrorCode.BAD_SDP


@pytest.mark.parametrize("sdp", ["", "v=0", "\0", "m=audio", "x" * (MAX_SDP + 1), "m=audio 9 RTP 0\r\n" * 8])
def test_what_is_no_sdp_is_refused(sdp: str) -> None:
    with pytest.raises(MediaError) as refused:
        read_answer(sdp, STREAMS)
    assert refused.value.code is MediaErrorCode.BAD_SDP
