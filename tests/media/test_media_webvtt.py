"""Times of captions are such as players read."""

from __future__ import annotations

import pytest

from wasl_media.recording import Text
from wasl_media.webvtt import webvtt

WORDS = Text(speaker="Noura", words="Good morning", automatic=False)


@pytest.mark.parametrize(
    ("at", "clock"),
    [
        (0.0, "00:00:00.000"),
        (59.9994, "00:00:59.999"),
        (59.9996, "00:01:00.000"),
        (3599.9999, "01:00:00.000"),
        (3725.25, "01:02:05.250"),
    ],
)
def test_a_second_that_rounds_up_begins_the_next_minute(at: float, clock: str) -> None:
    assert f"\n{clock} --> " in webvtt([(at, WORDS)])
