"""Errors of pages are counted by place and browser; whoever makes them up fills nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from wasl_web import page_errors, security
from wasl_web.page_errors import ERRORS, MOST_PLACES, OTHER, STATIC, browser, known_place

SCRIPT = str(next(STATIC.glob("assets/*.js")).relative_to(STATIC))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def door() -> AsyncIterator[aiohttp.ClientSession]:
    """The one route, in an application of its own."""
    app = web.Application(middlewares=[security.errors_as_views, security.same_origin])
    page_errors.add_routes(app)
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        yield session


async def post(door: aiohttp.ClientSession, body: object, **headers: str) -> int:
    async with door.post("/api/v1/page-errors", json=body, headers={"User-Agent": FIREFOX} | headers) as reply:
        return reply.status


def counted(*labels: str) -> float:
    return float(ERRORS.labels(*labels)._value.get())


async def test_an_error_is_counted_by_place_and_browser(door: aiohttp.ClientSession) -> None:
    place = f"{SCRIPT}:1:3042"
    before = counted("citizen", place, "Firefox 140")
    assert await post(door, {"page": "citizen", "place": place}) == 204
    assert counted("citizen", place, "Firefox 140") == before + 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"page": "citizen"}, 400),
        ({"page": "front", "place": "x"}, 400),
        ({"page": "desk", "place": "x" * 201}, 413),
        ({"page": "desk", "place": "x", "name": "Maryam"}, 400),
        ([], 400),
    ],
)
async def test_other_bodies_are_refused(door: aiohttp.ClientSession, body: object, status: int) -> None:
    assert await post(door, body) == status


async def test_another_site_cannot_count(door: aiohttp.ClientSession) -> None:
    assert await post(door, {"page": "desk", "place": "x"}, Origin="https://evil.example") == 403


async def test_one_address_counts_so_often_and_no_more(door: aiohttp.ClientSession) -> None:
    statuses = [await post(door, {"page": "desk", "place": "x"}) for _ in range(25)]
    assert statuses[:20] == [204] * 20
    assert set(statuses[20:]) == {429}


@pytest.mark.parametrize(
    "place", ["unknown", "assets/none.js:1:2", "../pages.py:1:2", f"{SCRIPT}:1", f"{SCRIPT}:1:2:3"]
)
def test_a_place_that_is_not_ours_is_another(place: str) -> None:
    assert known_place(place) == OTHER


def test_invented_places_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_errors, "_places", set())
    places = {known_place(f"{SCRIPT}:1:{column}") for column in range(2 * MOST_PLACES)}
    assert len(places) == MOST_PLACES + 1
    assert known_place(f"{SCRIPT}:1:0") != OTHER


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox 140"),
        ("Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome 120"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "Edge 120"),
        (
            "Mozilla/5.0 (Linux; Android 13) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
            "Samsung Internet 23",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 Version/15.6 Mobile/15E148 "
            "Safari/604.1",
            "Safari 15",
        ),
        ("curl/8", OTHER),
        ("", OTHER),
    ],
)
def test_browsers_are_told_apart(user_agent: str, name: str) -> None:
    assert browser(user_agent) == name
