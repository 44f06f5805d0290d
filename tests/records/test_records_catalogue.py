"""The catalogue of bodies and services, the demo's, and the demo's people."""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from wasl_queue.hours import ALWAYS, Hours
from wasl_records import catalogue, demo, password, staff
from wasl_records.catalogue import Body, Catalogue, Service
from wasl_records.errors import CatalogueError, UnknownBody, UnknownService
from wasl_records.staff import Role, Staff

GOOD = """\
bodies:
  housing:
    name: {ar: السكنية, en: Housing}
    icon: house
  health:
    name: {ar: الصحة, en: Health}
    icon: heart-pulse
services:
  title-deed:
    body: housing
    name:
      ar: وثيقة
      en: Title deed
    icon: file-check
    duration: 600
    search: [صك, deed]
    prepare:
      - {ar: البطاقة, en: Civil ID}
  rent:
    body: housing
    name: {ar: إيجار, en: Rent}
    icon: coins
    duration: 300
"""

HOURS = """\
    hours:
      zone: Asia/Kuwait
      week:
        sunday: [08:00-14:00, 22:00-02:00]
        monday: [08:00-14:00]
      special:
        - {first: 2027-02-08, last: 2027-03-09, hours: [10:00-14:00], reason: {ar: رمضان, en: Ramadan}}
        - {first: 2027-02-25, reason: {ar: العيد الوطني, en: National Day}}
"""
WITH_HOURS = GOOD.replace("    icon: house\n", f"    icon: house\n{HOURS}", 1).replace(
    "    icon: coins\n", "    icon: coins\n    hours: always\n", 1
)

ICONS = Path(__file__).parents[2] / "web" / "node_modules" / "lucide-static" / "icons"


NEWCOMER = Staff(id="agent1", name_ar="مريم", name_en="Maryam", roles=frozenset({Role.AGENT}))


def entries(found: Catalogue) -> list[Body | Service]:
    return [*found.bodies, *found.services]


def written(folder: Path, text: str) -> Path:
    path = folder / "catalogue.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_catalogue_is_read_in_its_order(tmp_path: Path) -> None:
    found = catalogue.load(written(tmp_path, GOOD))
    assert [body.id for body in found.bodies] == ["housing", "health"]
    assert [service.id for service in found.services_of("housing")] == ["title-deed", "rent"]
    assert found.services_of("health") == ()
    assert found.service_ids == {"title-deed", "rent"}
    deed = found.service("title-deed")
    assert (deed.name["ar"], deed.name["en"], deed.duration) == ("وثيقة", "Title deed", 600)
    assert (deed.search, deed.prepare[0]["en"]) == (["صك", "deed"], "Civil ID")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    found = catalogue.load(written(tmp_path, GOOD))
    with pytest.raises(UnknownService):
        found.service("other")
    with pytest.raises(UnknownBody):
        found.body("other")
    with pytest.raises(UnknownBody):
        found.services_of("other")


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("      ar: وثيقة\n", "      ar: ''\n", 12, "services.title-deed.name.ar"),
        ("      ar: وثيقة\n", "", 11, "services.title-deed.name.ar"),
        ("body: housing\n    name:\n", "body: hosing\n    name:\n", 10, "services.title-deed.body"),
        ("icon: heart-pulse", "icon: Heart Pulse", 7, "bodies.health.icon"),
        ("duration: 300", "duration: soon", 23, "services.rent.duration"),
        ("duration: 300", "duration: -1", 23, "services.rent.duration"),
        ("duration: 300", "duration: 300\n    colour: red", 24, "services.rent.colour"),
        ("{ar: البطاقة, en: Civil ID}", "{ar: البطاقة}", 18, "services.title-deed.prepare.0.en"),
        ("  rent:", "  Rent It:", 19, "services.Rent It"),
        ("  rent:", "  title-deed:", 19, "file"),
        ("  health:", "  housing:", 5, "file"),
        ("[صك, deed]", "[صك, deed", 17, "file"),
        ("services:", "people:", 1, "services"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, old: str, new: str, line: int, field: str) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        catalogue.load(path)
    assert (caught.value.line, caught.value.field) == (line, field)
    assert str(caught.value).startswith(f"{path} line {line}: {field}: ")


def test_a_service_keeps_the_hours_of_its_body_or_its_own(tmp_path: Path) -> None:
    found = catalogue.load(written(tmp_path, WITH_HOURS))
    hours = found.hours_of("title-deed")
    assert hours == found.body("housing").hours
    assert hours.week == {"sunday": ["08:00-14:00", "22:00-02:00"], "monday": ["08:00-14:00"]}
    assert [(days.first, days.last, days.hours) for days in hours.special] == [
        (date(2027, 2, 8), date(2027, 3, 9), ["10:00-14:00"]),
        (date(2027, 2, 25), date(2027, 2, 25), []),
    ]
    assert found.hours_of("rent") == found.body("health").hours == catalogue.ALWAYS
    with pytest.raises(UnknownService):
        found.hours_of("other")


