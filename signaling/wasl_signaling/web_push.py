"""Web push: messages to a browser whose page is closed (RFC 8030, encrypted by RFC 8291, signed by RFC 8292)."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import http_ece
from aiohttp import ClientError, ClientSession
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from wasl_locales import catalogue
from wasl_records.contact import Address, Subscription
from wasl_signaling.notifying import Gone, TryLater, Words

_GONE = (404, 410)
_SIGNED_FOR = 3_600  # seconds
_DECLARATIVE = 8030  # marks a message that newer browsers show by themselves (W3C Declarative Web Push)


class WebPush:
    """A port that posts to the push services of browsers."""

    def __init__(self, session: ClientSession, key: Vapid02, contact: str) -> None:
        """`contact`: a mailto: address or the https: address of the desk, by which a push service reaches us."""
        self._session = session
        self._key = key
        self._contact = contact

    @property
    def public_key(self) -> str:
        """What pages subscribe with (applicationServerKey), in base64url."""
        point = self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    async def send(self, address: Address, words: Words) -> None:
        """See `Port`."""
        assert isinstance(address, Subscription)
        headers = {
            **self._signed(address),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(words.useful_seconds),
            "Urgency": "high",
        }
        body = _encrypted(address, payload(words))
        try:
            async with self._session.post(
                address.endpoint, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, retry_after = response.status, response.headers.get("Retry-After", "")
        except ClientError as error:
            raise TryLater(type(error).__name__) from error
        if status in _GONE:
            raise Gone(f"{address.masked} answered {status}")
        if not 200 <= status < 300:
            raise TryLater(f"{address.masked} answered {status}", _seconds(retry_after))

    def _signed(self, address: Subscription) -> dict[str, str]:
        parts = urlsplit(address.endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + _SIGNED_FOR,
            "sub": self._contact,
        }
        headers: dict[str, str] = self._key.sign(claims)
        return headers


def payload(words: Words) -> bytes:
    """What the page's service worker shows, and newer browsers without it."""
    notification = {
        "title": words.title,
        "body": words.body,
        "lang": words.language,
        "dir": catalogue.direction(words.language),
        "navigate": words.link,
    }
    return json.dumps({"web_push": _DECLARATIVE, "notification": notification}, ensure_ascii=False).encode()


def _encrypted(address: Subscription, data: bytes) -> bytes:
    body: bytes = http_ece.encrypt(
        data,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_decoded(address.p256dh),
        auth_secret=_decoded(address.auth),
        version="aes128gcm",
    )
    return body


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "==")


def _seconds(retry_after: str) -> float:
    """The Retry-After header (RFC 9110, 10.2.3): seconds or a date. 0 if there is none that makes sense."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
