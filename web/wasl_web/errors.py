"""Errors as people and programs meet them: one view, and one function that makes it.

An error is typed by what should happen next. The text of an unknown exception never leaves the server.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from wasl_locales.catalogue import gettext_noop as _
from wasl_locales.catalogue import words
from wasl_media import errors as media
from wasl_queue import booking, hours
from wasl_queue import errors as queue
from wasl_records import contact
from wasl_records import errors as records
from wasl_web.opening import view

log = structlog.get_logger()


class ErrorKind(StrEnum):
    """What should happen next when a request failed."""

    SHOW = "show"
    """Show the message; the person can mend it."""
    SIGN_IN = "sign_in"
    """The session is over; sign in again, then repeat."""
    RETRY = "retry"
    """Nothing is wrong with the request; try again in a moment."""
    FAULT = "fault"
    """Our fault; it is logged, and trying again may not help."""


class ErrorView(BaseModel):
    """Why a request failed."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    code: str
    """Stable and documented in docs/protocol.md; programs look at this."""
    kind: ErrorKind
    message: str
    """A whole sentence in the language of the page."""
    field: str | None = None
    """The field at fault, as a dotted path, where there is one."""
    opens_at: int | None = None
    """With `desk_closed`: when the service opens next, in milliseconds since the Unix epoch; none: not known."""
    reason: str | None = None
    """With `desk_closed`: why this day differs from the week, such as a holiday's name, in the language of the page."""


class Meaning(NamedTuple):
    """What a code means: what should happen next, the HTTP status, and a sentence for people."""

    kind: ErrorKind
    status: int
    sentence: str


MEANINGS: dict[str, Meaning] = {
    "bad_request": Meaning(ErrorKind.SHOW, 400, _("This page sent something the service does not understand. Please load the page again.")),
    "unknown_request": Meaning(ErrorKind.SHOW, 404, _("This page asked for something the service does not offer. Please load the page again.")),
    "key_of_another_request": Meaning(ErrorKind.SHOW, 422, _("This page asked for something else under the same key. Please load the page again.")),
    "too_large": Meaning(ErrorKind.SHOW, 413, _("That is too long. Please make it shorter.")),
    "too_many_requests": Meaning(ErrorKind.RETRY, 429, _("That was too many tries in a short time. Please wait a minute and try again.")),
    "not_found": Meaning(ErrorKind.SHOW, 404, _("There is nothing at this address.")),
    "other_origin": Meaning(ErrorKind.SHOW, 403, _("This request came from another web site and was refused.")),
    "wrong_password": Meaning(ErrorKind.SHOW, 401, _("The user name or the password is not right. Please check both and try again.")),
    "not_signed_in": Meaning(ErrorKind.SIGN_IN, 401, _("Please sign in.")),
    "wrong_role": Meaning(ErrorKind.SIGN_IN, 403, _("Your account may not use this page. Please sign in with another account.")),
    "unknown_service": Meaning(ErrorKind.SHOW, 404, _("This service is not offered any more. Please choose another.")),
    "unknown_ticket": Meaning(ErrorKind.SHOW, 404, _("Your place in line has ended. Please take a new one.")),
    "no_ticket": Meaning(ErrorKind.SHOW, 409, _("You have no place in line yet.")),
    "already_in_line": Meaning(ErrorKind.SHOW, 409, _("You already have a place in line.")),
    "still_open": Meaning(ErrorKind.SHOW, 409, _("Your visit has not ended yet.")),
    "too_late": Meaning(ErrorKind.SHOW, 409, _("It is too late to take your place back. Please take a new one.")),
    "offer_gone": Meaning(ErrorKind.SHOW, 409, _("This citizen is no longer offered to you.")),
    "not_now": Meaning(ErrorKind.SHOW, 409, _("This is not possible at this moment.")),
    "unknown_call": Meaning(ErrorKind.SHOW, 404, _("This call has ended.")),
    "unknown_caption": Meaning(ErrorKind.SHOW, 404, _("This caption cannot be corrected any more.")),
    "desk_closed": Meaning(ErrorKind.SHOW, 409, _("This service is closed now.")),
    "agent_not_here": Meaning(ErrorKind.SHOW, 409, _("This colleague cannot take the citizen now. Please choose somebody else.")),
    "bad_phone": Meaning(ErrorKind.SHOW, 400, _("This is not a mobile phone number. Please check it.")),
    "bad_subscription": Meaning(ErrorKind.SHOW, 400, _("This browser cannot be sent messages. Please give a mobile phone number.")),
    "no_text_messages": Meaning(ErrorKind.SHOW, 409, _("We cannot send messages to phones. Please let this browser show you messages.")),
    "slot_taken": Meaning(ErrorKind.SHOW, 409, _("This time is not free any more. Please choose another.")),
    "unknown_booking": Meaning(ErrorKind.SHOW, 404, _("This appointment has ended. Please make a new one.")),
    "not_your_time": Meaning(ErrorKind.SHOW, 409, _("It is not yet the time of your appointment. Please come a few minutes before it begins.")),
    "recording_off": Meaning(ErrorKind.SHOW, 409, _("Calls are not recorded at this desk.")),
    "recording_refused": Meaning(ErrorKind.SHOW, 409, _("Somebody in this call does not want to be recorded. Only that person can change it.")),
    "consent_missing": Meaning(ErrorKind.SHOW, 409, _("Not everybody in this call has agreed to be recorded.")),
    "draining": Meaning(ErrorKind.RETRY, 503, _("The service is about to restart. Please try again in a few minutes.")),
    "media": Meaning(ErrorKind.RETRY, 503, _("Sound and picture could not be connected. We are trying again.")),
    "fault": Meaning(ErrorKind.FAULT, 500, _("Something went wrong on our side. Please try again in a moment.")),
}  # fmt: skip

