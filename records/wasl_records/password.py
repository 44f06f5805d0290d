"""Passwords, hashed with Argon2id (RFC 9106, the library's low-memory profile).

Both functions take about 50 ms of a core on purpose: run them in a thread, and outside a transaction.
"""

from __future__ import annotations

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to store; it carries its salt and its settings."""
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash.

    None stands for an unknown user: the answer is no and costs as much, so its time does not tell who works
    here.
    """
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody's password")
