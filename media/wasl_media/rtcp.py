"""RTCP that the relay writes. aiortc packs and parses the packets.

Sources: RFC 3550 section 6 (reports), RFC 4585 section 6 (NACK, PLI), RFC 5104 section 4.3.1 (FIR),
draft-alvestrand-rmcat-remb-03 (REMB).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from wasl_media.rtp import UINT16

_CNAME = 1
_MAX_REPORTS = 31


def parse(data: bytes) -> list[AnyRtcpPacket]:
    """The packets of a compound RTCP packet; an unreadable one is empty."""
    try:
        return RtcpPacket.parse(data)
    except Exception:  # it meets bytes of others: ValueError, struct.error, IndexError
        return []


def nack(sender: int, media: int, indices: Iterable[int]) -> bytes:
    """Ask `media` for packets again (RFC 4585, 6.2.1).

    `indices` are extended sequence numbers in rising order.
    """
    packets = [
        RtcpRtpfbPacket(RTCP_RTPFB_NACK, sender, media, [index & UINT16 for index in cycle])
        for _, cycle in groupby(indices, key=lambda index: index >> 16)
    ]
    return b"".join(map(bytes, packets))


def picture_loss(sender: int, media: int) -> bytes:
    """Ask for a keyframe (RFC 4585, 6.3.1)."""
    return bytes(RtcpPsfbPacket(RTCP_PSFB_PLI, sender, media))


def bitrate_limit(sender: int, media: int, bits_per_second: int) -> bytes:
    """Tell a sender how much its receivers can take (REMB)."""
    return bytes(RtcpPsfbPacket(RTCP_PSFB_APP, sender, 0, pack_remb_fci(bits_per_second, [media])))


def read_bitrate_limit(packet: RtcpPsfbPacket) -> int | None:
    """The bits per second of a REMB, or None if it is another application message."""
    try:
        return unpack_remb_fci(packet.fci)[0]
    except Exception:  # as in parse
        return None


def receiver_report(sender: int, reports: list[RtcpReceiverInfo]) -> bytes:
    """How well streams arrive (RFC 3550, 6.4.2)."""
    return bytes(RtcpRrPacket(sender, reports[:_MAX_REPORTS]))


def sender_report(ssrc: int, info: RtcpSenderInfo, cname: str) -> bytes:
    """Which wall-clock time a timestamp means (6.4.1), with the name that ties sound to picture (6.5.1)."""
    name = RtcpSdesPacket([RtcpSourceInfo(ssrc, [(_CNAME, cname.encode())])])
    return bytes(RtcpSrPacket(ssrc, info)) + bytes(name)
