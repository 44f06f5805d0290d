"""Staff sign in with a password; a cookie that scripts cannot read holds the session's token."""

from __future__ import annotations

import asyncio

from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from wasl_records import audit, password, session, staff
from wasl_records.database import Database
from wasl_records.staff import Role, Staff
from wasl_web.errors import Problem
from wasl_web.keys import DATABASE, NOW, SECURE, SIGNED_OUT
from wasl_web.language import language_of

COOKIE = "wasl_session"
LIMITER = web.AppKey("sign_in_limiter", MovingWindowRateLimiter)
PER_ADDRESS, PER_USER = RateLimitItemPerMinute(30), RateLimitItemPerMinute(10)


class SignIn(BaseModel):
    """The body of `POST /api/v1/session`."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class SessionView(BaseModel):
    """Who is signed in."""

    id: str
    name: str
    roles: list[Role]


async def signed_in_staff(database: Database, request: web.BaseRequest, now: float, *roles: Role) -> Staff:
    """Whose session the request carries. Raises Problem `not_signed_in`, or `wrong_role` without such a role."""
    token = request.cookies.get(COOKIE)
    member = await database.write(session.find, token, now) if token else None
    if member is None:
        raise Problem("not_signed_in")
    if roles and not member.roles.intersection(roles):
        raise Problem("wrong_role")
    return member


async def sign_in(request: web.Request) -> web.Response:
    """`POST /api/v1/session`: signs in and sets the cookie."""
    body = SignIn.model_validate_json(await request.read())
    await _limit(request, body.username)
    database, now = request.app[DATABASE], request.app[NOW]()
    known_hash = await database.read(staff.password_hash, body.username)
    right = await asyncio.to_thread(password.verify, known_hash, body.password)
    if not right:
        raise Problem("wrong_password")
    token = await database.write(_open_session, body.username, now)
    response = _view(request, await database.read(staff.get, body.username))
    response.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="Strict",
        secure=request.app[SECURE],
        max_age=int(session.LASTS),
    )
    return response


async def who(request: web.Request) -> web.Response:
    """`GET /api/v1/session`: who is signed in."""
    return _view(request, await signed_in_staff(request.app[DATABASE], request, request.app[NOW]()))


async def sign_out(request: web.Request) -> web.Response:
    """`DELETE /api/v1/session`: ends the session, if there is one."""
    if token := request.cookies.get(COOKIE):
        await request.app[DATABASE].write(session.close, token)
        await request.app[SIGNED_OUT]()
    response = web.Response(status=204)
    response.del_cookie(COOKIE)
    return response


def add_routes(app: web.Application) -> None:
    """Adds the session's routes."""
    app[LIMITER] = MovingWindowRateLimiter(MemoryStorage())
    app.router.add_post("/api/v1/session", sign_in)
    app.router.add_get("/api/v1/session", who)
    app.router.add_delete("/api/v1/session", sign_out)


async def _limit(request: web.Request, username: str) -> None:
    limiter = request.app[LIMITER]
    if not await limiter.hit(PER_ADDRESS, request.remote or "") or not await limiter.hit(PER_USER, username):
        raise Problem("too_many_requests")


def _open_session(connection: Connection, username: str, now: float) -> str:
    audit.append(connection, actor=username, action="staff.signed_in", subject=f"staff:{username}", data={}, now=now)
    return session.open(connection, username, now)


def _view(request: web.Request, member: Staff) -> web.Response:
    view = SessionView(id=member.id, name=member.name(language_of(request)), roles=sorted(member.roles))
    return web.json_response(text=view.model_dump_json())
