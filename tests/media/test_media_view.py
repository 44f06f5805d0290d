"""A picture of two layers, without a network: who gets which, and what the sender is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtpPacket, unpack_remb_fci

from wasl_media.aiortc_private import PacketBuffer
from wasl_media.awaited import Awaited
from wasl_media.description import VP8, OutgoingStream
from wasl_media.downlink import FIRST_TRY, LAST_TRY, Demand, Downlink, allot
from wasl_media.publication import Publication
from wasl_media.simulcast import SMALLEST, UNLIMITED, Simulcast
from wasl_media.view import Level, View

KEY, DELTA = b"\x10\x00key", b"\x10\x01delta"
FULL, LOW = 1000, 2000
NTP_SECOND = 1 << 32
PARTS = 4
"""Packets of a frame."""


class Path:
    """Where packets leave, as a test sees it."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[RtpPacket] = []

    def outgoing(self) -> PacketBuffer:
        return PacketBuffer()

    def send_rtp(self, buffer: PacketBuffer, length: int) -> None:
        self.sent.append(RtpPacket.parse(bytes(buffer.view[:length])))

    def send_rtcp(self, data: bytes) -> None:
        pass


class Camera:
    """A sender of two layers that a test drives; 20 frames a second of each."""

    def __init__(self, full: int = 800_000, low: int = 120_000) -> None:
        self.feedback: list[RtcpPsfbPacket] = []
        made = [Publication("video", 1, self._take) for _ in range(2)]
        for publication, ssrc in zip(made, (FULL, LOW), strict=True):
            publication.adopt(ssrc, None)
        self.layers = Simulcast(*made)
        self.rates = {FULL: full, LOW: low}
        self.sequence = 0

    def _take(self, data: bytes) -> None:
        self.feedback += [packet for packet in RtcpPacket.parse(data) if isinstance(packet, RtcpPsfbPacket)]

    def limits(self) -> list[int]:
        return [unpack_remb_fci(one.fci)[0] for one in self.feedback if one.fmt == 15]

    def send(self, now: float, *, key: bool = False) -> None:
        """A frame of each layer; the clocks of the layers are a minute apart."""
        for publication, apart in ((self.layers.full, 0), (self.layers.low, 60 * 90_000)):
            ssrc = publication.ssrc or 0
            if self.rates[ssrc]:
                timestamp = int(now * 90_000) + apart
                for number in range(PARTS):
                    start = (KEY if key else DELTA) if number == 0 else b"\x00"
                    payload = start + bytes(self.rates[ssrc] // (8 * 20 * PARTS) - 20)
                    packet = RtpPacket(VP8, 0, self.sequence + number & 0xFFFF, timestamp, ssrc, payload)
                    publication.receive(packet.serialize(), now)
                publication.receive_clock(int(now * NTP_SECOND), timestamp, now)
            publication.tick(now)
        self.sequence += PARTS


class Seat:
    """A viewer with a line of her own."""

    def __init__(self, slot: int = 0, pictures: int = 1) -> None:
        self.path = Path()
        self.views = [
            View(OutgoingStream(slot + number, "video", 7 + number, 0), self.path) for number in range(pictures)
        ]
        self.downlink = Downlink(self.views)
        self.estimate = 0.0

    @property
    def view(self) -> View:
        return self.views[0]

    def sources(self) -> list[int | None]:
        return [view.source.ssrc if view.source else None for view in self.views]


def run(cameras: list[Camera], seats: dict[Seat, int], begin: float, seconds: float) -> float:
    """Time passes. Each line takes so many bits per second, and says so; a keyframe comes when it is asked for."""
    now = begin
    heard = {seat: (len(seat.path.sent), now) for seat in seats}
    while now < begin + seconds:
        now += 0.05
        for camera in cameras:
            asked = [one for one in camera.feedback if one.fmt == 1]
            camera.feedback = [one for one in camera.feedback if one.fmt != 1]
            camera.send(now, key=bool(asked))
        for seat, line in seats.items():
            seat.downlink.tick(now)
            at, since = heard[seat]
            if now - since >= 0.5:
                came = 8 * sum(len(packet.payload) + 12 for packet in seat.path.sent[at:]) / (now - since)
                heard[seat] = len(seat.path.sent), now
                seat.estimate = 0.85 * line if came > line else max(seat.estimate, min(line, 1.5 * came + 10_000))
                seat.downlink.learn(int(seat.estimate), now)
    return now


def test_a_poor_line_gets_the_small_picture_and_the_good_one_keeps_the_full() -> None:
    camera, poor, good = Camera(), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 250_000, good: 3_000_000}, 0.0, 5.0)
    assert (poor.sources(), good.sources()) == ([LOW], [FULL])
    assert min(camera.limits()[-2:]) > 800_000, "the weak line is not the sender's affair"
    run([camera], {poor: 3_000_000, good: 3_000_000}, now, 40.0)
    assert poor.sources() == [FULL], "it comes back when the line is good"


