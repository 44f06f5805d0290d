"""The parts of RTP that a forwarder reads and writes; everything else of a packet passes untouched.

Sources: RFC 3550 section 5.1 (fixed header) and 5.3.1 (extension), RFC 8285 section 4.2 (one-byte
extensions), RFC 4588 section 4 (retransmission payload), RFC 7741 section 4 (VP8 payload), RFC 6386 section 9.1
(VP8 keyframes), RFC 5761 section 4 (RTP and RTCP on one port), and the abs-send-time extension of WebRTC.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct("!BBHII")
"""First byte, marker and payload type, sequence number, timestamp, SSRC."""
REWRITE = struct.Struct("!HII")
"""Sequence number, timestamp and SSRC: what a forwarder changes, at offset 2."""
REWRITE_OFFSET = 2
SSRC = struct.Struct("!I")
SSRC_OFFSET = 8
RTCP_TYPES = range(192, 224)
"""The second byte of an RTCP packet that shares RTP's port (RFC 5761, 4)."""
UINT16 = 0xFFFF
UINT32 = 0xFFFFFFFF

_SEQUENCE = struct.Struct("!H")
OSN_SIZE = _SEQUENCE.size
"""Bytes of the original sequence number that an RTX payload begins with."""
_SEND_TIME = struct.Struct("!I")
"""The extension's own byte before the three."""
_EXTENSION_HEADER = 4
"""Bytes: profile and length."""
_MORE_DESCRIPTOR = 0x80
_DESCRIPTOR_LENGTHS = [2 + bool(byte & 0x80) + bool(byte & 0x40) + bool(byte & 0x30) for byte in range(256)]
"""Bytes of a VP8 descriptor, by its second one, with a picture number of one byte."""
_BYTES = [bytes([value]) for value in range(256)]
_VP8_START_CODE = b"\x9d\x01\x2a"
_VP8_SIZE = struct.Struct("<HH")
_VP8_SIZE_MASK = 0x3FFF
"""The upper two bits ask for scaling, which no browser does."""
_PADDING_BIT = 0x20
_EXTENSION_BIT = 0x10
_MARKER_BIT = 0x80
_ABS_SEND_TIME_RATE = 1 << 18
"""Units of abs-send-time in a second; 24 bits of it are sent."""


def header_length(packet: bytes | bytearray | memoryview) -> int:
    """Bytes before the payload. Raises ValueError for what is no RTP packet (RFC 3550, 5.1)."""
    size = len(packet)
    if size < HEADER.size or packet[0] >> 6 != 2:
        raise ValueError("no RTP header")
    length = HEADER.size + 4 * (packet[0] & 0x0F)
    if packet[0] & _EXTENSION_BIT:
        if size < length + _EXTENSION_HEADER:
            raise ValueError("cut off in the extension header")
        length += _EXTENSION_HEADER + 4 * (packet[length + 2] << 8 | packet[length + 3])
    if size < length:
        raise ValueError("cut off in the header")
    return length


def payload_type(packet: bytes | memoryview) -> int:
    """The payload type of an RTP packet."""
    return packet[1] & ~_MARKER_BIT & 0xFF


def vp8_fragment(packet: bytes) -> tuple[bool, bytes]:
    """Whether a packet begins a VP8 frame, and its part of the frame (RFC 7741, 4.2).

    Raises ValueError or IndexError for what is none; padding alone is an empty part.
    """
    end = len(packet) - (packet[-1] if packet[0] & _PADDING_BIT else 0)
    payload = packet[header_length(packet) : end]
    if not payload:
        return False, b""
    return _starts_partition_zero(payload[0]), payload[_vp8_descriptor_length(payload, 0) :]


def starts_keyframe(packet: bytes) -> bool:
    """Whether a packet begins a VP8 keyframe (RFC 7741, 4.2 and 4.3). False for anything unreadable."""
    try:
        payload = packet[header_length(packet) :]
        return _starts_partition_zero(payload[0]) and not payload[_vp8_descriptor_length(payload, 0)] & 0x01
    except (ValueError, IndexError):
        return False


