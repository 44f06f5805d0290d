"""Counts errors in the scripts of pages: where in our own files and in which browser, nothing of the person."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, Field

from wasl_web.errors import Problem
from wasl_web.pages import STATIC

ERRORS = Counter(
    "wasl_page_errors",
    "Errors in the scripts of pages: the file, line and column of the build, and the browser",
    ["page", "place", "browser"],
)
LIMITER = web.AppKey("page_errors_limiter", MovingWindowRateLimiter)
PER_ADDRESS, OF_ALL = RateLimitItemPerMinute(20), RateLimitItemPerMinute(600)
MOST_PLACES = 200
"""Whoever invents places cannot fill the memory with them."""
OTHER = "other"
BROWSERS = (
    ("Edge", re.compile(r"Edg(?:A|iOS)?/(\d{1,3})")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/(\d{1,3})")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d{1,3})")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d{1,3})")),
    ("Safari", re.compile(r"Version/(\d{1,3})[.\d]* (?:Mobile/\w+ )?Safari/")),
)
"""The first that fits: browsers also name those that they are like."""
_places: set[str] = set()


class PageError(BaseModel):
    """The body of `POST /api/v1/page-errors`."""

    model_config = ConfigDict(extra="forbid")

    page: Literal["citizen", "desk", "supervise"]
    place: str = Field(max_length=200)
    """File under `/static/`, line and column: `assets/citizen-Bx.js:1:3042`."""


async def count(request: web.Request) -> web.Response:
    """`POST /api/v1/page-errors`: counts one. Raises Problem `too_many_requests`."""
    body = PageError.model_validate_json(await request.read())
    limiter = request.app[LIMITER]
    if not await limiter.hit(PER_ADDRESS, request.remote or "") or not await limiter.hit(OF_ALL, "all"):
        raise Problem("too_many_requests")
    ERRORS.labels(body.page, known_place(body.place), browser(request.headers.get("User-Agent", ""))).inc()
    return web.Response(status=204)


def known_place(place: str) -> str:
    """A place in a file of ours, as long as there are not too many of them; else `other`."""
    found = re.fullmatch(r"([\w./-]{1,100}):\d{1,6}:\d{1,7}", place)
    if found is None or found[1] not in _scripts() or (len(_places) >= MOST_PLACES and place not in _places):
        return OTHER
    _places.add(place)
    return place


def browser(user_agent: str) -> str:
    """Its name and its major version, as `Firefox 140`; `other` for those that are not known."""
    versions = ((name, pattern.search(user_agent)) for name, pattern in BROWSERS)
    return next((f"{name} {found[1]}" for name, found in versions if found), OTHER)


def add_routes(app: web.Application) -> None:
    """Adds the one route."""
    app[LIMITER] = MovingWindowRateLimiter(MemoryStorage())
    app.router.add_post("/api/v1/page-errors", count)


@cache
def _scripts() -> frozenset[str]:
    return frozenset(str(file.relative_to(STATIC)) for file in STATIC.rglob("*.js"))
