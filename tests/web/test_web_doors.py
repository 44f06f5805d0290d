"""The HTTP doors: pages, catalogue, sign-in, health, and what they refuse."""

from __future__ import annotations

import asyncio
import itertools
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from livedesk import PASSWORD, DeskProcess


@pytest.fixture
async def http(shared_desk: DeskProcess) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser-like client of the desk."""
    async with aiohttp.ClientSession(shared_desk.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_readyz_and_front_page(http: aiohttp.ClientSession) -> None:
    async with http.get("/readyz") as reply:
        assert (reply.status, await reply.json()) == (200, {"ready": True, "missing": [], "without": []})
    async with http.get("/healthz") as reply:
        assert reply.status == 200
    async with http.get("/") as reply:
        page = await reply.text()
        assert reply.url.path == "/ar/"
        assert '<html lang="ar" dir="rtl"' in page
    async with http.get("/en/") as reply:
        assert '<html lang="en" dir="ltr"' in await reply.text()
    async with http.get("/") as reply:
        assert reply.url.path == "/en/", "the last choice of language is remembered"


async def test_a_page_has_its_own_sentences_compressed_and_files_that_are_kept(
    http: aiohttp.ClientSession, shared_desk: DeskProcess
) -> None:
    async with http.get("/ar/", headers={"Accept-Encoding": "gzip"}) as reply:
        assert reply.headers["Content-Encoding"] == "gzip"
        citizen = await reply.text()
    async with http.get("/desk") as reply:
        desk = await reply.text()
    assert "I am available" in desk
    assert '<meta name="description" content="' in citizen
    assert "noindex" in desk
    assert "I am available" not in citizen
    scripts = re.findall(r'(?:src|href)="(/static/assets/[^"]+[.](?:js|css))"', citizen)
    assert scripts
    async with aiohttp.ClientSession(shared_desk.url, auto_decompress=False) as raw:
        for path, encoding in itertools.product(scripts, ("br", "gzip")):
            async with raw.get(path, headers={"Accept-Encoding": encoding}) as reply:
                assert reply.headers["Content-Encoding"] == encoding
                assert "immutable" in reply.headers["Cache-Control"]
    async with http.get("/static/notices.js") as reply:
        assert reply.headers["Cache-Control"] == "no-cache", "a service worker keeps its name"
    async with http.get("/static/assets/none.js") as reply:
        assert (reply.status, reply.headers["Cache-Control"]) == (404, "no-cache")


async def test_pages_forbid_foreign_and_inline_script(http: aiohttp.ClientSession) -> None:
    for path in ("/ar/", "/desk", "/supervise"):
        async with http.get(path) as reply:
            policy = reply.headers["Content-Security-Policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert not re.search(r"""(src|href)=["']?(https?:|//)""", await reply.text())


async def test_catalogue_has_bodies_and_services_in_both_languages(http: aiohttp.ClientSession) -> None:
    catalogues = {}
    for language in ("ar", "en"):
        async with http.get("/api/v1/services", params={"language": language}) as reply:
            catalogues[language] = (await reply.json())["bodies"]
    assert len(catalogues["ar"]) >= 7
    assert sum(len(body["services"]) for body in catalogues["ar"]) >= 40
    first = catalogues["en"][0]
    assert "Housing" in first["name"]
    assert [service["id"] for service in first["services"]][:2] == ["housing-allocation", "title-deed"]
    assert catalogues["ar"][0]["name"] != first["name"]
    always = {"open": True, "until": None, "opens_at": None, "reason": None}
    assert {str(service["opening"]) for body in catalogues["ar"] for service in body["services"]} == {str(always)}


