"""What a check says of a line: the worst, for the way in which somebody takes part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl_signaling.messages import CheckCause, CheckResult, Modality
from wasl_signaling.verdict import Findings, Way, judge, way_of

WELL = Findings(
    connected=True,
    camera=True,
    microphone=True,
    sent_rate=30.0,
    frame_rate=30.0,
    level=-30,
    heard=True,
    round_trip=0.05,
    loss=0.0,
    longest_trip=0.06,
    room=900_000,
    up=600_000,
    down=600_000,
)
GOOD, WEAK, TEXT = CheckResult
ABOUT_PICTURES = {CheckCause.NO_PICTURE, CheckCause.JERKY, CheckCause.NARROW}
ABOUT_SOUND = {CheckCause.NO_TONE, CheckCause.SILENT}
FINDINGS = st.builds(
    Findings,
    connected=st.booleans(),
    camera=st.booleans(),
    microphone=st.booleans(),
    sent_rate=st.none() | st.floats(0, 60),
    frame_rate=st.none() | st.floats(0, 60),
    level=st.none() | st.integers(-127, 0),
    heard=st.none() | st.booleans(),
    round_trip=st.none() | st.floats(0, 5),
    loss=st.none() | st.floats(0, 1),
    longest_trip=st.none() | st.floats(0, 5),
    room=st.none() | st.integers(0, 10**7),
    up=st.none() | st.integers(0, 10**7),
    down=st.none() | st.integers(0, 10**7),
)
GRADES = [GOOD, WEAK, TEXT]
FULL = {"longest_trip": 0.3}


@pytest.mark.parametrize("way", Way)
def test_a_good_line_is_good_for_everybody(way: Way) -> None:
    assert judge(way, WELL).result is GOOD
    assert judge(way, WELL).cause is None


def test_a_line_that_only_text_was_checked_on_is_good() -> None:
    assert judge(Way.TEXT, Findings(connected=True, round_trip=0.05)).result is GOOD


@pytest.mark.parametrize(
    ("change", "signed", "face", "voice", "text"),
    [
        ({"connected": False}, TEXT, TEXT, TEXT, GOOD),
        ({"frame_rate": 19.0}, WEAK, GOOD, GOOD, GOOD),
        ({"frame_rate": 11.0}, TEXT, WEAK, GOOD, GOOD),
        ({"frame_rate": None}, TEXT, WEAK, GOOD, GOOD),
        ({"frame_rate": 0.0}, TEXT, WEAK, GOOD, GOOD),
        ({"level": -127}, GOOD, WEAK, WEAK, GOOD),
        ({"level": None}, GOOD, WEAK, WEAK, GOOD),
        ({"level": 0}, GOOD, GOOD, GOOD, GOOD),
        ({"heard": False}, GOOD, WEAK, TEXT, GOOD),
        ({"round_trip": 0.5}, WEAK, WEAK, WEAK, GOOD),
        ({"round_trip": 0.9}, TEXT, TEXT, TEXT, WEAK),
        ({"loss": 0.08}, WEAK, WEAK, WEAK, GOOD),
        ({"loss": 0.2}, TEXT, TEXT, TEXT, GOOD),
        (FULL | {"room": 200_000, "up": 180_000}, WEAK, GOOD, GOOD, GOOD),
        (FULL | {"room": 60_000, "up": 50_000}, TEXT, WEAK, GOOD, GOOD),
        (FULL | {"room": 60_000}, GOOD, GOOD, GOOD, GOOD),
        (FULL | {"down": 60_000}, TEXT, WEAK, GOOD, GOOD),
        ({"loss": 0.02, "room": 60_000, "up": 50_000}, TEXT, WEAK, GOOD, GOOD),
    ],
)
def test_each_limit_counts_for_those_whom_it_concerns(
    change: dict[str, object], signed: CheckResult, face: CheckResult, voice: CheckResult, text: CheckResult
) -> None:
    found = replace(WELL, **change)  # type: ignore[arg-type]
    assert [judge(way, found).result for way in Way] == [signed, face, voice, text]


@pytest.mark.parametrize("way", Way)
def test_a_slow_device_is_no_bad_line(way: Way) -> None:
    """As a starved machine was seen to measure itself: it believes that its line is full, and sends hardly anything."""
    starved = replace(WELL, sent_rate=5.0, frame_rate=5.0, room=117_000, up=125_000, down=110_000)
    assert judge(way, starved).result is GOOD


def test_p9_a_camera_and_a_microphone_that_are_not_there_are_no_fault_of_the_line() -> None:
    without = replace(WELL, camera=False, microphone=False, frame_rate=None, level=None)
    assert {judge(way, without).result for way in Way} == {GOOD}


@given(found=FINDINGS)
def test_nobody_is_told_of_what_she_does_not_use(found: Findings) -> None:
    assert judge(Way.SIGNED, found).cause not in ABOUT_SOUND
    assert judge(Way.VOICE, found).cause not in ABOUT_PICTURES
    assert judge(Way.TEXT, found).cause in (None, CheckCause.SLOW)


@given(found=FINDINGS, way=st.sampled_from(Way))
def test_whatever_is_not_good_has_a_cause_and_only_that(found: Findings, way: Way) -> None:
    verdict = judge(way, found)
    assert (verdict.cause is None) is (verdict.result is GOOD)


@given(found=FINDINGS, way=st.sampled_from(Way), worse=st.floats(1, 3))
def test_a_worse_line_never_gets_a_better_word(found: Findings, way: Way, worse: float) -> None:
    poorer = replace(
        found,
        loss=None if found.loss is None else min(1.0, found.loss * worse),
        round_trip=None if found.round_trip is None else found.round_trip * worse,
        longest_trip=None if found.longest_trip is None else found.longest_trip * worse,
        frame_rate=None if found.frame_rate is None else found.frame_rate / worse,
        room=None if found.room is None else int(found.room / worse),
        down=None if found.down is None else int(found.down / worse),
    )
    assert GRADES.index(judge(way, poorer).result) >= GRADES.index(judge(way, found).result)


@given(found=FINDINGS)
def test_signs_ask_most_of_a_picture(found: Findings) -> None:
    """Of two who send the same picture and hear alike, the one who signs is never told better news."""
    pictures = replace(found, heard=None, microphone=False)
    signed, face = judge(Way.SIGNED, pictures), judge(Way.FACE, pictures)
    assert GRADES.index(signed.result) >= GRADES.index(face.result)


def test_the_way_is_that_of_her_needs() -> None:
    assert way_of(Modality.VIDEO, "sgn-KW") is Way.SIGNED
    assert way_of(Modality.VIDEO, None) is Way.FACE
    assert [way_of(modality, None) for modality in (Modality.VOICE, Modality.TEXT)] == [Way.VOICE, Way.TEXT]
