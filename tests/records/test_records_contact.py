"""Where a citizen can be reached: encrypted, masked, every look written down, gone with the ticket."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, select

from wasl_records import audit, contact, schema
from wasl_records.contact import (
    BadPhoneNumber,
    BadSubscription,
    Channel,
    Contact,
    Owner,
    PhoneNumber,
    Subscription,
    UnreadableContact,
)

VAULT = Fernet(Fernet.generate_key())
HERS, OTHER = Owner("ticket", 12), Owner("ticket", 13)
PHONE = PhoneNumber("+96550011234")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


POINT = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
GIVEN: dict[str, Any] = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc:def",
    "expirationTime": None,
    "keys": {"p256dh": base64url(POINT), "auth": base64url(b"0123456789abcdef")},
}
BROWSER = Subscription.read(GIVEN)


@pytest.mark.parametrize(
    "text", ["50011234", "5001 1234", "٥٠٠١١٢٣٤", "+965 ۵۰۰۱۱۲۳۴", "0096550011234", "(+965) 5001-1234"]
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert PhoneNumber.read(text) == PHONE


@pytest.mark.parametrize(
    "inside",
    ["\u200e", "\u200f", "\u061c", "\u202d", "\u2066", "\ufeff", "\u00a0", "\u202f", "\u2007", "\u3000", "،"],
    ids=ascii,
)
def test_marks_and_spaces_of_any_kind_in_a_pasted_number_are_no_part_of_it(inside: str) -> None:
    assert PhoneNumber.read(f"{inside}+965{inside}5001{inside}1234{inside}") == PHONE


@pytest.mark.parametrize(
    "text", ["", "1", "hello", "22001234", "123456789012345678", "+965 1", "+1 900 555 0100", "5" * 9_999]
)
def test_what_is_no_mobile_number_is_refused(text: str) -> None:
    with pytest.raises(BadPhoneNumber):
        PhoneNumber.read(text)


def test_addresses_are_masked_wherever_they_are_shown() -> None:
    assert PHONE.masked == "+965 •••• 1234"
    assert BROWSER.masked == "fcm.googleapis.com"
    for address in (PHONE, BROWSER):
        assert "5001" not in repr(address)
        assert "abc" not in repr(address)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=x",
    ],
)
def test_the_browsers_push_services_are_known(endpoint: str) -> None:
    assert Subscription.read(GIVEN | {"endpoint": endpoint}).endpoint == endpoint


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://evilfcm.googleapis.com/x"},
        {"endpoint": "https://me@fcm.googleapis.com/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://[::1"},
        {"endpoint": "https://fcm.googleapis.com/" + "x" * 2_000},
        {"endpoint": None},
        {"keys": None},
        {"keys": {"p256dh": base64url(POINT)}},
        {"keys": {"p256dh": base64url(b"\x04" + bytes(64)), "auth": GIVEN["keys"]["auth"]}},
        {"keys": {"p256dh": base64url(POINT), "auth": base64url(b"short")}},
        {"keys": {"p256dh": "§§§", "auth": GIVEN["keys"]["auth"]}},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_what_is_no_subscription_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSubscription):
        Subscription.read(GIVEN | wrong)


def sealed(connection: Connection) -> str:
    return json.dumps([list(row) for row in connection.execute(select(schema.contact))])


def test_what_is_kept_is_found_and_every_look_is_written_down(connection: Connection) -> None:
    contact.keep(connection, VAULT, HERS, PHONE, "ar", 100)
    contact.keep(connection, VAULT, HERS, BROWSER, "ar", 101)
    assert contact.look(connection, VAULT, HERS, "notifier", 102) == [Contact(PHONE, "ar"), Contact(BROWSER, "ar")]
    assert contact.look(connection, VAULT, OTHER, "notifier", 103) == []
    acts = [(entry.at, entry.actor, entry.action) for entry in audit.read(connection, "ticket:12")]
    assert acts == [
        (100, "ticket:12", "contact.kept"),
        (101, "ticket:12", "contact.kept"),
        (102, "notifier", "contact.seen"),
    ]
    assert audit.read(connection, "ticket:13") == []


def test_nothing_is_readable_in_the_tables(connection: Connection) -> None:
    contact.keep(connection, VAULT, HERS, PHONE, "ar", 100)
    contact.keep(connection, VAULT, HERS, BROWSER, "ar", 100)
    contact.look(connection, VAULT, HERS, "notifier", 102)
    everything = sealed(connection) + repr(audit.read(connection, "ticket:12"))
    for secret in ("50011234", "fcm.googleapis", GIVEN["keys"]["auth"]):
        assert secret not in everything


def test_masks_are_shown_without_an_entry(connection: Connection) -> None:
    contact.keep(connection, VAULT, HERS, PHONE, "ar", 100)
    assert contact.masked(connection, VAULT, HERS) == {Channel.SMS: "+965 •••• 1234"}
    assert len(audit.read(connection, "ticket:12")) == 1


def test_a_newer_address_takes_the_place_of_the_older(connection: Connection) -> None:
    contact.keep(connection, VAULT, HERS, PHONE, "ar", 100)
    contact.keep(connection, VAULT, HERS, PhoneNumber("+96550019999"), "en", 101)
    assert contact.masked(connection, VAULT, HERS) == {Channel.SMS: "+965 •••• 9999"}


def test_a_booking_hands_over_to_its_ticket(connection: Connection) -> None:
    contact.keep(connection, VAULT, Owner("booking", 12), PHONE, "ar", 100)
    assert contact.look(connection, VAULT, HERS, "notifier", 101) == []
    contact.hand_over(connection, 12, 12)
    assert contact.look(connection, VAULT, HERS, "notifier", 102) == [Contact(PHONE, "ar")]
    assert contact.look(connection, VAULT, Owner("booking", 12), "notifier", 103) == []


def test_what_is_over_is_forgotten(connection: Connection) -> None:
    for owner in (HERS, OTHER):
        contact.keep(connection, VAULT, owner, PHONE, "ar", 100)
        contact.keep(connection, VAULT, owner, BROWSER, "ar", 100)
    contact.forget(connection, HERS, 200)
    contact.forget(connection, HERS, 201)
    contact.forget(connection, OTHER, 202, Channel.WEB_PUSH)
    assert contact.look(connection, VAULT, HERS, "notifier", 300) == []
    assert contact.look(connection, VAULT, OTHER, "notifier", 300) == [Contact(PHONE, "ar")]
    forgotten = [entry.at for entry in audit.read(connection, "ticket:12") if entry.action == "contact.forgotten"]
    assert forgotten == [200]


def test_keys_can_be_changed_and_lost(connection: Connection) -> None:
    contact.keep(connection, VAULT, HERS, PHONE, "ar", 100)
    newer = Fernet(Fernet.generate_key())
    assert contact.look(connection, MultiFernet([newer, VAULT]), HERS, "notifier", 101) == [Contact(PHONE, "ar")]
    with pytest.raises(UnreadableContact):
        contact.look(connection, newer, HERS, "notifier", 102)
