"""Whether this process lives, whether it can serve, and what it measures."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from wasl_web.keys import NOT_READY, WITHOUT


async def alive(request: web.Request) -> web.Response:
    """`GET /healthz`: 200 while the process answers at all."""
    return web.json_response({"alive": True})


async def ready(request: web.Request) -> web.Response:
    """`GET /readyz`: 200 when citizens can be served, else 503 with the parts that cannot. `without`: what is set up,
    does not work, and can be done without."""
    missing, without = await request.app[NOT_READY](), request.app[WITHOUT]()
    body = {"ready": not missing, "missing": missing, "without": without}
    return web.json_response(body, status=503 if missing else 200)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`: figures in the text format of Prometheus."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def add_routes(app: web.Application) -> None:
    """Adds the three routes."""
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
