"""The HTTP application: pages, API, sign-in and health."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from wasl_records.catalogue import Catalogue
from wasl_records.database import Database
from wasl_web import api, health, keys, pages, security, sign_in

LARGEST_BODY = 64 * 1024  # bytes; nothing that is posted here is larger


def build(
    database: Database,
    catalogue: Catalogue,
    *,
    now: Callable[[], float],
    secure: bool,
    not_ready: Callable[[], Awaitable[list[str]]],
) -> web.Application:
    """The application, for a server to run or to add Socket.IO to."""
    app = web.Application(middlewares=[security.errors_as_views, security.same_origin], client_max_size=LARGEST_BODY)
    app[keys.DATABASE], app[keys.CATALOGUE], app[keys.NOW] = database, catalogue, now
    app[keys.SECURE], app[keys.NOT_READY] = secure, not_ready
    app.on_response_prepare.append(security.add_headers)
    for part in (pages, api, sign_in, health):
        part.add_routes(app)
    return app