def test_a_line_that_stays_poor_is_tried_less_and_less() -> None:
    camera, poor, good = Camera(), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    changes, levels = 0, poor.view.level
    now = 0.0
    while now < 120.0:
        now = run([camera], {poor: 250_000, good: 3_000_000}, now, 1.0)
        changes, levels = changes + (poor.view.level is not levels), poor.view.level
    assert changes == 1
    assert FIRST_TRY < poor.downlink._patience <= LAST_TRY


def test_time_goes_on_when_the_layer_changes() -> None:
    camera, seat, other = Camera(), Seat(), Seat()
    for one in (seat, other):
        one.view.watch(camera.layers, 0.0)
    run([camera], {seat: 250_000, other: 3_000_000}, 0.0, 6.0)
    media = [packet for packet in seat.path.sent if packet.payload_type == VP8]
    steps = {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(media)}
    assert all(min(abs(step - frames * 4_500) for frames in range(3)) <= 2 for step in steps), steps
    numbers = [packet.sequence_number for packet in media]
    assert all((b - a) & 0xFFFF == 1 for a, b in pairwise(numbers))
    assert {packet.ssrc for packet in media} == {7}


def test_what_does_not_even_fit_small_rests_and_comes_back() -> None:
    cameras, seat, other = [Camera(), Camera()], Seat(pictures=2), Seat(pictures=2)
    for one in (seat, other):
        for view, camera in zip(one.views, cameras, strict=True):
            view.watch(camera.layers, 0.0)
    now = run(cameras, {seat: 160_000, other: 5_000_000}, 0.0, 8.0)
    assert seat.sources() == [LOW, None]
    assert seat.downlink.paused == [1]
    run(cameras, {seat: 5_000_000, other: 5_000_000}, now, 90.0)
    assert seat.sources() == [FULL, FULL]
    assert seat.downlink.paused == []


def test_a_sender_whose_own_line_is_poor_is_seen_small() -> None:
    camera, seat, other = Camera(), Seat(), Seat()
    for one in (seat, other):
        one.view.watch(camera.layers, 0.0)
    lines = {seat: 3_000_000, other: 3_000_000}
    now = run([camera], lines, 0.0, 3.0)
    assert seat.sources() == [FULL]
    camera.rates[FULL] = 0
    now = run([camera], lines, now, 3.0)
    assert seat.sources() == [LOW]
    camera.rates[FULL] = 800_000
    run([camera], lines, now, 3.0)
    assert seat.sources() == [FULL]