# The most specific class of an exception decides.
CODES: dict[type[Exception], str] = {
    queue.UnknownTicket: "unknown_ticket",
    queue.UnknownAgent: "not_signed_in",
    queue.UnknownOffer: "offer_gone",
    queue.OfferGone: "offer_gone",
    queue.TooLate: "too_late",
    queue.AgentNotHere: "agent_not_here",
    booking.SlotTaken: "slot_taken",
    booking.UnknownBooking: "unknown_booking",
    queue.QueueError: "not_now",
    contact.BadPhoneNumber: "bad_phone",
    contact.BadSubscription: "bad_subscription",
    records.UnknownService: "unknown_service",
    records.UnknownStaff: "not_signed_in",
    records.IllegalMove: "not_now",
    records.UnknownTransaction: "unknown_call",
    media.MediaError: "media",
}


class Problem(Exception):  # noqa: N818
    """A request that cannot be carried out, by its code in MEANINGS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeskClosed(Problem):
    """The service is closed now."""

    def __init__(self, opening: hours.Opening) -> None:
        super().__init__("desk_closed")
        self.opening = opening


def error_view(error: Exception, language: str) -> ErrorView:
    """What a person is told about an exception, whatever it is."""
    field = None
    closed = view(error.opening, language) if isinstance(error, DeskClosed) else None
    if isinstance(error, ValidationError):
        code, field = _validation(error)
    elif isinstance(error, Problem):
        code = error.code
    else:
        code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), "fault")
    if code == "fault":
        log.error("fault", exc_info=error)
    meaning = MEANINGS[code]
    return ErrorView(
        code=code,
        kind=meaning.kind,
        message=words(language).gettext(meaning.sentence),
        field=field,
        opens_at=closed and closed.opens_at,
        reason=closed and closed.reason,
    )


def _validation(error: ValidationError) -> tuple[str, str]:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    code = "too_large" if first["type"] in ("string_too_long", "too_long") else "bad_request"
    return code, ".".join(str(part) for part in first["loc"])
