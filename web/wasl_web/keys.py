"""What the HTTP handlers need, under typed keys of the aiohttp application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from wasl_records.catalogue import Catalogue
from wasl_records.database import Database

DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
CATALOGUE: web.AppKey[Catalogue] = web.AppKey("catalogue", Catalogue)
NOW: web.AppKey[Callable[[], float]] = web.AppKey("now")
SECURE: web.AppKey[bool] = web.AppKey("secure", bool)
"""Whether pages are served over TLS, so that cookies may insist on it."""
NOT_READY: web.AppKey[Callable[[], Awaitable[list[str]]]] = web.AppKey("not_ready")
"""Names the parts that cannot serve at this moment."""