def test_the_queue_takes_the_hours_as_they_are(tmp_path: Path) -> None:
    found = catalogue.load(written(tmp_path, WITH_HOURS))
    deed, rent = (Hours.of(**found.hours_of(service).model_dump()) for service in ("title-deed", "rent"))
    national_day = deed.at(datetime(2027, 2, 25, 9, tzinfo=ZoneInfo("Asia/Kuwait")).timestamp())
    assert (national_day.open, national_day.reason) == (False, {"ar": "العيد الوطني", "en": "National Day"})
    assert rent.at(0) == ALWAYS.at(0)


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("Asia/Kuwait", "Asia/Kuweit", 6, "bodies.housing.hours.zone"),
        ("zone: Asia/Kuwait", "zone: ../zone", 6, "bodies.housing.hours.zone"),
        ("monday: [08:00-14:00]", "monday: [8-14]", 9, "bodies.housing.hours.week.monday.0"),
        ("monday: [08:00-14:00]", "monday: [08:00-08:00]", 9, "bodies.housing.hours.week.monday.0"),
        ("monday: [08:00-14:00]", "moonday: []", 9, "bodies.housing.hours.week.moonday"),
        ("last: 2027-03-09", "last: 2027-01-09", 11, "bodies.housing.hours.special.0"),
        ("first: 2027-02-25", "first: soon", 12, "bodies.housing.hours.special.1.first"),
        ("en: National Day", "fr: non", 12, "bodies.housing.hours.special.1.reason.en"),
        ("hours: always", "hours: never", 31, "services.rent.hours"),
    ],
)
def test_an_error_in_the_hours_names_its_line(tmp_path: Path, old: str, new: str, line: int, field: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        catalogue.load(written(tmp_path, WITH_HOURS.replace(old, new, 1)))
    assert (caught.value.line, caught.value.field) == (line, field)


def test_the_demo_is_always_open() -> None:
    found = catalogue.load(demo.CATALOGUE)
    assert {found.hours_of(service.id) == catalogue.ALWAYS for service in found.services} == {True}


@pytest.mark.parametrize("content", [b"", b"- a list", b"just words", b"\xff\xfe\xff", b"\x00"])
def test_what_is_no_catalogue_is_one_kind_of_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_bytes(content)
    with pytest.raises(CatalogueError):
        catalogue.load(path)


def test_a_missing_file_is_the_same_kind_of_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="No such file"):
        catalogue.load(tmp_path / "none.yaml")


def test_the_demo_offers_enough_with_housing_first() -> None:
    found = catalogue.load(demo.CATALOGUE)
    assert len(found.bodies) >= 7
    assert len(found.services) >= 42
    assert found.bodies[0].id == "housing"
    first = [service.id for service in found.services[:4]]
    assert first == ["housing-allocation", "title-deed", "rent-allowance", "housing-family-data"]
    assert all(found.services_of(body.id) for body in found.bodies)


def test_the_demo_is_written_in_both_scripts() -> None:
    found = catalogue.load(demo.CATALOGUE)
    arabic = re.compile(r"[\u0600-\u06FF]")
    words = [*(entry.name for entry in entries(found))]
    words += [item for service in found.services for item in service.prepare]
    assert all(arabic.search(word.ar) and not arabic.search(word.en) for word in words)
    for service in found.services:
        assert {bool(arabic.search(word)) for word in service.search} == {True, False}, service.id


def test_the_demo_gives_no_two_things_one_name() -> None:
    found = catalogue.load(demo.CATALOGUE)
    for language in ("ar", "en"):
        names = [entry.name[language] for entry in entries(found)]
        assert len(set(names)) == len(names)


@pytest.mark.skipif(not ICONS.exists(), reason="the pages' packages are not installed")
def test_the_demos_icons_exist() -> None:
    found = catalogue.load(demo.CATALOGUE)
    missing = [e.icon for e in entries(found) if not (ICONS / f"{e.icon}.svg").exists()]
    assert missing == []


def test_the_demos_agents_cover_every_service_twice() -> None:
    agents = [person for person, _ in demo.demo_staff() if Role.AGENT in person.roles]
    for service in catalogue.load(demo.CATALOGUE).services:
        for language in ("ar", "en", "sgn-KW"):
            able = [agent.id for agent in agents if language in agent.languages and agent.serves([service.id])]
            assert len(able) >= 2, (service.id, language)


def test_the_demos_people() -> None:
    people: dict[str, Staff] = {person.id: person for person, _ in demo.demo_staff()}
    agents = [f"agent{number}" for number in range(1, 7)]
    assert list(people) == [*agents, "interpreter1", "interpreter2", "supervisor1", "admin"]
    assert [name for name in agents if "sgn-KW" in people[name].languages] == ["agent3", "agent6"]


def test_passwords_are_random_and_readable_unless_fixed() -> None:
    passwords = [clear for _, clear in demo.demo_staff()]
    assert len(set(passwords)) == len(passwords)
    assert all(re.fullmatch(r"[a-z]{4}(-[a-z]{4}){3}", clear) for clear in passwords)
    assert {clear for _, clear in demo.demo_staff("fixed")} == {"fixed"}


def test_demo_people_are_added_on_first_start_only(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    monkeypatch.setattr(password, "hash_password", lambda clear: hashed.append(clear) or f"hash of {clear}")
    people = demo.prepare("fixed")
    assert hashed == ["fixed"], "once for all: it takes its time"
    assert demo.install(connection, people)
    assert not demo.install(connection, people)
    assert {person.id for person in staff.list_all(connection)} == {person.staff.id for person in people}
    assert staff.password_hash(connection, "agent1") == "hash of fixed"


def test_demo_people_are_not_added_beside_real_ones(connection: Connection, noora: Staff) -> None:
    assert not demo.install(connection, [demo.DemoPerson(NEWCOMER, "clear", "hash")])
    assert staff.list_all(connection) == [noora]
