"""Web push against a push service that checks everything a real one checks, and a browser that decrypts."""

from __future__ import annotations

import base64
import json
import ssl
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wasl_records.contact import Subscription
from wasl_signaling import certificate, safe
from wasl_signaling.notifying import Gone, TryLater, Words
from wasl_signaling.web_push import WebPush, payload

WORDS = Words("ar", "اقترب دورك", "اقترب دورك. نرجو فتح الصفحة الآن.", "https://desk.example/ar/?ticket=7", 300)
HERE = ("127.0.0.1",)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Browser:
    """Holds the keys of a subscription, and reads what is sent to it (RFC 8291, section 3.4)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    def subscription(self, endpoint: str) -> Subscription:
        keys = {"p256dh": encoded(point(self._key.public_key())), "auth": encoded(self._auth)}
        return Subscription.read({"endpoint": endpoint, "keys": keys}, services=HERE)

    def read(self, body: bytes) -> dict[str, Any]:
        salt, (size, id_length) = body[:16], struct.unpack("!IB", body[16:21])
        senders, record = body[21 : 21 + id_length], body[21 + id_length :]
        assert len(record) <= size
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), senders))
        info = b"WebPush: info\0" + point(self._key.public_key()) + senders
        secret = derive(shared, self._auth, info, 32)
        key = derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert plain.endswith(b"\x02")
        message: dict[str, Any] = json.loads(plain[:-1])
        return message


@dataclass
class PushService:
    """Takes messages for one browser, from the server whose key the browser subscribed with (RFC 8030, 8292)."""

    application_server_key: str = ""
    answer: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    bodies: list[bytes] = field(default_factory=list)
    received: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self._check(request.headers["Authorization"])
        self.bodies.append(body)
        self.received.append(dict(request.headers))
        return web.Response(status=self.answer, headers=self.headers)

    def _check(self, authorization: str) -> None:
        scheme, _, parameters = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in parameters.split(","))
        assert scheme == "vapid"
        assert given["k"] == self.application_server_key
        signed, _, signature = given["t"].rpartition(".")
        raw = decoded(signature)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(given["k"]))
        key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
        header, claims = (json.loads(decoded(part)) for part in signed.split("."))
        assert header["alg"] == "ES256"
        assert claims["aud"] == self.origin
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600
        assert claims["sub"] == "mailto:desk@example.org"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    made = PushService()
    app = web.Application()
    app.router.add_post("/push/{id}", made.take)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=certificate.context(tmp_path, ["127.0.0.1"]))
    made.origin = f"https://127.0.0.1:{server.port}"
    yield made
    await server.close()


@pytest.fixture
async def port(tmp_path: Path, service: PushService) -> AsyncIterator[WebPush]:
    trusted = ssl.create_default_context(cafile=str(tmp_path / "tls-certificate.pem"))
    async with ClientSession(connector=TCPConnector(ssl=trusted)) as session:
        made = WebPush(session, safe.vapid_key(tmp_path), "mailto:desk@example.org")
        service.application_server_key = made.public_key
        yield made


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def subscription(service: PushService, browser: Browser) -> Subscription:
    return browser.subscription(f"{service.origin}/push/abc")


async def test_the_browser_reads_what_was_sent(
    port: WebPush, service: PushService, browser: Browser, subscription: Subscription
) -> None:
    await port.send(subscription, WORDS)
    (body,), (headers,) = service.bodies, service.received
    assert browser.read(body) == {
        "web_push": 8030,
        "notification": {
            "title": WORDS.title,
            "body": WORDS.body,
            "lang": "ar",
            "dir": "rtl",
            "navigate": WORDS.link,
        },
    }
    assert (headers["TTL"], headers["Urgency"], headers["Content-Encoding"]) == ("300", "high", "aes128gcm")


async def test_nobody_else_reads_it(port: WebPush, service: PushService, subscription: Subscription) -> None:
    await port.send(subscription, WORDS)
    await port.send(subscription, WORDS)
    first, second = service.bodies
    assert first[:86] != second[:86]  # other salt, other key
    assert payload(WORDS)[:20] not in first
    with pytest.raises(InvalidTag):
        Browser().read(first)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_is_gone(
    port: WebPush, service: PushService, subscription: Subscription, status: int
) -> None:
    service.answer = status
    with pytest.raises(Gone):
        await port.send(subscription, WORDS)


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500, 503, 302])
async def test_whatever_else_goes_wrong_may_work_later(
    port: WebPush, service: PushService, subscription: Subscription, status: int
) -> None:
    service.answer = status
    service.headers = {"Location": "/push/elsewhere"} if status == 302 else {}
    with pytest.raises(TryLater, match=rf"127\.0\.0\.1 answered {status}") as caught:
        await port.send(subscription, WORDS)
    assert caught.value.pause == 0
    assert len(service.bodies) == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("120", 120, 120),
        ("in an hour", 3_590, 3_600),
        ("soon", 0, 0),
    ],
)
async def test_a_busy_service_says_how_long_to_wait(
    port: WebPush, service: PushService, subscription: Subscription, asked: str, least: float, most: float
) -> None:
    if asked == "in an hour":
        asked = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    service.answer, service.headers = 429, {"Retry-After": asked}
    with pytest.raises(TryLater) as caught:
        await port.send(subscription, WORDS)
    assert least <= caught.value.pause <= most


async def test_a_service_that_is_not_there_may_come_back(port: WebPush, browser: Browser) -> None:
    with pytest.raises(TryLater):
        await port.send(browser.subscription("https://127.0.0.1:9/push/abc"), WORDS)


def test_the_keys_are_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    first, second = safe.vapid_key(tmp_path), safe.vapid_key(tmp_path)
    assert point(first.public_key) == point(second.public_key)
    token = safe.contact_vault(tmp_path).encrypt(b"+96550011234")
    assert safe.contact_vault(tmp_path).decrypt(token) == b"+96550011234"
    kept = sorted(tmp_path.iterdir())
    assert [path.name for path in kept] == ["contact-keys", "push-key.pem"]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
