"""Feedback on transport-wide sequence numbers, read as the draft says (section 3.1)."""

from __future__ import annotations

import struct

from wasl_media.arrivals import Arrivals


def read(report: bytes) -> tuple[int, dict[int, float]]:
    """The number of the report, and when each packet came, in seconds modulo the reference clock."""
    first_byte, kind, words, _, media, base, count, tail = struct.unpack_from("!BBHIIHHI", report)
    assert (first_byte, kind, media, len(report)) == (0x8F, 205, 7, 4 * (words + 1))
    body, symbols = report[20:], []
    while len(symbols) < count:
        chunk, body = int.from_bytes(body[:2], "big"), body[2:]
        if chunk >> 15:
            assert chunk >> 14 == 0b11, "two bits each"
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
    at, came = (tail >> 8) * 256, {}
    for number, symbol in enumerate(symbols[:count]):
        if symbol:
            size, form = (1, "!B") if symbol == 1 else (2, "!h")
            at += struct.unpack_from(form, body)[0]
            body = body[size:]
            came[(base + number) & 0xFFFF] = at / 4000
    assert len(body) < 4
    return tail & 0xFF, came


def test_it_tells_what_came_when_and_what_did_not() -> None:
    arrivals = Arrivals()
    for sequence, now in ((65_534, 10.0), (65_535, 10.02), (1, 10.021), (2, 10.3)):
        arrivals.note(sequence, now)
    number, came = read(arrivals.report(1, 7))
    assert number == 0
    assert came == {65_534: 10.0, 65_535: 10.02, 1: 10.021, 2: 10.3}


def test_a_sender_may_begin_anywhere() -> None:
    """Also where half of all numbers lie before, and half behind."""
    for begin in (0, 32_760, 65_530):
        arrivals = Arrivals()
        for number in range(80):
            arrivals.note((begin + number) & 0xFFFF, 1.0)
            if number % 40 == 39:
                _, came = read(arrivals.report(1, 7))
                assert list(came) == [(begin + number - 39 + each) & 0xFFFF for each in range(40)]


def test_a_loss_between_two_reports_is_in_the_second() -> None:
    arrivals = Arrivals()
    arrivals.note(100, 1.0)
    arrivals.report(1, 7)
    arrivals.note(103, 1.1)
    report = arrivals.report(1, 7)
    assert struct.unpack_from("!HH", report, 12) == (101, 3)
    assert read(report) == (1, {103: 1.1})


def test_a_late_packet_is_told_and_time_may_run_backwards() -> None:
    arrivals = Arrivals()
    arrivals.note(6, 2.0)
    arrivals.note(5, 2.05)
    assert read(arrivals.report(1, 7)) == (0, {5: 2.05, 6: 2.0})


def test_nothing_came_nothing_is_told() -> None:
    assert Arrivals().report(1, 7) == b""


def test_a_jump_is_told_of_in_part() -> None:
    arrivals = Arrivals()
    arrivals.note(0, 1.0)
    arrivals.report(1, 7)
    arrivals.note(20_000, 1.1)
    assert read(arrivals.report(1, 7))[1] == {20_000: 1.1}


def test_what_nobody_asks_for_is_not_kept() -> None:
    arrivals = Arrivals()
    for number in range(5_000):
        arrivals.note(number, number / 1000)
    _, came = read(arrivals.report(1, 7))
    assert sorted(came) == list(range(4_500, 5_000))
