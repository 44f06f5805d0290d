"""The HTTP application: pages, API, sign-in and health."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from wasl_records.catalogue import Catalogue
from wasl_records.database import Database
from wasl_web import api, health, keys, page_errors, pages, security, sign_in
from wasl_web.opening import Openings

LARGEST_BODY = 64 * 1024  # bytes; nothing that is posted here is larger


def build(
    database: Database,
    catalogue: Catalogue,
    openings: Openings,
    *,
    now: Callable[[], float],
    zone: str,
    secure: bool,
    push_key: str,
    text_messages: bool,
    not_ready: Callable[[], Awaitable[list[str]]],
    without: Callable[[], list[str]],
    signed_out: Callable[[], Awaitable[None]],
) -> web.Application:
    """The application, for a server to run or to add Socket.IO to."""
    app = web.Application(
        middlewares=[security.errors_as_views, security.same_origin, security.uncompressed_sockets],
        client_max_size=LARGEST_BODY,
    )
    app[keys.DATABASE], app[keys.CATALOGUE], app[keys.OPENINGS], app[keys.NOW] = database, catalogue, openings, now
    app[keys.ZONE] = zone
    app[keys.PUSH_KEY], app[keys.TEXT_MESSAGES] = push_key, text_messages
    app[keys.SECURE], app[keys.NOT_READY], app[keys.SIGNED_OUT] = secure, not_ready, signed_out
    app[keys.WITHOUT] = without
    app.on_response_prepare.append(security.add_headers)
    for part in (pages, api, sign_in, page_errors, health):
        part.add_routes(app)
    return app
