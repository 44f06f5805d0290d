"""Header extensions are found wherever they stand, and leave without a trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl_media.header_extension import HeaderExtensions, blank, data
from wasl_media.rtp import header_length

Elements = list[tuple[int, bytes]]
elements = st.lists(
    st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=6, unique_by=lambda e: e[0]
)
HEAD = b"\x90\x61" + bytes(10) + b"\xbe\xde"


def packet(of: Elements, payload: bytes = b"payload") -> bytes:
    body = b"".join(bytes([number << 4 | len(data) - 1]) + data for number, data in of)
    body += bytes(-len(body) % 4)
    return HEAD + (len(body) // 4).to_bytes(2, "big") + body + payload


@given(st.lists(st.tuples(elements, st.binary(max_size=9)), min_size=1), st.integers(1, 14))
def test_each_packet_of_a_stream_tells_its_own(stream: list[tuple[Elements, bytes]], number: int) -> None:
    extensions = HeaderExtensions({number: None})
    for of, payload in stream:
        made, held = packet(of, payload), dict(of).get(number, b"")
        header = extensions.read(made)
        (at,) = header.places
        assert (data(made, at), made[header.length :]) == (held, payload)
        without = bytearray(made)
        if at:
            blank(memoryview(without), at)
        assert len(without) == len(made)
        assert header_length(bytes(without)) == header_length(made)
        for other, there in of:
            (place,) = HeaderExtensions({other: None}).read(without).places
            assert data(without, place) == (b"" if other == number else there)


@given(st.lists(st.binary(max_size=40), min_size=1))
def test_whatever_comes_is_read_as_if_it_came_first(stream: list[bytes]) -> None:
    """What is remembered of the packet before it changes nothing, whether that one was whole or not."""

    def read(extensions: HeaderExtensions, packet: bytes) -> tuple[int, tuple[int, ...]] | None:
        try:
            header = extensions.read(packet)
        except ValueError:
            return None
        return header.length, header.places

    extensions, sizes = HeaderExtensions({3: 3, 6: 2}), {3: 3, 6: 2}
    for tail in stream:
        for packet in (HEAD + tail, b"\x80" + HEAD[1:12] + tail, tail):
            assert read(extensions, packet) == read(HeaderExtensions(sizes), packet)


def test_a_payload_that_looks_like_one_is_none() -> None:
    extension = HeaderExtensions({6: 2})
    assert extension.read(packet([(3, b"abc"), (6, b"12")])).places == (21,)
    assert extension.read(packet([(3, b"abc")], b"\x6112345")).places == (0,)
    assert extension.read(b"\x80\x61" + bytes(10) + packet([(6, b"12")])).places == (0,)


@pytest.mark.parametrize(
    "body",
    [[(6, b"1")], [(6, b"123")], [(15, b"stop"), (6, b"12")], [(0, b"stop"), (6, b"12")]],
    ids=["short", "long", "behind the end", "behind padding with a length"],
)
def test_one_that_is_not_as_it_must_be_is_none(body: Elements) -> None:
    assert HeaderExtensions({6: 2}).read(packet(body)).places == (0,)


def test_a_place_in_a_long_header_is_not_looked_for_in_a_short_one() -> None:
    """Only the low byte of the length is the same."""
    extension = HeaderExtensions({3: 2})
    long = HEAD + b"\x01\x02" + bytes(0x102 * 4 - 4) + b"\x31\xaa\xbb\x00"
    assert data(long, extension.read(long).places[0]) == b"\xaa\xbb"
    assert extension.read(HEAD + b"\x00\x02" + bytes(8)).places == (0,)
