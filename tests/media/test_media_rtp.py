"""RTP headers, VP8 keyframes and retransmissions."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtpPacket, unwrap_rtx, wrap_rtx

from wasl_media.rtp import (
    REWRITE,
    REWRITE_OFFSET,
    RTCP_TYPES,
    header_length,
    stamp_send_time,
    starts_keyframe,
    unwrap_retransmission,
    without_frame_numbers,
    wrap_retransmission,
)

PLAIN = bytes.fromhex("80610001 00000002 00000003") + b"payload"
SEND_TIME = bytes.fromhex("90610001 00000002 00000003 bede0002 10aa 32010203 0000") + b"payload"
"""An extension 1 of one byte and an extension 3 of three bytes."""


def test_header_length_counts_sources_and_extensions() -> None:
    assert header_length(PLAIN) == 12
    assert header_length(b"\x82" + PLAIN[1:12] + bytes(8)) == 20
    assert header_length(SEND_TIME) == 24


@pytest.mark.parametrize(
    "packet", [b"", PLAIN[:11], b"\x40" + PLAIN[1:], b"\x8f" + PLAIN[1:], SEND_TIME[:14], SEND_TIME[:20]]
)
def test_what_is_no_rtp_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="header"):
        header_length(packet)


def test_rtcp_is_told_by_its_second_byte() -> None:
    assert [byte in RTCP_TYPES for byte in (191, 192, 200, 223, 224)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("payload", "keyframe"),
    [
        ("10 00", True),
        ("10 01", False),
        ("00 00", False),
        ("11 00", False),
        ("90 80 05 00", True),
        ("90 80 85 05 00", True),
        ("90 c0 85 05 07 00", True),
        ("90 f0 85 05 07 20 00", True),
        ("90 f0 85 05 07 20 01", False),
        ("90 f0 85", False),
        ("10", False),
        ("", False),
    ],
)
def test_a_keyframe_is_found_behind_any_descriptor(payload: str, keyframe: bool) -> None:
    assert starts_keyframe(SEND_TIME[:24] + bytes.fromhex(payload)) is keyframe


@pytest.mark.parametrize(
    ("payload", "goes_on"),
    [
        ("90 80 05 00 01", "10 00 01"),
        ("b0 80 85 05 00 01", "30 00 01"),
        ("90 e0 85 05 07 20 00 01", "10 00 01"),
        ("80 e0 85 05 07 20 99", "00 99"),
        ("10 00 01", "10 00 01"),
        ("90 e0 85 05 07 20", "10"),
        ("90 e0", "90 e0"),
        ("", ""),
    ],
)
def test_frame_numbers_of_one_camera_do_not_go_on(payload: str, goes_on: str) -> None:
    """With them a receiver may wait for frames that the camera shown before would have sent: stills of 3 s."""
    packet = memoryview(bytearray(SEND_TIME[:24] + bytes.fromhex(payload)))
    assert bytes(without_frame_numbers(packet, 24)) == SEND_TIME[:24] + bytes.fromhex(goes_on)


def test_a_retransmission_is_what_aiortc_reads() -> None:
    wrapped = wrap_retransmission(b"\x80\xe1" + PLAIN[2:], 7, 98)
    REWRITE.pack_into(wrapped, REWRITE_OFFSET, 500, 2, 99)
    packet = RtpPacket.parse(bytes(wrapped))
    assert (packet.payload_type, packet.sequence_number, packet.ssrc, packet.marker) == (98, 500, 99, 1)
    original = unwrap_rtx(packet, payload_type=97, ssrc=3)
    assert (original.sequence_number, original.payload, original.marker) == (7, b"payload", 1)


def test_a_retransmission_of_aiortc_is_read() -> None:
    original = RtpPacket(97, 1, 7, 2, 3, b"payload")
    wrapped = wrap_rtx(original, payload_type=98, sequence_number=500, ssrc=99)
    wrapped.padding_size = 5
    assert unwrap_retransmission(wrapped.serialize(), 3, 97) == original.serialize()


def test_a_padding_probe_has_no_original() -> None:
    probe = RtpPacket(98, 0, 7, 2, 3)
    probe.padding_size = 200
    assert unwrap_retransmission(probe.serialize(), 3, 97) is None
    assert unwrap_retransmission(PLAIN[:13], 3, 97) is None


def test_the_send_time_is_ours_and_wraps() -> None:
    packet = bytearray(SEND_TIME)
    stamp_send_time(packet, 19, 0.5)
    assert packet[18:22] == SEND_TIME[18:19] + (1 << 17).to_bytes(3, "big")
    stamp_send_time(packet, 19, 64.5)
    assert packet[19:22] == (1 << 17).to_bytes(3, "big")
