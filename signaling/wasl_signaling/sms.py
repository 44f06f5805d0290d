"""Text messages through whatever gateway the operator has; Apprise speaks to about fifty of them."""

from __future__ import annotations

import logging
import re

import apprise

from wasl_records.contact import Address, PhoneNumber
from wasl_signaling.notifying import TryLater, Words

TO = "{to}"
"""Where the gateway's address names the telephone."""
_ANY_NUMBER = re.compile(r"\+?\d{6,}")
_LONGEST_REASON = 200

# Apprise logs telephone numbers. What it says of a failure is in our own log, without them.
logging.getLogger("apprise").propagate = False


class BadSmsAddress(Exception):  # noqa: N818
    """Not the address of a gateway that Apprise knows, or it does not say where the telephone's number goes."""


class Sms:
    """A port that hands text messages to a gateway."""

    def __init__(self, url: str) -> None:
        """`url`: an Apprise address with `{to}` for the number, as in twilio://SID:TOKEN@FROM/{to}.

        Raises BadSmsAddress.
        """
        if TO not in url or not apprise.Apprise().add(url.replace(TO, "96550001234")):
            raise BadSmsAddress
        self._url = url

    async def send(self, address: Address, words: Words) -> None:
        """See `Port`. A gateway's answer does not say whether a number is gone, so it never raises Gone."""
        assert isinstance(address, PhoneNumber)
        gateway = apprise.Apprise()
        gateway.add(self._url.replace(TO, address.number.removeprefix("+")))
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:  # type: ignore[no-untyped-call]
            sent = await gateway.async_notify(body=f"{words.body}\n{words.link}")
            why = said.getvalue()
        if not sent:
            raise TryLater(_ANY_NUMBER.sub("…", " ".join(why.split()))[:_LONGEST_REASON] or "the gateway refused it")