def test_a_camera_that_was_off_while_the_viewer_was_away_is_seen_again_and_by_her_once() -> None:
    camera, seat = Camera(full=0), Seat()
    view, now = seat.view, 0.0
    view.watch(camera.layers, now)

    def show(seconds: float, *, key: bool = False) -> float:
        end = now + seconds
        for step in range(round(seconds / 0.05)):
            camera.send(now + 0.05 * step, key=key)
            view.settle(now + 0.05 * step)
        return end

    now = show(3.0, key=True)
    assert seat.sources() == [LOW]
    camera.rates[LOW] = 0
    now = show(3.0)  # the full one is awaited
    view.hold()
    now = show(1.0)
    camera.rates[FULL] = 800_000
    before = len(seat.path.sent)
    now = show(3.0, key=True)
    assert seat.sources() == [FULL]
    numbers = [packet.sequence_number for packet in seat.path.sent[before:]]
    assert len(numbers) > 100
    assert len(set(numbers)) == len(numbers), "SRTP must not use a number twice"
    camera.layers.close()
    assert seat.sources() == [None]


def test_the_full_picture_comes_at_once_when_there_is_no_small_one_any_more() -> None:
    camera, poor, good = Camera(), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 250_000, good: 3_000_000}, 0.0, 60.0)
    assert poor.sources() == [LOW]
    good.view.leave()
    camera.rates[LOW] = 0  # its sender need not send it for one
    run([camera], {poor: 250_000}, now, 2.0)
    assert poor.sources() == [FULL]
    assert max(camera.limits()[-1:]) <= 250_000


def test_what_a_try_proved_does_not_outlast_what_the_line_says() -> None:
    """A line with a deep buffer takes everything for a while, and its estimate stays where it is."""
    camera, poor, good = Camera(), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    now, full = 0.0, 0
    for _ in range(180):
        now = run([camera], {poor: 75_000, good: 3_000_000}, now, 1.0)
        full += poor.view.level is Level.FULL
    assert full < 60


def trying() -> tuple[Camera, Seat, Seat, float]:
    """Somebody whose line may be good again, while it is tried."""
    camera, poor, good = Camera(), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 250_000, good: 3_000_000}, 0.0, 3.0)
    assert poor.sources() == [LOW]
    while poor.downlink._try is None:
        now = run([camera], {poor: 3_000_000, good: 3_000_000}, now, 0.05)
    return camera, poor, good, now


def test_a_try_ends_when_packets_wait_on_the_way() -> None:
    camera, poor, good, now = trying()
    poor.view.round_trip = 0.5
    patience = poor.downlink._patience
    run([camera], {poor: 3_000_000, good: 3_000_000}, now, 0.1)
    assert poor.downlink._try is None
    assert poor.downlink._patience == 2 * patience


def test_a_picture_that_waits_for_its_keyframe_proves_nothing() -> None:
    camera, poor, good, now = trying()
    poor.path.up = False
    poor.view.hold()
    run([camera], {poor: 3_000_000, good: 3_000_000}, now, 20.0)
    assert poor.view.level is Level.LOW


def test_a_picture_after_a_film_is_not_held_to_what_the_film_took() -> None:
    film, camera, seat = Camera(full=50_000, low=0), Camera(low=0), Seat()
    seat.view.watch(film.layers, 0.0)
    now = run([film], {seat: 3_000_000}, 0.0, 5.0)
    assert seat.estimate < 100_000
    seat.view.watch(camera.layers, now)
    now = run([camera], {seat: 3_000_000}, now, 0.3)
    seat.estimate = 30_000.0  # of the moment between the two
    seat.downlink.learn(30_000, now)
    now = run([camera], {seat: 3_000_000}, now, 10.0)
    assert min(camera.limits()) > 800_000


def test_where_the_line_was_the_bottleneck_the_next_picture_is_held_to_it() -> None:
    first, second, seat = Camera(low=0), Camera(low=0), Seat()
    seat.view.watch(first.layers, 0.0)
    now = run([first], {seat: 300_000}, 0.0, 5.0)
    first.rates[FULL] = 230_000  # as it is told to
    now = run([first], {seat: 300_000}, now, 2.0)
    seat.view.watch(second.layers, now)
    second.rates[FULL] = 230_000
    run([second], {seat: 300_000}, now, 2.0)
    assert max(second.limits()) <= 300_000


