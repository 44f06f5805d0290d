"""Signed-in staff. The browser holds a random token; the database holds only its hash."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, delete, insert, select, update

from wasl_records.schema import staff, staff_session
from wasl_records.staff import Staff, from_row

LASTS = 12 * 3600.0
"""Seconds from the last use to the end of a session: one long shift."""
PROLONG_AFTER = 600.0
"""Seconds of use that are not written down, so that looking a session up hardly ever writes."""


def open(connection: Connection, staff_id: str, now: float) -> str:  # noqa: A001
    """Begin a session and return its token (256 random bits, URL-safe). Forgets all that have ended."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(staff_session).where(staff_session.c.expires_at <= now))
    session = {"token_hash": _hash(token), "staff": staff_id, "expires_at": now + LASTS}
    connection.execute(insert(staff_session).values(session))
    return token


def find(connection: Connection, token: str, now: float) -> Staff | None:
    """Whose session this is, if it has not ended. Use prolongs it, so this needs a writing transaction."""
    mine = staff_session.c.token_hash == _hash(token)
    query = select(staff, staff_session.c.expires_at).join(staff_session)
    row = connection.execute(query.where(mine, staff_session.c.expires_at > now)).one_or_none()
    if row is None:
        return None
    if row.expires_at < now + LASTS - PROLONG_AFTER:
        connection.execute(update(staff_session).where(mine).values(expires_at=now + LASTS))
    return from_row(row)


def close(connection: Connection, token: str) -> None:
    """End a session; nothing happens if there is none."""
    connection.execute(delete(staff_session).where(staff_session.c.token_hash == _hash(token)))


def _hash(token: str) -> str:
    # A fast hash is right here: 256 random bits cannot be guessed, however fast the guessing.
    return hashlib.sha256(token.encode()).hexdigest()