def keyframe_size(packet: bytes) -> tuple[int, int] | None:
    """Width and height of the VP8 keyframe that a packet begins (RFC 6386, 9.1). None for anything else."""
    if not starts_keyframe(packet):
        return None
    at = header_length(packet)
    at += _vp8_descriptor_length(packet, at)
    if packet[at + 3 : at + 6] != _VP8_START_CODE or len(packet) < at + 10:
        return None
    width, height = _VP8_SIZE.unpack_from(packet, at + 6)
    return width & _VP8_SIZE_MASK, height & _VP8_SIZE_MASK


def _starts_partition_zero(descriptor: int) -> bool:
    return bool(descriptor & 0x10) and not descriptor & 0x07


def without_frame_numbers(packet: memoryview, at: int) -> bytes:
    """The packet without the optional part of the VP8 descriptor that begins at `at`.

    It numbers the frames and temporal layers of one camera (RFC 7741, 4.2). A stream that goes on with another
    camera would contradict itself, and its decoder wait for frames that never were. What is unreadable stays.
    """
    try:
        end = at + _vp8_descriptor_length(packet, at)
    except IndexError:
        return bytes(packet)
    if end == at + 1 or end > len(packet):
        return bytes(packet)
    return b"".join((packet[:at], _BYTES[packet[at] & ~_MORE_DESCRIPTOR], packet[end:]))


def _vp8_descriptor_length(packet: bytes | memoryview, at: int) -> int:
    """Bytes before the VP8 payload header: X, I, L, T and K say which optional ones are there."""
    if not packet[at] & _MORE_DESCRIPTOR:
        return 1
    extension = packet[at + 1]
    if extension & 0x80 and packet[at + 2] & 0x80:  # a picture number of two bytes
        return _DESCRIPTOR_LENGTHS[extension] + 1
    return _DESCRIPTOR_LENGTHS[extension]


def wrap_retransmission(packet: bytes, sequence: int, payload_type: int) -> bytearray:
    """An RTX packet around `packet`, whose number towards this receiver is `sequence` (RFC 4588, 4).

    Sequence number, timestamp and SSRC of the RTX stream are still to be written at `REWRITE_OFFSET`.
    """
    at = header_length(packet)
    wrapped = bytearray(packet)
    wrapped[at:at] = _SEQUENCE.pack(sequence)
    wrapped[1] = (packet[1] & _MARKER_BIT) | payload_type
    return wrapped


def unwrap_retransmission(packet: bytes, ssrc: int, payload_type: int) -> bytes | None:
    """The original packet inside an RTX packet (RFC 4588, 4), or None for a padding probe without one."""
    at = header_length(packet)
    end = len(packet) - (packet[-1] if packet[0] & _PADDING_BIT else 0)
    if end < at + _SEQUENCE.size:
        return None
    original = bytearray(packet[:end])
    original[0] &= ~_PADDING_BIT & 0xFF
    original[1] = (packet[1] & _MARKER_BIT) | payload_type
    original[2:4] = packet[at : at + _SEQUENCE.size]
    SSRC.pack_into(original, SSRC_OFFSET, ssrc)
    del original[at : at + _SEQUENCE.size]
    return bytes(original)


def abs_send_time(seconds: float) -> bytes:
    """The three bytes of the extension for a packet that is sent at this time of a clock that never jumps."""
    return (int(seconds * _ABS_SEND_TIME_RATE) & 0xFFFFFF).to_bytes(3, "big")


def stamp_send_time(packet: bytearray | memoryview, at: int, now: float) -> None:
    """Write the abs-send-time whose three bytes begin there: what leaves us is timed by our clock."""
    _SEND_TIME.pack_into(packet, at - 1, packet[at - 1] << 24 | int(now * _ABS_SEND_TIME_RATE) & 0xFFFFFF)
