"""Sessions at work: a page of staff stays connected no longer than the session that let it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from wasl_records import session
from wasl_signaling.mailbox import Kind
from wasl_signaling.parts import Parts
from wasl_web.sign_in import COOKIE


def token_of(environ: dict[str, Any]) -> str | None:
    """The token of the session that a Socket.IO connection was made with."""
    token: str | None = environ["aiohttp.request"].cookies.get(COOKIE)
    return token


async def cut_ended(parts: Parts) -> None:
    """Cuts off the pages whose session has ended; they come back, are refused, and show why. An open page is use."""
    boxes = [box for kind in (Kind.DESK, Kind.WALL) for box in parts.mailboxes.of_kind(kind)]
    tokens = {box.session for box in boxes if box.session is not None}
    going_on = await parts.house.database.write(_going_on, tokens, parts.house.now())
    for box in boxes:
        if box.session not in going_on:
            await parts.mailboxes.cut_off(box)


def _going_on(connection: Connection, tokens: Iterable[str], now: float) -> set[str]:
    return {token for token in tokens if session.find(connection, token, now) is not None}
