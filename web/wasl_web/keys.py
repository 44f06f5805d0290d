"""What the HTTP handlers need, under typed keys of the aiohttp application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from wasl_records.catalogue import Catalogue
from wasl_records.database import Database
from wasl_web.opening import Openings

DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
CATALOGUE: web.AppKey[Catalogue] = web.AppKey("catalogue", Catalogue)
OPENINGS: web.AppKey[Openings] = web.AppKey("openings", Openings)
NOW: web.AppKey[Callable[[], float]] = web.AppKey("now")
ZONE: web.AppKey[str] = web.AppKey("zone", str)
"""The time zone in which pages name days and hours, whatever a device is set to."""
SECURE: web.AppKey[bool] = web.AppKey("secure", bool)
"""Whether pages are served over TLS, so that cookies may insist on it."""
NOT_READY: web.AppKey[Callable[[], Awaitable[list[str]]]] = web.AppKey("not_ready")
"""Names the parts that cannot serve at this moment."""
WITHOUT: web.AppKey[Callable[[], list[str]]] = web.AppKey("without")
"""Names the parts that the desk works without."""
PUSH_KEY: web.AppKey[str] = web.AppKey("push_key", str)
"""What pages subscribe to web push with."""
TEXT_MESSAGES: web.AppKey[bool] = web.AppKey("text_messages", bool)
"""Whether text messages can be sent to phones."""
SIGNED_OUT: web.AppKey[Callable[[], Awaitable[None]]] = web.AppKey("signed_out")
"""Told when somebody has ended a session."""
