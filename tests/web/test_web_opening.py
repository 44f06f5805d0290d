"""Opening hours as pages are told them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wasl_records import catalogue
from wasl_web.opening import Openings, view

CATALOGUE = """
bodies:
  housing:
    name: {ar: السكن, en: Housing}
    icon: house
    hours:
      zone: Asia/Kuwait
      week: {sunday: [08:00-14:00], monday: [08:00-14:00]}
      special: [{first: 2027-02-28, reason: {ar: عيد, en: National Day}}]
services:
  deed: {body: housing, name: {ar: صك, en: Deed}, icon: house, duration: 600}
  rent: {body: housing, name: {ar: إيجار, en: Rent}, icon: house, duration: 600}
  always: {body: housing, name: {ar: دائم, en: Always}, icon: house, duration: 600, hours: always}
"""


def at(day: int, hour: int) -> float:
    """A moment of February 2027 in Kuwait; the 21st is a Sunday."""
    return datetime(2027, 2, day, hour, tzinfo=ZoneInfo("Asia/Kuwait")).timestamp()


@pytest.fixture
def openings(tmp_path: Path) -> Openings:
    file = tmp_path / "catalogue.yaml"
    file.write_text(CATALOGUE)
    return Openings(catalogue.load(file))


def test_a_page_is_told_in_its_language(openings: Openings) -> None:
    now = openings.at(at(21, 9))
    assert view(now["deed"], "ar").model_dump() == {
        "open": True,
        "until": at(21, 14) * 1000,
        "opens_at": None,
        "reason": None,
    }
    holiday = openings.at(at(28, 9))["deed"]
    monday = (at(28, 8) + 86_400) * 1000
    for language, reason in (("ar", "عيد"), ("en", "National Day")):
        told = view(holiday, language)
        assert (told.open, told.opens_at, told.reason) == (False, monday, reason)
    assert view(now["always"], "ar").until is None


def test_what_is_closed_is_named(openings: Openings) -> None:
    assert openings.closed(at(21, 9)) == []
    assert openings.closed(at(21, 15)) == ["deed", "rent"]


def test_services_of_one_body_share_their_hours(openings: Openings) -> None:
    assert openings.hours("deed") is openings.hours("rent") is not openings.hours("always")
