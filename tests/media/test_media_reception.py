"""Counting what arrives, what is missing, and what is kept."""

from __future__ import annotations

from wasl_media.gaps import MAX_GAP, MAX_REQUESTS, RETRY_AFTER, Gaps
from wasl_media.history import HISTORY_SIZE, History
from wasl_media.reception import Reception, SenderClock


def receive(reception: Reception, sequence: int, timestamp: int = 0, now: float = 0.0) -> int:
    index = reception.index(sequence)
    reception.count(index, timestamp, now)
    return index


def test_numbers_run_on_over_the_end_of_sixteen_bits() -> None:
    reception = Reception(90_000, 65_534)
    indices = [receive(reception, sequence) for sequence in (65_534, 65_535, 0, 2, 1)]
    assert [index - indices[0] for index in indices] == [0, 1, 2, 4, 3]
    assert reception.lost == 0
    assert reception.report(9, None, 0.0).highest_sequence == 65_536 + 2


def test_losses_are_reported_even_if_late_packets_fill_some() -> None:
    reception = Reception(90_000, 10)
    for sequence in (10, 11, 15, 13):
        receive(reception, sequence)
    report = reception.report(9, None, 0.0)
    assert (report.packets_lost, report.fraction_lost) == (2, (2 << 8) // 6)
    for sequence in (16, 17):
        receive(reception, sequence)
    again = reception.report(9, None, 0.0)
    assert (again.packets_lost, again.fraction_lost) == (2, 0)


def test_a_packet_older_than_the_first_counts() -> None:
    reception = Reception(90_000, 0)
    assert [receive(reception, sequence) for sequence in (0, 65_535)] == [65_536, 65_535]
    assert reception.lost == 0


def test_jitter_is_zero_when_frames_come_in_time_and_grows_when_not() -> None:
    reception = Reception(90_000, 0)
    for number in range(50):
        receive(reception, number, (4_294_967_000 + 3_000 * number) & 0xFFFFFFFF, number / 30)
    assert reception.report(9, None, 0.0).jitter == 0
    for number in range(50, 100):
        receive(reception, number, (4_294_967_000 + 3_000 * number) & 0xFFFFFFFF, number / 30 + number % 2 / 100)
    assert 500 < reception.report(9, None, 0.0).jitter < 1_000


def test_packets_of_one_picture_that_wait_behind_each_other_are_no_jitter() -> None:
    reception = Reception(90_000, 0)
    for number in range(300):
        receive(reception, number, number // 3 * 3_000, number // 3 / 30 + number % 3 / 100)
    assert reception.report(9, None, 0.0).jitter == 0


def test_the_report_names_the_last_sender_report() -> None:
    reception = Reception(90_000, 0)
    receive(reception, 0)
    report = reception.report(9, SenderClock(0x1122334455667788, 0, 5.0), 5.5)
    assert (report.lsr, report.dlsr) == (0x33445566, 32_768)


def test_gaps_are_asked_for_again_and_given_up_in_the_end() -> None:
    gaps = Gaps()
    assert gaps.open(100, 103)
    assert gaps.due(0.0) == [100, 101, 102]
    assert gaps.due(0.01) == []
    assert gaps.close(101)
    assert not gaps.close(101)
    now = 0.0
    for _ in range(MAX_REQUESTS - 1):
        now += RETRY_AFTER * 1.01
        assert not gaps.give_up(now)
        assert gaps.due(now) == [100, 102]
    now += RETRY_AFTER * 1.01
    assert gaps.due(now) == []
    assert gaps.give_up(now)
    assert len(gaps) == 0


def test_a_long_hole_is_not_asked_for() -> None:
    gaps = Gaps()
    assert gaps.open(0, MAX_GAP)
    assert not gaps.open(MAX_GAP, MAX_GAP + 1)
    assert len(gaps) == 0


def test_history_keeps_the_last_512_packets() -> None:
    history = History()
    for number in range(HISTORY_SIZE + 1):
        history.put(number, bytes([number & 255]))
    assert history.get(0) is None
    assert history.get(1) == b"\x01"
    assert history.get(HISTORY_SIZE + 1) is None
