"""Text messages, through a gateway that is a small server here."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from wasl_records.contact import PhoneNumber
from wasl_signaling.notifying import TryLater, Words
from wasl_signaling.sms import BadSmsAddress, Sms

# Apprise loads a module of Python's that is to go in 3.13, and has its own in place of it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

WORDS = Words("ar", "اقترب دورك", "اقترب دورك. نرجو فتح الصفحة الآن.", "https://desk.example/ar/?ticket=7", 300)
PHONE = PhoneNumber("+96550011234")


class Gateway:
    """Takes what Apprise posts."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((request.path, json.loads(await request.text())))
        return web.Response(status=self.status)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    app = web.Application()
    app.router.add_post("/sms/{to}", made.take)
    server = TestServer(app)
    await server.start_server()
    made.url = f"json://127.0.0.1:{server.port}/sms/{{to}}"
    yield made
    await server.close()


async def test_a_message_is_one_text_with_its_link(gateway: Gateway) -> None:
    await Sms(gateway.url).send(PHONE, WORDS)
    ((path, message),) = gateway.taken
    assert path.rstrip("/") == "/sms/96550011234"
    assert message["message"] == f"{WORDS.body}\n{WORDS.link}"
    assert message["title"] == ""


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the house's log would show."""
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


async def test_a_refusal_may_be_tried_again_and_logs_no_number(gateway: Gateway, logged: list[str]) -> None:
    gateway.status = 503
    with pytest.raises(TryLater, match="503") as caught:
        await Sms(gateway.url).send(PHONE, WORDS)
    assert "50011234" not in " ".join([*logged, str(caught.value)])


async def test_a_gateway_that_is_not_there_may_come_back() -> None:
    with pytest.raises(TryLater) as caught:
        await Sms("json://127.0.0.1:9/{to}").send(PHONE, WORDS)
    assert "50011234" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "json://127.0.0.1/sms", "nonsense://x/{to}", "{to}", "twilio://{to}"])
def test_a_bad_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadSmsAddress):
        Sms(url)
