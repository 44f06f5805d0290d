"""What every response carries and every request must pass."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from wasl_web.errors import MEANINGS, Problem, error_view
from wasl_web.language import language_of

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self' ws: wss:; media-src 'self' blob:; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Referrer-Policy": "same-origin",
}
"""Of documents. The files that they are made of need none of it, and there are many."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@web.middleware
async def errors_as_views(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every exception into a typed error; those of the API as JSON, so that pages can show them."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except Exception as error:
        known = {404: "not_found", 405: "unknown_request", 413: "too_large"}
        if isinstance(error, web.HTTPException):
            error = Problem(known.get(error.status, "bad_request"))
        view = error_view(error, language_of(request))
        return web.json_response({"error": view.model_dump(mode="json")}, status=MEANINGS[view.code].status)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses changes that another site's page asks for (CSRF): browsers always name the origin of those."""
    origin = request.headers.get("Origin")
    if request.method not in SAFE and origin is not None and urlsplit(origin).netloc != request.host:
        raise Problem("other_origin")
    return await handler(request)


@web.middleware
async def uncompressed_sockets(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Declines to compress WebSockets: the compressor's memory (90 KB a connection) buys little for small states."""
    if "Sec-WebSocket-Extensions" in request.headers:
        headers = request.headers.copy()
        del headers["Sec-WebSocket-Extensions"]
        request = request.clone(headers=headers)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal handler for `on_response_prepare`."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if not request.path.startswith("/static/"):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    if request.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
