"""The figures of a crowd, without a desk."""

from __future__ import annotations

import pytest

from wasl_signaling.tryout.figures import Figures, Journey, percentile


def test_percentile_is_the_nearest_rank() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1) == 100
    assert percentile([7.0], 0.01) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_table_counts_only_what_happened() -> None:
    figures = Figures(joined=3, served=2, left=1)
    figures.journeys[1] = Journey(joined=10, offered=10.5, accepted=11, live=11.02, met_a_free_agent=True)
    figures.journeys[2] = Journey(joined=10, offered=12.5, accepted=13, live=13.04)
    figures.journeys[3] = Journey(joined=10)
    figures.journeys[4] = Journey(offered=1, accepted=2)  # somebody else's citizen
    figures.errors["This call has ended."] += 2
    rows = {line[:28].strip(): line[28:].split() for line in figures.table(seconds=2).splitlines()}
    assert rows["joined"] == ["3", "(1.5/s)"]
    assert rows["join to offer, all"] == ["1500.0", "2500.0", "2"]
    assert rows["join to offer, agent idle"] == ["500.0", "500.0", "1"]
    assert rows["accept to live"] == ["30.0", "40.0", "2"]
    assert rows["errors"] == ["2"]


def test_table_of_nothing_says_so() -> None:
    assert "accept to live                       –         –         0" in Figures().table(seconds=1)