async def test_sign_in_sets_a_cookie_that_scripts_cannot_read(http: aiohttp.ClientSession) -> None:
    async with http.get("/api/v1/session") as reply:
        assert reply.status == 401
        assert (await reply.json())["error"]["kind"] == "sign_in"
    async with http.post("/api/v1/session", json={"username": "agent1", "password": PASSWORD}) as reply:
        assert reply.status == 200
        cookie = reply.cookies["wasl_session"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
    async with http.get("/api/v1/session") as reply:
        assert (await reply.json())["id"] == "agent1"
    async with http.delete("/api/v1/session") as reply:
        assert reply.status == 204
    async with http.get("/api/v1/session") as reply:
        assert reply.status == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"username": "agent1", "password": "guess"}', 401, "wrong_password"),
        (b'{"username": "nobody", "password": "guess"}', 401, "wrong_password"),
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b'{"username": "agent1"}', 400, "bad_request"),
        (b'{"username": "%s", "password": "x"}' % (b"a" * 65), 413, "too_large"),
        (b"x" * 100_000, 413, "too_large"),
    ],
)
async def test_sign_in_refuses(http: aiohttp.ClientSession, body: bytes, status: int, code: str) -> None:
    async with http.post("/api/v1/session", data=body) as reply:
        assert (reply.status, (await reply.json())["error"]["code"]) == (status, code)


async def test_guessing_passwords_is_slowed_down(desk: DeskProcess) -> None:
    async with aiohttp.ClientSession(desk.url) as http:

        async def guess() -> int:
            async with http.post("/api/v1/session", json={"username": "admin", "password": "guess"}) as reply:
                return reply.status

        assert set(await asyncio.gather(*(guess() for _ in range(20)))) == {401, 429}


async def test_other_sites_cannot_act_for_a_signed_in_agent(http: aiohttp.ClientSession) -> None:
    async with http.delete("/api/v1/session", headers={"Origin": "https://evil.example"}) as reply:
        assert (reply.status, (await reply.json())["error"]["code"]) == (403, "other_origin")


async def test_unknown_addresses_say_so_in_the_readers_language(http: aiohttp.ClientSession) -> None:
    async with http.get("/no/such/page") as reply:
        arabic = (await reply.json())["error"]
        assert (reply.status, arabic["code"]) == (404, "not_found")
    async with http.get("/no/such/page", params={"language": "en"}) as reply:
        assert (await reply.json())["error"]["message"] == "There is nothing at this address."
    assert not arabic["message"].isascii()


async def test_sockets_are_not_compressed(http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/socket.io/?EIO=4&transport=websocket", compress=15) as socket:
        assert (await socket.receive()).data.startswith("0{")
        assert socket.compress == 0


async def test_openapi_names_every_api_route(http: aiohttp.ClientSession) -> None:
    async with http.get("/api/v1/openapi.json") as reply:
        document = await reply.json()
    assert set(document["paths"]) == {
        f"/api/v1/{name}" for name in ("services", "notifications", "session", "page-errors")
    }
    for reference in _references(document):
        assert reference.rsplit("/", 1)[1] in document["components"]["schemas"]


async def test_metrics_tell_who_is_connected(http: aiohttp.ClientSession) -> None:
    async with http.get("/metrics") as reply:
        assert reply.status == 200
        assert "# TYPE wasl_tickets gauge" in await reply.text()


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for part in value.values() for found in _references(part)]
    if isinstance(value, list):
        return [found for part in value for found in _references(part)]
    return []


async def test_tls_auto_serves_other_devices_over_https(
    start_desk: Callable[..., Awaitable[DeskProcess]],
) -> None:
    desk = await start_desk(tls="auto")
    assert desk.url.startswith("https://")
    certificate = ssl.create_default_context(cafile=desk.data / "tls-certificate.pem")
    async with aiohttp.ClientSession(desk.url) as http:
        async with http.get("/readyz", ssl=certificate) as reply:
            assert reply.status == 200
            assert "max-age" in reply.headers["Strict-Transport-Security"]
        credentials = {"username": "agent1", "password": PASSWORD}
        async with http.post("/api/v1/session", json=credentials, ssl=certificate) as reply:
            assert reply.cookies["wasl_session"]["secure"]
    assert (desk.data / "tls-key.pem").stat().st_mode & 0o077 == 0
