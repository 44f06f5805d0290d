"""From a publication to its subscriptions, without a network."""

from __future__ import annotations

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
    unwrap_rtx,
    wrap_rtx,
)

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.description import OPUS, VP8, VP8_RTX, Kind, OutgoingStream
from wasl_media.publication import KEYFRAME_INTERVAL, Publication
from wasl_media.subscription import MAX_RETRANSMISSIONS, Subscription

KEY, DELTA = b"\x10\x00key", b"\x10\x01delta"
SSRC, RTX = 1000, 1001


class Path:
    """Where packets leave, as a test sees it."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[RtpPacket] = []
        self.control: list[AnyRtcpPacket] = []

    def outgoing(self) -> PacketBuffer:
        return PacketBuffer()

    def send_rtp(self, buffer: PacketBuffer, length: int) -> None:
        self.sent.append(RtpPacket.parse(bytes(buffer.view[:length])))

    def send_rtcp(self, data: bytes) -> None:
        self.control += RtcpPacket.parse(data)


class Sender:
    """A publication that a test feeds."""

    def __init__(self, kind: Kind = "video", first: int = 100) -> None:
        self.feedback: list[AnyRtcpPacket] = []
        self.publication = Publication(kind, 1, lambda data: self.feedback.extend(RtcpPacket.parse(data)))
        self.publication.adopt(SSRC, RTX)
        self.kind = kind
        self.sequence = first

    def packet(self, sequence: int, payload: bytes = DELTA, timestamp: int = 0) -> RtpPacket:
        kind = VP8 if self.kind == "video" else OPUS
        return RtpPacket(kind, 0, sequence & 0xFFFF, timestamp, SSRC, payload)

    def send(self, sequence: int, payload: bytes = DELTA, timestamp: int = 0, now: float = 0.0) -> None:
        self.publication.receive(self.packet(sequence, payload, timestamp).serialize(), now)

    def send_again(self, sequence: int, now: float = 0.0) -> None:
        wrapped = wrap_rtx(self.packet(sequence), payload_type=VP8_RTX, sequence_number=1, ssrc=RTX)
        self.publication.receive_retransmission(wrapped.serialize(), now)

    def asked(self) -> list[int]:
        nacks = [packet for packet in self.feedback if isinstance(packet, RtcpRtpfbPacket)]
        return [sequence for nack in nacks for sequence in nack.lost]

    def keyframes_asked(self) -> int:
        return sum(isinstance(packet, RtcpPsfbPacket) and packet.fmt == 1 for packet in self.feedback)

    def limits(self) -> list[int]:
        messages = [p for p in self.feedback if isinstance(p, RtcpPsfbPacket) and p.fmt == 15]
        return [unpack_remb_fci(message.fci)[0] for message in messages]


def subscribe(sender: Sender | None = None, kind: Kind = "video") -> tuple[Subscription, Path]:
    path = Path()
    subscription = Subscription(OutgoingStream(1, kind, 7, 8), path)
    if sender is not None:
        subscription.show(sender.publication, 0.0)
    return subscription, path


def steps(path: Path) -> list[int]:
    first = path.sent[0].sequence_number
    return [(packet.sequence_number - first) & 0xFFFF for packet in path.sent]


def test_pictures_are_held_until_a_keyframe_and_it_is_asked_for() -> None:
    sender = Sender()
    subscription, path = subscribe(sender)
    assert sender.keyframes_asked() == 1
    sender.send(100)
    assert path.sent == []
    assert subscription.waits_for_keyframe
    sender.send(101, KEY)
    sender.send(102)
    assert [packet.payload for packet in path.sent] == [KEY, DELTA]
    assert {packet.ssrc for packet in path.sent} == {7}
    assert not subscription.waits_for_keyframe


def test_sound_is_not_held() -> None:
    sender = Sender("audio")
    _, path = subscribe(sender, "audio")
    sender.send(100, b"sound")
    assert [packet.payload for packet in path.sent] == [b"sound"]
    assert sender.feedback == []


def test_numbers_run_on_over_the_end_and_out_of_order() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    for sequence in (65_534, 65_535, 1, 0, 2):
        sender.send(sequence, KEY, 3_000 * sequence)
    assert steps(path) == [0, 1, 3, 2, 4]


def test_a_packet_from_before_the_keyframe_is_never_sent() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    sender.send(105, KEY)
    sender.send(104)
    sender.send(106)
    assert steps(path) == [0, 1]


def test_a_packet_is_sent_once() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    sender.send(100, KEY)
    sender.send(100, KEY)
    assert len(path.sent) == 1


def test_a_new_source_continues_numbers_and_time() -> None:
    one, two = Sender(), Sender()
    subscription, path = subscribe(one)
    one.send(100, KEY, 5_000, now=1.0)
    subscription.show(two.publication, 1.5)
    one.send(101, KEY, 8_000, now=1.6)
    two.send(40_000, DELTA, 77, now=1.9)
    two.send(40_001, KEY, 80, now=2.0)
    two.send(40_002, DELTA, 3_080, now=2.1)
    assert steps(path) == [0, 1, 2]
    times = [packet.timestamp for packet in path.sent]
    assert (times[1] - times[0]) & 0xFFFFFFFF == 90_000
    assert (times[2] - times[1]) & 0xFFFFFFFF == 3_000
    assert one.publication.subscriptions == []


def test_a_source_that_changes_its_ssrc_is_held_again() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    sender.send(100, KEY)
    sender.publication.adopt(SSRC, None)
    sender.send(60_000)
    sender.send(60_001, KEY)
    assert steps(path) == [0, 1]


def test_a_gap_is_asked_for_and_filled_but_counted() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    sender.send(65_533, KEY)
    sender.send(1, now=0.01)
    assert sorted(sender.asked()) == [0, 65_534, 65_535]
    sender.send_again(65_535, now=0.02)
    sender.send_again(65_535, now=0.02)
    assert steps(path) == [0, 4, 2]
    sender.publication.tick(0.2)
    assert sorted(sender.asked())[:2] == [0, 0]
    report = sender.publication.report(0.3)
    assert report is not None
    assert report.packets_lost == 3
    assert sender.publication.recovered == 1


def test_a_long_gap_asks_for_a_keyframe() -> None:
    sender = Sender()
    sender.send(100, KEY)
    sender.send(1_000, now=1.0)
    assert sender.asked() == []
    assert sender.keyframes_asked() == 1


def test_a_gap_that_stays_ends_in_a_keyframe() -> None:
    sender = Sender()
    sender.send(100, KEY)
    sender.send(102)
    for tick in range(30):
        sender.publication.tick(tick * 0.07)
    assert sender.asked() == [101] * 8
    assert sender.keyframes_asked() == 1


def test_keyframe_requests_are_throttled_and_not_forgotten() -> None:
    sender = Sender()
    for tick in range(10):
        sender.publication.request_keyframe(tick * 0.01)
    assert sender.keyframes_asked() == 1
    sender.publication.tick(KEYFRAME_INTERVAL + 0.01)
    assert sender.keyframes_asked() == 2
    sender.publication.tick(3 * KEYFRAME_INTERVAL)
    assert sender.keyframes_asked() == 2


def test_a_keyframe_is_asked_for_until_it_comes() -> None:
    sender = Sender()
    subscribe(sender)
    for tick in range(1, 4):
        sender.send(100 + tick, now=tick * 0.31)
        sender.publication.tick(tick * 0.31)
    assert sender.keyframes_asked() == 4
    sender.send(104, KEY, now=1.0)
    sender.publication.tick(1.5)
    assert sender.keyframes_asked() == 4


def test_a_camera_that_is_off_is_not_asked_again_and_again() -> None:
    sender = Sender()
    subscribe(sender)
    for tick in range(1, 9):
        sender.publication.tick(tick * 0.31)
    assert sender.keyframes_asked() == 1


def test_a_packet_that_claims_to_be_something_else_is_dropped() -> None:
    sender = Sender()
    _, path = subscribe(sender)
    packet = sender.packet(100, KEY)
    packet.payload_type = VP8_RTX
    sender.publication.receive(packet.serialize(), 0.0)
    assert path.sent == []


def test_one_nack_has_its_limit() -> None:
    sender = Sender()
    subscription, path = subscribe(sender)
    for sequence in range(300):
        sender.send(100 + sequence, KEY)
    missed = [packet.sequence_number for packet in path.sent]
    subscription.retransmit(missed + missed, 0.1)
    assert len(path.sent) == 300 + MAX_RETRANSMISSIONS


def test_a_missed_packet_is_sent_again_as_rtx() -> None:
    sender = Sender()
    subscription, path = subscribe(sender)
    sender.send(65_535, KEY, 500)
    sender.send(0, DELTA, 600)
    first, second = path.sent
    subscription.retransmit([second.sequence_number, first.sequence_number, 5], 0.1)
    again = [unwrap_rtx(packet, payload_type=VP8, ssrc=7) for packet in path.sent[2:]]
    assert [p.sequence_number for p in again] == [second.sequence_number, first.sequence_number]
    assert [p.payload for p in again] == [DELTA, KEY]
    assert [p.timestamp for p in again] == [second.timestamp, first.timestamp]
    assert {(p.ssrc, p.payload_type) for p in path.sent[2:]} == {(8, VP8_RTX)}
    assert [p.sequence_number for p in path.sent[2:]] == [
        path.sent[2].sequence_number,
        path.sent[2].sequence_number + 1,
    ]


def test_the_old_source_is_not_sent_again_after_a_change() -> None:
    one, two = Sender(), Sender()
    subscription, path = subscribe(one)
    one.send(100, KEY)
    subscription.show(two.publication, 0.1)
    two.send(99, DELTA)
    two.send(100, KEY)
    subscription.retransmit([path.sent[0].sequence_number], 0.2)
    assert len(path.sent) == 2


def test_sender_reports_keep_their_wall_clock() -> None:
    sender = Sender()
    subscription, path = subscribe(sender)
    sender.publication.receive_clock(0x0102030405060708, 1_000, 0.0)
    assert path.control == []
    sender.send(100, KEY, 4_000)
    report = path.control[0]
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.ntp_timestamp == 0x0102030405060708
    assert path.sent[0].timestamp - report.sender_info.rtp_timestamp == 3_000
    info = RtcpReceiverInfo(7, 0, 0, 0, 0, lsr=0x03040506, dlsr=65_536 // 2)
    subscription.receive_report(info, 0.75)
    assert subscription.round_trip == 0.25
    subscription.receive_report(RtcpReceiverInfo(7, 0, 0, 0, 0, lsr=5, dlsr=5), 9.0)
    assert subscription.round_trip == 0.25


def test_a_limit_is_told_again_after_a_second_or_when_it_falls() -> None:
    sender = Sender()
    for limit, now in ((2_000_000, 0.0), (500_000, 0.1), (600_000, 0.2), (2_000_000, 2.0)):
        sender.publication.limit_bitrate(limit, now)
    assert [round(limit, -4) for limit in sender.limits()] == [2_000_000, 500_000, 2_000_000]


def test_nothing_is_sent_without_a_path_and_a_keyframe_is_awaited_when_it_is_back() -> None:
    sender = Sender()
    subscription, path = subscribe(sender)
    path.up = False
    sender.send(100, KEY)
    assert path.sent == []
    path.up = True
    sender.send(101, KEY)
    assert len(path.sent) == 1
    sender.publication.close()
    sender.publication.close()
    assert subscription.source is None
