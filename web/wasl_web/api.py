"""The REST API under /api/v1/."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel

from wasl_queue.hours import Opening
from wasl_records.catalogue import Service
from wasl_web import openapi, opening
from wasl_web.keys import CATALOGUE, NOW, OPENINGS, PUSH_KEY, TEXT_MESSAGES
from wasl_web.language import language_of
from wasl_web.opening import OpeningView


class ServiceView(BaseModel):
    """A service that citizens can choose."""

    id: str
    name: str
    icon: str
    """The name of a picture under /static/icons/."""
    search: list[str]
    """Words by which people look for it, in all languages."""
    prepare: list[str]
    """What to have ready."""
    minutes: int
    """How long such a visit takes on average."""
    opening: OpeningView


class BodyView(BaseModel):
    """A government body and its services."""

    id: str
    name: str
    icon: str
    services: list[ServiceView]


class ServicesView(BaseModel):
    """What the desk offers, in the order in which it is shown."""

    bodies: list[BodyView]


class NotificationsView(BaseModel):
    """How a citizen can be reached who is not on the page."""

    push_key: str
    """The applicationServerKey to subscribe to web push with, in base64url."""
    text_messages: bool
    """Whether text messages can be sent to phones."""


async def services(request: web.Request) -> web.Response:
    """`GET /api/v1/services?language=ar`: bodies and their services."""
    language, catalogue = language_of(request), request.app[CATALOGUE]
    openings = request.app[OPENINGS].at(request.app[NOW]())
    view = ServicesView(
        bodies=[
            BodyView(
                id=body.id,
                name=body.name[language],
                icon=body.icon,
                services=[
                    _service(service, openings[service.id], language) for service in catalogue.services_of(body.id)
                ],
            )
            for body in catalogue.bodies
        ]
    )
    return web.json_response(text=view.model_dump_json(), headers={"Cache-Control": "no-cache"})


async def notifications(request: web.Request) -> web.Response:
    """`GET /api/v1/notifications`: the ways to reach a citizen who is not on the page."""
    view = NotificationsView(push_key=request.app[PUSH_KEY], text_messages=request.app[TEXT_MESSAGES])
    return web.json_response(text=view.model_dump_json())


async def document(request: web.Request) -> web.Response:
    """`GET /api/v1/openapi.json`: this API, for programs."""
    return web.json_response(openapi.document())


def add_routes(app: web.Application) -> None:
    """Adds the routes of the API that belong to nobody else."""
    app.router.add_get("/api/v1/services", services)
    app.router.add_get("/api/v1/notifications", notifications)
    app.router.add_get("/api/v1/openapi.json", document)


def _service(service: Service, now: Opening, language: str) -> ServiceView:
    return ServiceView(
        id=service.id,
        name=service.name[language],
        icon=service.icon,
        search=service.search,
        prepare=[item[language] for item in service.prepare],
        minutes=round(service.duration / 60),
        opening=opening.view(now, language),
    )
