"""Where a citizen who is away can be reached: kept while her ticket or booking lasts, and encrypted.

The caller brings the key, and rotates it as MultiFernet does. Every look is in the audit log.
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlsplit

import phonenumbers
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric import ec
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from sqlalchemy import Connection, delete, insert, select, update

from wasl_locales import digits
from wasl_records import audit
from wasl_records.errors import RecordsError
from wasl_records.schema import contact as table

Vault = Fernet | MultiFernet

PUSH_SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
"""The hosts, with those below them, that browsers have their messages sent through. The desk posts to whatever
address a page names, so it names one of these."""
HOME = "KW"
"""The country of numbers without a country code."""
_LONGEST = 2_000
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class BadPhoneNumber(RecordsError):  # noqa: N818
    """No number of a mobile telephone."""


class BadSubscription(RecordsError):  # noqa: N818
    """No push subscription of a browser we know of."""


class UnreadableContact(RecordsError):  # noqa: N818
    """It was encrypted with a key that we do not have any more."""


class Channel(StrEnum):
    """The way to a citizen."""

    WEB_PUSH = "web_push"
    SMS = "sms"


def _without_marks(text: str) -> str:
    """What is pasted brings marks of direction and spaces of all widths along, also between its digits."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Zs") and letter != "،")


@dataclass(frozen=True)
class PhoneNumber:
    """A mobile telephone."""

    number: str = field(repr=False)
    """In E.164: +96550011234."""
    channel = Channel.SMS

    @classmethod
    def read(cls, text: str) -> PhoneNumber:
        """A number as people write it, in any digits. Raises BadPhoneNumber."""
        try:
            parsed = phonenumbers.parse(digits.normalise(_without_marks(text[:50])), HOME)
        except phonenumbers.NumberParseException as error:
            raise BadPhoneNumber from error
        if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in _MOBILE:
            raise BadPhoneNumber
        return cls(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))

    @property
    def masked(self) -> str:
        """Enough for her to know it again: +965 •••• 1234."""
        return f"+{phonenumbers.parse(self.number).country_code} •••• {self.number[-4:]}"


@dataclass(frozen=True)
class Subscription:
    """What a browser gives to be sent messages through its push service (W3C Push API)."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    """The browser's public key, in base64url."""
    auth: str = field(repr=False)
    """The browser's secret, in base64url."""
    channel = Channel.WEB_PUSH

    @classmethod
    def read(cls, value: Mapping[str, Any], services: Collection[str] = PUSH_SERVICES) -> Subscription:
        """A PushSubscription as its `toJSON` gives it. Raises BadSubscription."""
        try:
            made = cls(str(value["endpoint"]), str(value["keys"]["p256dh"]), str(value["keys"]["auth"]))
            address = urlsplit(made.endpoint)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(made.p256dh))
            fits = len(_decoded(made.auth)) == 16 and len(made.endpoint) <= _LONGEST
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise BadSubscription from error
        known = any(f".{address.hostname}".endswith(f".{service}") for service in services)
        if address.scheme != "https" or address.username is not None or not known or not fits:
            raise BadSubscription
        return made

    @property
    def masked(self) -> str:
        """The push service."""
        return urlsplit(self.endpoint).hostname or ""


Address = PhoneNumber | Subscription


@dataclass(frozen=True)
class Owner:
    """Whose contact it is."""

    kind: Literal["ticket", "booking"]
    number: int

    @property
    def subject(self) -> str:
        """As the audit log names it."""
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True)
class Contact:
    """One way to reach a citizen, and the language to do it in."""

    address: Address
    language: str


def keep(connection: Connection, vault: Vault, owner: Owner, address: Address, language: str, now: float) -> None:
    """Remember an address; it takes the place of an earlier one of the same channel."""
    connection.execute(delete(table).where(_of(owner), table.c.channel == address.channel))
    values = {
        owner.kind: owner.number,
        "channel": address.channel,
        "language": language,
        "sealed": _seal(vault, address),
        "kept_at": now,
    }
    connection.execute(insert(table).values(values))
    _audit(connection, owner.subject, "contact.kept", owner, {"channel": address.channel}, now)


def look(connection: Connection, vault: Vault, owner: Owner, actor: str, now: float) -> list[Contact]:
    """The addresses in the clear, for `actor` (see `audit.Entry`). Raises UnreadableContact."""
    rows = connection.execute(select(table).where(_of(owner)).order_by(table.c.id)).all()
    found = [Contact(_open(vault, row.channel, row.sealed), row.language) for row in rows]
    if found:
        channels = [contact.address.channel for contact in found]
        _audit(connection, actor, "contact.seen", owner, {"channels": channels}, now)
    return found


def masked(connection: Connection, vault: Vault, owner: Owner) -> dict[Channel, str]:
    """What may be shown of each address. Raises UnreadableContact."""
    rows = connection.execute(select(table).where(_of(owner)).order_by(table.c.id)).all()
    found = [_open(vault, row.channel, row.sealed) for row in rows]
    return {address.channel: address.masked for address in found}


def hand_over(connection: Connection, booking: int, ticket: int) -> None:
    """She who booked has come: what was the booking's is the ticket's."""
    connection.execute(update(table).where(table.c.booking == booking).values(booking=None, ticket=ticket))


def forget(connection: Connection, owner: Owner, now: float, channel: Channel | None = None) -> None:
    """Delete what is kept of the owner, or what is kept of one channel. Nothing happens if there is nothing."""
    which = _of(owner) if channel is None else _of(owner) & (table.c.channel == channel)
    if connection.execute(delete(table).where(which)).rowcount:
        data = {} if channel is None else {"channel": channel}
        _audit(connection, "desk", "contact.forgotten", owner, data, now)


def _of(owner: Owner) -> Any:
    return table.c[owner.kind] == owner.number


def _audit(connection: Connection, actor: str, action: str, owner: Owner, data: Mapping[str, Any], now: float) -> None:
    audit.append(connection, actor=actor, action=action, subject=owner.subject, data=data, now=now)


def _seal(vault: Vault, address: Address) -> str:
    return vault.encrypt(json.dumps(vars(address)).encode()).decode()


def _open(vault: Vault, channel: str, sealed: str) -> Address:
    try:
        values = json.loads(vault.decrypt(sealed))
    except InvalidToken as error:
        raise UnreadableContact from error
    return PhoneNumber(**values) if channel == Channel.SMS else Subscription(**values)


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
