"""What a peer sends, packet by packet."""

from __future__ import annotations

import pytest

from wasl_media.description import LOW_RID, OPUS, RID, TRANSPORT_SEQUENCE, VP8, IncomingStream, Kind
from wasl_media.incoming import Incoming
from wasl_media.publication import Publication
from wasl_media.reception import SenderClock
from wasl_media.rtp import HEADER

SSRC = 5


class Receiver:
    """Keeps what comes."""

    waits_for_keyframe = False

    def __init__(self, publication: Publication) -> None:
        self.came: list[bytes] = []
        publication.subscriptions.append(self)

    def forward(self, packet: bytes, index: int, timestamp: int, now: float) -> None:
        self.came.append(packet)

    def forward_clock(self, clock: SenderClock, now: float) -> None:
        pass

    def hold(self) -> None:
        pass

    def leave(self) -> None:
        pass


def feed(incoming: Incoming, kind: int, payload: bytes, extension: bytes = b"") -> None:
    first = 0x90 if extension else 0x80
    packet = HEADER.pack(first, kind, 1, 2, SSRC) + extension + payload
    incoming.receive(memoryview(bytearray(packet)), 1.0)


@pytest.mark.parametrize(
    ("name", "kind", "payload", "goes_on"),
    [
        ("audio", OPUS, b"\xf8\xff\x85sound", b"\xf8\xff\x85sound"),
        ("video", VP8, b"\x90\x80\x05\x00picture", b"\x10\x00picture"),
    ],
)
def test_a_stream_that_nobody_announced_is_taken_from_its_first_packet_on(
    name: Kind, kind: int, payload: bytes, goes_on: bytes
) -> None:
    incoming = Incoming(1, lambda data: None)
    receiver = Receiver(incoming.publications[name])
    for _ in range(2):
        feed(incoming, kind, payload)
    assert [packet[12:] for packet in receiver.came] == [goes_on]


def test_a_sender_whose_line_takes_only_the_small_picture_is_measured_by_that() -> None:
    """Her full one stands still, and she is seen all the same."""
    incoming = Incoming(1, lambda data: None)
    incoming.adopt({"video": IncomingStream(ssrc=SSRC, rtx_ssrc=None)})
    name = bytes([RID << 4 | len(LOW_RID) - 1]) + LOW_RID.encode()
    extension = b"\xbe\xde\x00\x01" + name + bytes(4 - len(name))

    def second(begin: int, layers: dict[int, bytes]) -> float | None:
        for number in range(begin * 20, begin * 20 + 20):
            now = number / 20
            for ssrc, header in layers.items():
                head = HEADER.pack(0x90 if header else 0x80, VP8, number, number * 4_500, ssrc)
                incoming.receive(memoryview(bytearray(head + header + b"\x10\x00" + bytes(100))), now)
            incoming.tick(now, up=False)
        incoming.report(begin + 1)
        _, picture = incoming.measure(begin + 1)
        return picture and picture.frame_rate

    both = {SSRC: b"", SSRC + 1: extension}
    assert [second(begin, both) for begin in range(3)] == [pytest.approx(20)] * 3
    rates = [second(begin, {SSRC + 1: extension}) for begin in range(3, 6)]
    assert rates[1:] == [pytest.approx(20)] * 2
    before = incoming.octets
    second(6, {SSRC + 1: extension})
    assert incoming.octets == before + 20 * (12 + 8 + 102)


def test_a_number_that_is_cut_off_at_the_end_of_a_packet_is_none() -> None:
    incoming = Incoming(1, lambda data: None)
    receiver = Receiver(incoming.publications["video"])
    short = b"\xbe\xde\x00\x01\x00\x00" + bytes([TRANSPORT_SEQUENCE << 4, 7])
    feed(incoming, VP8, b"", short)
    assert len(receiver.came) == 1
    assert incoming._arrivals.report(1, 7) == b""
