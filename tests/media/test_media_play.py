"""Clips are played to many without being encoded: from the beginning, in time, sent again where packets are lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiortc.rtp import AnyRtcpPacket, RtcpPacket, RtcpSrPacket, RtpPacket, unwrap_rtx

from clips import Recipe, make_clip
from wasl_media.aiortc_private import PacketBuffer
from wasl_media.clip import Clip, read_clip
from wasl_media.description import KINDS, OPUS, VP8, VP8_RTX, Kind, OutgoingStream
from wasl_media.header_extension import HeaderExtensions
from wasl_media.play import PAUSE, Play
from wasl_media.rtp import starts_keyframe
from wasl_media.subscription import Subscription

STEP = 0.004


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return read_clip(make_clip(tmp_path_factory.mktemp("clips") / "clip.webm"))


class Viewer:
    """Somebody who sees a clip, as a test sees her: it moves its own clock."""

    def __init__(self, clip: Clip, *, repeat: bool = False, connected: bool = True) -> None:
        self.connected = connected
        self.now = 100.0
        self.sent: list[tuple[float, RtpPacket]] = []
        self.raw: list[bytes] = []
        self.control: list[AnyRtcpPacket] = []
        self.ended = 0
        self.play = Play(clip, repeat=repeat, viewer=self, on_end=self._end)
        self.subscriptions: dict[Kind, Subscription] = {}
        for number, kind in enumerate(KINDS):
            subscription = Subscription(OutgoingStream(0, kind, 10 + number, 20 + number), self)
            subscription.show(self.play.publications[kind], self.now)
            self.subscriptions[kind] = subscription

    def _end(self) -> None:
        self.ended += 1

    @property
    def up(self) -> bool:
        return self.connected

    def outgoing(self) -> PacketBuffer:
        return PacketBuffer()

    def send_rtp(self, buffer: PacketBuffer, length: int) -> None:
        self.raw.append(bytes(buffer.view[:length]))
        self.sent.append((self.now, RtpPacket.parse(self.raw[-1])))

    def send_rtcp(self, data: bytes) -> None:
        self.control += RtcpPacket.parse(data)

    def watch(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.play.advance(self.now)
            self.now += STEP

    def reconnect(self, *, connected: bool) -> None:
        self.connected = connected
        for subscription in self.subscriptions.values():
            subscription.hold()

    def of(self, payload_type: int) -> list[tuple[float, RtpPacket]]:
        return [(at, packet) for at, packet in self.sent if packet.payload_type == payload_type]

    def keyframes(self) -> list[float]:
        pairs = zip(self.sent, self.raw, strict=True)
        return [at for (at, packet), raw in pairs if packet.payload_type == VP8 and starts_keyframe(raw)]


def test_all_of_it_comes_in_order_and_in_its_time(clip: Clip) -> None:
    viewer = Viewer(clip)
    viewer.watch(clip.seconds + 0.1)
    assert len(viewer.sent) == len(clip.packets)
    for kind, payload_type, rate in (("video", VP8, 90_000), ("audio", OPUS, 48_000)):
        packets = viewer.of(payload_type)
        numbers = [packet.sequence_number for _, packet in packets]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        first_at, first = packets[0]
        due = [packet.at for packet in clip.packets if packet.kind == kind]
        late = [at - 100.0 - wanted for (at, _), wanted in zip(packets, due, strict=True)]
        assert min(late) >= 0
        assert max(late) <= STEP + 1e-6
        assert all(abs((p.timestamp - first.timestamp) % (1 << 32) / rate - (at - first_at)) < 0.2 for at, p in packets)
    assert viewer.ended == 1


def test_a_viewer_who_connects_later_sees_it_from_the_beginning(clip: Clip) -> None:
    viewer = Viewer(clip, connected=False)
    viewer.watch(2.0)
    assert viewer.sent == []
    viewer.connected = True
    viewer.watch(clip.seconds + 0.1)
    assert len(viewer.sent) == len(clip.packets)


def test_a_viewer_who_was_away_sees_it_again_from_the_beginning(clip: Clip) -> None:
    viewer = Viewer(clip)
    viewer.watch(1.5)
    viewer.reconnect(connected=False)
    viewer.watch(1.0)
    before = len(viewer.sent)
    viewer.reconnect(connected=True)
    viewer.watch(clip.seconds + 0.1)
    assert len(viewer.sent) - before == len(clip.packets)
    numbers = [packet.sequence_number for _, packet in viewer.of(VP8)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    timestamps = [packet.timestamp for _, packet in viewer.of(VP8)]
    assert timestamps == sorted(timestamps)


def test_it_is_repeated_after_a_pause_without_a_jump_of_its_numbers(clip: Clip) -> None:
    viewer = Viewer(clip, repeat=True)
    viewer.watch(2 * clip.seconds + PAUSE + 0.2)
    assert viewer.ended == 0
    packets = viewer.of(OPUS)
    assert len(packets) == 2 * clip.sounds
    (_, last), (_, again) = packets[clip.sounds - 1], packets[clip.sounds]
    assert again.sequence_number == last.sequence_number + 1
    assert PAUSE <= (again.timestamp - last.timestamp) / 48_000 <= PAUSE + 0.1


def test_sound_and_picture_are_told_by_one_clock(clip: Clip) -> None:
    viewer = Viewer(clip)
    viewer.watch(clip.seconds + 0.1)
    reports = [packet for packet in viewer.control if isinstance(packet, RtcpSrPacket)]
    assert {report.ssrc for report in reports} == {10, 11}
    zero: dict[int, float] = {}
    for ssrc, payload_type, rate in ((10, OPUS, 48_000), (11, VP8, 90_000)):
        first = viewer.of(payload_type)[0][1]
        for report in reports:
            if report.ssrc == ssrc:
                behind = ((report.sender_info.rtp_timestamp - first.timestamp + (1 << 31)) % (1 << 32)) - (1 << 31)
                zero[ssrc] = report.sender_info.ntp_timestamp / (1 << 32) - behind / rate
                break
    # Read at the same moment for both, and both count from the same beginning.
    assert zero[10] == pytest.approx(zero[11], abs=0.02)


def test_a_packet_that_was_lost_is_sent_again(clip: Clip) -> None:
    viewer = Viewer(clip, repeat=True)
    viewer.watch(clip.seconds + PAUSE + 1.0)  # in the second round
    _, lost = viewer.of(VP8)[-3]
    viewer.subscriptions["video"].retransmit([lost.sequence_number], viewer.now)
    again = unwrap_rtx(viewer.sent[-1][1], payload_type=VP8, ssrc=11)
    assert viewer.sent[-1][1].payload_type == VP8_RTX
    assert (again.sequence_number, again.timestamp, again.payload) == (
        lost.sequence_number,
        lost.timestamp,
        lost.payload,
    )


def test_every_picture_tells_when_it_was_sent(clip: Clip) -> None:
    viewer = Viewer(clip)
    viewer.watch(1.0)
    sent = []
    for (at, packet), raw in zip(viewer.sent, viewer.raw, strict=True):
        if packet.payload_type == VP8:
            (place,) = HeaderExtensions({3: 3}).read(raw).places
            assert place
            sent.append((at, int.from_bytes(raw[place : place + 3], "big") / (1 << 18)))
    assert all((at - told) % 64 == pytest.approx((sent[0][0] - sent[0][1]) % 64, abs=1e-4) for at, told in sent)


def test_who_lost_the_picture_sees_it_from_the_last_keyframe_and_that_once(clip: Clip) -> None:
    viewer = Viewer(clip)
    viewer.watch(1.5)
    assert len(viewer.keyframes()) == 2
    viewer.play.publications["video"].request_keyframe(viewer.now)
    viewer.watch(0.4)
    assert len(viewer.keyframes()) == 3
    viewer.play.publications["video"].request_keyframe(viewer.now)
    viewer.watch(0.4)
    assert len(viewer.keyframes()) == 3
    viewer.watch(clip.seconds)
    assert len(viewer.keyframes()) == 4
    assert viewer.ended == 1
    timestamps = [packet.timestamp for _, packet in viewer.of(OPUS)]
    assert timestamps == sorted(timestamps)


def test_on_a_narrow_line_the_picture_pauses_and_the_sound_goes_on(tmp_path: Path) -> None:
    clip = read_clip(make_clip(tmp_path / "clip.webm", Recipe(seconds=6.0, width=160, height=120)))
    viewer = Viewer(clip)
    viewer.watch(1.5)
    viewer.play.publications["video"].limit_bitrate(1_000, viewer.now)
    viewer.watch(clip.seconds)
    assert len(viewer.of(OPUS)) == clip.sounds
    # One second is left out, then it is tried again.
    assert 0 < len(viewer.keyframes()) < 6
    numbers = [packet.sequence_number for _, packet in viewer.of(VP8)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_nothing_comes_after_its_end(clip: Clip) -> None:
    viewer = Viewer(clip, repeat=True)
    viewer.watch(1.0)
    viewer.play.close()
    viewer.play.close()
    before = len(viewer.sent)
    viewer.watch(1.0)
    assert len(viewer.sent) == before
    assert all(subscription.source is None for subscription in viewer.subscriptions.values())
