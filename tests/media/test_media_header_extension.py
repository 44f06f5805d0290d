"""Header extensions are found wherever they stand, and leave without a trace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wasl_media.header_extension import HeaderExtension
from wasl_media.rtp import header_length

Elements = list[tuple[int, bytes]]
elements = st.lists(
    st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=6, unique_by=lambda e: e[0]
)


def packet(of: Elements, payload: bytes = b"payload") -> bytes:
    body = b"".join(bytes([number << 4 | len(data) - 1]) + data for number, data in of)
    body += bytes(-len(body) % 4)
    return b"\x90\x61" + bytes(10) + b"\xbe\xde" + (len(body) // 4).to_bytes(2, "big") + body + payload


@given(st.lists(elements, min_size=1), st.integers(1, 14))
def test_each_packet_of_a_stream_tells_its_own(stream: list[Elements], number: int) -> None:
    extension = HeaderExtension(number)
    for of in stream:
        made, held = packet(of), dict(of).get(number, b"")
        assert extension.data(made) == held
        blank = bytearray(made)
        if at := extension.find(made):
            extension.blank(memoryview(blank), at)
        assert len(blank) == len(made)
        assert header_length(bytes(blank)) == header_length(made)
        for other, data in of:
            assert HeaderExtension(other).data(bytes(blank)) == (b"" if other == number else data)


def test_a_payload_that_looks_like_one_is_none() -> None:
    extension = HeaderExtension(6)
    assert extension.find(packet([(3, b"abc"), (6, b"12")])) == 21
    assert extension.find(packet([(3, b"abc")], b"\x6112345")) == 0
    assert extension.find(b"\x80\x61" + bytes(10) + packet([(6, b"12")])) == 0


def test_a_place_in_a_long_header_is_not_looked_for_in_a_short_one() -> None:
    """Only the low byte of the length is the same."""
    extension = HeaderExtension(3)
    head = b"\x90\x61" + bytes(10) + b"\xbe\xde"
    long = head + b"\x01\x02" + bytes(0x102 * 4 - 4) + b"\x31\xaa\xbb\x00"
    assert extension.data(long) == b"\xaa\xbb"
    assert extension.data(head + b"\x00\x02" + bytes(8)) == b""
