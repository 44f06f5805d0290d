"""Which language a request wants: the query says it, else the cookie of the last choice, else Arabic."""

from __future__ import annotations

from aiohttp import web

from wasl_locales.catalogue import LANGUAGES

COOKIE = "wasl_language"
DEFAULT = LANGUAGES[0]
YEAR = 365 * 24 * 3600


def language_of(request: web.BaseRequest) -> str:
    """One of LANGUAGES."""
    for wanted in (request.query.get("language"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return str(wanted)
    return str(DEFAULT)


def remember(response: web.StreamResponse, language: str) -> None:
    """Lets the next page open in this language."""
    response.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax")
