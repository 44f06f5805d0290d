"""What counted packets prove of a line: a few prove little."""

from __future__ import annotations

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl_signaling.packet_count import PacketCount

COUNTS = st.builds(PacketCount, received=st.integers(0, 5_000), lost=st.integers(-100, 5_000))
WEAK, TEXT = 0.05, 0.15


def beyond(limit: float, sent: int, share: float) -> float:
    """How probable it is that a line which loses this share of the packets at random is found beyond a limit."""
    found = [lost for lost in range(sent + 1) if (PacketCount(sent - lost, lost).least_loss or 0) > limit]
    return sum(comb(sent, lost) * share**lost * (1 - share) ** (sent - lost) for lost in found)


def test_nothing_sent_proves_nothing() -> None:
    assert PacketCount(0, 0).least_loss is None
    assert PacketCount(0, -3).least_loss is None


def test_it_is_the_lower_bound_of_wilson() -> None:
    assert PacketCount(90, 10).least_loss == pytest.approx(0.0678, abs=0.0001)
    assert PacketCount(900, 100).least_loss == pytest.approx(0.0885, abs=0.0001)
    assert PacketCount(0, 50).least_loss == pytest.approx(0.9683, abs=0.0001)
    assert PacketCount(50, 0).least_loss == 0


@pytest.mark.parametrize("sent", [60, 130, 250, 350])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.02])
def test_a_line_that_loses_little_is_not_called_weak_for_want_of_packets(sent: int, share: float) -> None:
    assert beyond(WEAK, sent, share) < 0.004
    assert beyond(TEXT, sent, share) < 1e-6


def test_a_whole_check_tells_a_good_line_from_a_weak_one_and_a_weak_one_from_writing() -> None:
    """A picture and sound are about 250 packets on their way to the relay, and 350 with the tone on the way back."""
    assert beyond(WEAK, 250, 0.02) < 1e-4
    assert beyond(WEAK, 250, 0.1) > 0.95
    assert beyond(TEXT, 250, 0.1) < 1e-3
    assert beyond(TEXT, 250, 0.3) > 0.9999


@given(count=COUNTS)
def test_it_is_never_more_than_was_seen(count: PacketCount) -> None:
    least = count.least_loss
    assert least is None or 0 <= least <= max(0, count.lost) / (count.received + max(0, count.lost))


@given(count=COUNTS, more=st.integers(1, 100))
def test_more_loss_is_never_less(count: PacketCount, more: int) -> None:
    worse = PacketCount(count.received, count.lost + more).least_loss or 0
    assert worse >= (count.least_loss or 0)


def test_it_stays_below_what_the_line_does_in_nine_of_ten_checks() -> None:
    chance = random.Random(1)
    lost = [sum(chance.random() < 0.1 for _ in range(250)) for _ in range(400)]
    below = sum((PacketCount(250 - each, each).least_loss or 0) <= 0.1 for each in lost)
    assert 0.85 < below / 400 < 0.95
