"""Reference numbers: what a citizen reads out on the telephone to be found again.

Eight digits: seven random ones, so that a number tells nothing about how many there are and none can be
guessed from another, and a check digit by Damm's algorithm, which finds every wrong digit and every
swapped pair of neighbours (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004).
"""

from __future__ import annotations

import secrets

from wasl_locales import digits

LENGTH = 8

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def new() -> str:
    """A random reference number. It does not begin with 0, which people and spreadsheets drop."""
    payload = str(10 ** (LENGTH - 2) + secrets.randbelow(9 * 10 ** (LENGTH - 2)))
    return payload + str(_damm(payload))


def valid(text: str) -> bool:
    """Whether this can be a reference number, in whichever digits and groups it was typed."""
    plain = "".join(digits.normalise(text).split())
    return len(plain) == LENGTH and plain.isascii() and plain.isdecimal() and _damm(plain) == 0


def _damm(number: str) -> int:
    interim = 0
    for digit in number:
        interim = _DAMM[interim][int(digit)]
    return interim
