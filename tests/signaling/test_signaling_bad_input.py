"""200 malformed, oversized and out-of-order messages to each namespace: a typed error for each, and nothing dies."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp
import pytest

from livedesk import DeskProcess, Page, Pages, until
from wasl_signaling import messages

KINDS = {"show", "sign_in", "retry", "fault"}
MESSAGES = 200
AT_ONCE = 50
"""From one page: fewer than the desk says are too many."""
TABLES = {
    "/citizen": messages.CITIZEN_REQUESTS,
    "/desk": messages.DESK_REQUESTS,
    "/supervise": messages.SUPERVISE_REQUESTS,
}
# Well-formed requests that nobody in this state may make.
OUT_OF_ORDER: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "/citizen": [
        ("leave", {}),
        ("undo_leave", {}),
        ("forget", {}),
        ("text", {"call": 1, "batch": "a", "t140": "x"}),
        ("media_answer", {"peer": "p", "sdp": "v=0"}),
        ("join", {"service": "no-such-service", "modality": "video", "language": "ar"}),
    ],
    "/desk": [
        ("accept", {"offer": 1}),
        ("decline", {"offer": 77}),
        ("finish", {"ticket": 5, "outcome": "completed"}),
        ("notes", {"ticket": 5, "notes": "x"}),
        ("text", {"call": 9, "batch": "a", "t140": "x"}),
    ],
    "/supervise": [("join", {}), ("accept", {"offer": 1})],
}


def junk(random_: random.Random) -> Any:
    """A value that is no request."""
    values: list[Any] = [
        None,
        [],
        [1, 2],
        "",
        "join",
        7,
        -1.5,
        True,
        {"service": 3},
        {"service": "a" * random_.randrange(300, 90_000), "modality": "video", "language": "ar"},
        {"call": "one", "t140": {"deep": [{}] * 9}},
        {"unknown": "field", "offer": 1},
        {"offer": 2**70},
        {"sdp": "x" * 400_000, "peer": "p"},
        {"reason": "prayer ", "outcome": None},
        {"\u202e": "\x00"},
    ]
    return random_.choice(values)


async def page_for(namespace: str, desk: DeskProcess, pages: Pages) -> Page:
    """A page that is connected to the namespace."""
    open_ = {"/citizen": pages.citizen, "/desk": pages.agent, "/supervise": pages.wall}[namespace]
    return await open_(desk)


@pytest.mark.parametrize("namespace", TABLES)
async def test_bad_input_gets_a_typed_error_each(namespace: str, desk: DeskProcess, pages: Pages) -> None:
    await answers_each(random.Random(7), namespace, desk, pages)


@pytest.mark.long
@pytest.mark.parametrize("namespace", TABLES)
@pytest.mark.parametrize("seed", range(30))
async def test_any_bad_input_gets_a_typed_error_each(
    seed: int, namespace: str, desk: DeskProcess, pages: Pages
) -> None:
    await answers_each(random.Random(seed), namespace, desk, pages)


async def answers_each(random_: random.Random, namespace: str, desk: DeskProcess, pages: Pages) -> None:
    """Sends bad input, and sees that the desk bears it."""
    page = await page_for(namespace, desk, pages)
    names = [*TABLES[namespace], "no_such_request", "", "constructor", "trigger_event", "on_join"]
    without_body = {name for name, (kind, _) in TABLES[namespace].items() if not kind.model_fields}
    sent = 0
    while sent < MESSAGES:
        name, body = random_.choice(names), junk(random_)
        if sent % 5 == 0:
            name, body = random_.choice(OUT_OF_ORDER[namespace])
        elif name in without_body and body is None:
            continue
        reply = await page.socket.call(name, body, namespace=namespace, timeout=10)
        assert set(reply) == {"error"}, (name, body, reply)
        assert reply["error"]["kind"] in KINDS
        assert reply["error"]["kind"] != "fault", (name, str(body)[:80], reply)
        assert reply["error"]["message"].endswith(".")
        sent += 1
        if sent % AT_ONCE == 0:
            page = await page_for(namespace, desk, pages)
    await page.until(lambda state: True)
    other = await pages.citizen(desk)
    joined = await other.ask("join", service="housing-allocation", modality="video", language="ar")
    assert joined["ok"] is True
    async with aiohttp.ClientSession() as http, http.get(f"{desk.url}/readyz") as ready:
        assert await ready.json() == {"ready": True, "missing": [], "without": []}, "server and media worker live on"


async def test_too_many_requests_are_refused_and_forgiven(desk: DeskProcess, pages: Pages) -> None:
    page = await pages.citizen(desk)
    replies = await asyncio.gather(*(page.ask("leave") for _ in range(150)))
    codes = {reply["error"]["code"] for reply in replies}
    assert codes == {"no_ticket", "too_many_requests"}

    async def forgiven() -> bool:
        return bool((await page.ask("leave"))["error"]["code"] == "no_ticket")

    await until(forgiven)