def test_one_layer_for_one_viewer_follows_her_line() -> None:
    camera, seat = Camera(low=0), Seat()
    seat.view.watch(camera.layers, 0.0)
    run([camera], {seat: 300_000}, 0.0, 3.0)
    assert seat.sources() == [FULL]
    assert max(camera.limits()[-2:]) <= 300_000


def test_who_looks_next_is_not_held_to_the_line_of_the_one_before() -> None:
    """An employee's camera, which goes on from one citizen to the next."""
    camera, poor, next_ = Camera(low=0), Seat(), Seat()
    poor.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 300_000}, 0.0, 3.0)
    poor.view.leave()
    camera.feedback.clear()
    next_.view.watch(camera.layers, now)
    next_.downlink.tick(now + 0.05)
    assert len(camera.limits()) == 1
    assert camera.limits()[0] == pytest.approx(UNLIMITED, rel=0.01)
    run([camera], {next_: 3_000_000}, now, 3.0)
    assert min(camera.limits()) > 900_000


def test_who_is_left_alone_is_not_held_to_the_line_of_who_went() -> None:
    camera, poor, next_ = Camera(low=0), Seat(), Seat()
    poor.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 300_000}, 0.0, 3.0)
    next_.view.watch(camera.layers, now)
    next_.downlink.tick(now + 0.05)
    camera.feedback.clear()
    poor.view.leave()
    next_.downlink.tick(now + 0.1)
    assert camera.limits()[0] == pytest.approx(UNLIMITED, rel=0.01)


def test_who_joins_another_does_not_lift_her_limit() -> None:
    camera, poor, other = Camera(low=0), Seat(), Seat()
    poor.view.watch(camera.layers, 0.0)
    now = run([camera], {poor: 300_000}, 0.0, 3.0)
    camera.feedback.clear()
    other.view.watch(camera.layers, now)
    other.downlink.tick(now + 0.05)
    assert camera.limits() == []


def test_one_layer_for_two_is_not_spoilt_without_end() -> None:
    camera, poor, good = Camera(low=0), Seat(), Seat()
    for seat in (poor, good):
        seat.view.watch(camera.layers, 0.0)
    run([camera], {poor: 60_000, good: 3_000_000}, 0.0, 3.0)
    assert abs(camera.limits()[-1] - SMALLEST) < 2_000


def test_a_small_picture_that_is_recorded_is_of_use() -> None:
    camera, seat = Camera(), Seat()
    Awaited(seat.view, camera.layers.low, 0.0)
    assert camera.layers.wanted(9.0) == (True, False)


def test_nobody_looks_nobody_needs_it() -> None:
    camera, seats = Camera(), [Seat(), Seat()]
    assert camera.layers.wanted(0.0) == (False, False)
    for seat in seats:
        seat.view.watch(camera.layers, 0.0)
    assert camera.layers.wanted(1.0) == (True, True)
    seats[0].view.leave()
    assert camera.layers.wanted(2.0) == (True, False)
    camera.layers.close()
    assert camera.layers.viewers == []
    assert camera.layers.wanted(3.0) == (True, False)
    assert camera.layers.wanted(9.0) == (False, False)


def test_room_goes_to_everybody_first_and_then_to_the_first() -> None:
    two = [Demand(800_000, 120_000, Level.FULL)] * 2
    assert allot(2_000_000, two) == [Level.FULL, Level.FULL]
    assert allot(1_000_000, two) == [Level.FULL, Level.LOW]
    assert allot(300_000, two) == [Level.LOW, Level.LOW]
    assert allot(150_000, two) == [Level.LOW, Level.PAUSED]
    assert allot(10_000, two) == [Level.PAUSED, Level.PAUSED]
    assert allot(100_000, [Demand(800_000, None, Level.FULL)]) == [Level.FULL]
