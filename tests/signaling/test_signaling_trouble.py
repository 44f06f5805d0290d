"""What people are told of how they come across: the worst, once, and neither for a blink nor for ever."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from wasl_media.figures import PeerFigures, PictureFigures, SoundFigures, ViewFigures
from wasl_signaling.messages import Trouble
from wasl_signaling.trouble import Judge, Part


def picture(rate: float, *, standing: float = 0) -> PictureFigures:
    return PictureFigures(
        loss=0, jitter=0, frame_rate=rate, width=640, height=480, freezes=0, frozen=0, standing=standing
    )


def sound(*, loss: float = 0, level: int = -127) -> SoundFigures:
    return SoundFigures(loss=loss, jitter=0, level=level, speaking=level > -50)


def part(
    *,
    shown: PictureFigures | None = None,
    heard: SoundFigures | None = None,
    signs: bool = False,
    views: Iterable[ViewFigures] = (),
    round_trip: float | None = None,
) -> Part:
    figures = PeerFigures(peer="p", round_trip=round_trip, bitrate=0, sound=heard, picture=shown, views=[])
    return Part(figures, signs=signs, voice=not signs, camera=True, views=list(views), far=round_trip)


def told(judge: Judge, seconds: int, each: Part) -> list[Trouble | None]:
    """What is told, second by second; a trouble that goes on stands there once."""
    said: list[Trouble | None] = []
    for _ in range(seconds):
        trouble = judge.take(each)
        if not said or said[-1] is not trouble:
            said.append(trouble)
    return said


def signing(rate: float) -> Part:
    return part(shown=picture(rate), signs=True)


def test_signing_below_twenty_pictures_a_second_is_told_in_three_grades() -> None:
    judge = Judge()
    assert told(judge, 10, signing(30)) == [None]
    assert told(judge, 12, signing(15)) == [None, Trouble.JERKY_SIGNS]
    assert told(judge, 12, signing(10))[-1] is Trouble.HARDLY_READABLE
    assert told(judge, 12, signing(5))[-1] is Trouble.UNREADABLE
    assert told(judge, 20, signing(30))[-1] is None


def test_the_second_in_which_a_picture_begins_is_not_counted() -> None:
    def begun(judge: Judge, *rates: float, camera: bool = True) -> list[bool]:
        said = []
        for rate in rates:
            judge.take(replace(signing(rate), camera=camera))
            said.append(judge.begins)
        return said

    judge = Judge()
    assert begun(judge, 8, 30, 0, 0, 5, 30) == [True, False, False, False, False, False]
    assert begun(judge, 0, camera=False) == [False]
    assert begun(judge, 0, 8, 30) == [True, True, False]
    assert begun(Judge(), *[0] * 5) == [True, True, True, False, False], "a picture that never comes is counted"


def test_a_rate_around_the_limit_does_not_flap() -> None:
    judge = Judge()
    said = [each for rate in [19.5, 20.5] * 30 for each in told(judge, 1, signing(rate))]
    assert sum(one is not other for one, other in pairwise(said)) <= 1


def test_one_bad_second_is_nothing() -> None:
    judge = Judge()
    told(judge, 10, signing(30))
    assert told(judge, 1, signing(8)) + told(judge, 10, signing(30)) == [None, None]


def test_a_face_may_be_slower_than_hands() -> None:
    assert told(Judge(), 15, part(shown=picture(15))) == [None]
    assert told(Judge(), 15, part(shown=picture(6))) == [None, Trouble.JERKY]


def test_a_picture_that_stands_is_told_at_once_and_until_it_moves() -> None:
    judge = Judge()
    told(judge, 10, part(shown=picture(30)))
    assert judge.take(part(shown=picture(0, standing=2.0))) is Trouble.FROZEN
    assert told(judge, 5, part(shown=None)) == [Trouble.FROZEN], "so long that it is not measured any more"
    assert told(judge, 20, part(shown=picture(30)))[-1] is None


def test_a_camera_that_is_off_or_begins_is_no_trouble() -> None:
    off = PeerFigures(peer="p", round_trip=None, bitrate=0, sound=None, picture=picture(0, standing=9), views=[])
    judge = Judge()
    assert told(judge, 5, Part(off, signs=True, voice=True, camera=False)) == [None]
    assert told(judge, 2, signing(3)) + told(judge, 10, signing(30)) == [None, None]


def test_gaps_count_over_both_ways_and_not_for_who_signs() -> None:
    back = ViewFigures(slot=0, kind="audio", loss=0.06, jitter=0, broken=0)
    lossy = part(heard=sound(loss=0.05, level=-25), views=[back])
    assert told(Judge(), 10, lossy) == [None, Trouble.GAPS]
    assert told(Judge(), 10, part(heard=sound(loss=0.03, level=-25))) == [None]
    assert told(Judge(), 10, part(heard=sound(loss=0.5, level=-25), signs=True)) == [None]


def test_a_faint_voice_is_told_and_silence_is_not() -> None:
    assert told(Judge(), 20, part(heard=sound(level=-44))) == [None, Trouble.FAINT]
    assert told(Judge(), 20, part(heard=sound(level=-70))) == [None]
    judge = Judge()
    told(judge, 20, part(heard=sound(level=-44)))
    assert told(judge, 10, part(heard=sound(level=-24)))[-1] is None


def test_a_picture_that_cannot_be_decoded_over_there_is_told_here() -> None:
    broken = ViewFigures(slot=0, kind="video", loss=0.1, jitter=0, broken=2)
    assert told(Judge(), 5, part(shown=picture(30), signs=True, views=[broken])) == [None, Trouble.JERKY_SIGNS]


def test_who_is_late_is_told() -> None:
    assert told(Judge(), 10, part(round_trip=0.7)) == [None, Trouble.LATE]
    assert told(Judge(), 10, part(round_trip=0.3)) == [None]


def test_speaking_is_marked_at_once_and_outlasts_a_breath() -> None:
    judge = Judge()
    judge.take(part(heard=sound(level=-25)))
    assert judge.speaking
    judge.take(part(heard=sound(level=-70)))
    assert judge.speaking
    judge.take(part(heard=sound(level=-70)))
    assert not judge.speaking
