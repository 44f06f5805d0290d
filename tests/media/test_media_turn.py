"""A page that may use nothing but TURN, through a real coturn, sees and hears a partner of the relay."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, Page

import coturn
from chromium import LOOPBACK, NO_MDNS
from coturn import Coturn
from mediapage import measure, sees
from wasl_media.turn import LIFETIME, Turn, TurnCredential

Until = Callable[..., Awaitable[None]]
Launch = Callable[..., Awaitable[Browser]]
Meeting = Any


@pytest.fixture(scope="module")
def program() -> str:
    return coturn.find() or pytest.skip(f"needs coturn: sudo sh -c '{coturn.INSTALL}'")


@pytest.fixture
async def server(program: str, tmp_path: Path) -> AsyncIterator[Coturn]:
    certificate, key = make_certificate(tmp_path)
    async with coturn.run(program, tmp_path, certificate, key) as running:
        yield running


def make_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "turn")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    signed = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return certificate_file, key_file


async def join_through(browser: Browser, site: str, meeting: Meeting, url: str, credential: TurnCredential) -> Page:
    """A page that gathers no candidate but those of this TURN server."""
    page = await (await browser.new_context()).new_page()
    await page.goto(site)
    servers = [{"urls": [url], "username": credential.username, "credential": credential.password}]
    answer = await page.evaluate(
        "([sdp, servers]) => answer(sdp, true, { iceServers: servers, iceTransportPolicy: 'relay' })",
        [await meeting.relay.open_peer("page"), servers],
    )
    await meeting.relay.answer("page", answer)
    return page


@pytest.mark.browser
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_sound_and_picture_both_ways(
    launch: Launch, site: str, relayed: Meeting, server: Coturn, until: Until, transport: str
) -> None:
    url = server.url(transport)
    credential = Turn([url], coturn.SECRET).credential("page", time.time())
    partner = await relayed.join("partner")
    browser = await launch(LOOPBACK, NO_MDNS, "--ignore-certificate-errors")
    page = await join_through(browser, site, relayed, url, credential)
    await relayed.relay.show("page", 0, "partner")
    await relayed.relay.show("partner", 0, "page")
    await sees(page, "0", until)

    async def all_is_well() -> bool:
        got, sent = (await measure(page))["slots"]["0"], (await partner.measure()).slots[0]
        return bool(got["frames"] > 30 and got["energy"] > 0 and sent.frames > 30 and sent.audio_energy > 0)

    await until(all_is_well, 60.0)
    assert await page.evaluate("path()") == ["relay", transport]


@pytest.mark.browser
@pytest.mark.parametrize("wrong", ["expired", "forged"])
async def test_a_wrong_credential_gets_nowhere(
    launch: Launch, site: str, relayed: Meeting, server: Coturn, until: Until, wrong: str
) -> None:
    url = server.url("udp")
    secret = "guessed" if wrong == "forged" else coturn.SECRET
    made_at = time.time() - (LIFETIME + 60 if wrong == "expired" else 0)
    browser = await launch(LOOPBACK, NO_MDNS)
    page = await join_through(browser, site, relayed, url, Turn([url], secret).credential("page", made_at))

    async def refused() -> bool:
        return 401 in await page.evaluate("refusals")

    await until(refused)
    assert not relayed.connected("page")
    assert (await measure(page))["slots"].get("0", {}).get("frames", 0) == 0


def test_the_password_is_what_the_draft_says() -> None:
    # echo -n 43300:noura | openssl dgst -sha1 -hmac north -binary | base64
    credential = Turn([], "north").credential("noura", 100.9)
    assert credential == TurnCredential("43300:noura", "JZgSTkXfAGwZCQw5VvJGmuwLf/Y=")
