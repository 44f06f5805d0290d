"""What was recorded: the files of a recording, their keys, and the end of both.

A recording has one key, kept in the database, sealed by the desk's vault; each of its files has a key of its own that
is made from it (HKDF, RFC 5869). Without the recording's key the files are noise, so deleting it deletes them wherever
copies of them may be.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, insert, select, update

from wasl_records import audit
from wasl_records.contact import Vault
from wasl_signaling.schema import recording as table
from wasl_signaling.schema import recording_part as files

KEY = 32  # bytes
DAY = 86_400.0


class NoFootage(Exception):  # noqa: N818 - named after what is found
    """Nothing was recorded, it was deleted, or its key was sealed with one that we do not have any more."""


@dataclass(frozen=True)
class Part:
    """One file."""

    name: str
    started_at: float
    """Epoch seconds."""


def subject(recording: int) -> str:
    """The recording as the audit log names it."""
    return f"recording:{recording}"


def make_key(connection: Connection, vault: Vault, recording: int) -> None:
    """Give the recording its key."""
    sealed = vault.encrypt(secrets.token_bytes(KEY)).decode()
    connection.execute(update(table).where(table.c.id == recording).values(sealed_key=sealed))


def key_of(connection: Connection, vault: Vault, recording: int) -> bytes:
    """The recording's key. Raises NoFootage."""
    sealed = connection.scalar(select(table.c.sealed_key).where(table.c.id == recording))
    if sealed is None:
        raise NoFootage
    try:
        return vault.decrypt(sealed)
    except InvalidToken as error:
        raise NoFootage from error


def part_key(key: bytes, part: str) -> bytes:
    """The key of one file: no two files may share one, because each counts its chunks from zero."""
    return HKDF(SHA256(), KEY, salt=None, info=f"wasl recording {part}".encode()).derive(key)


def add_part(connection: Connection, recording: int, now: float) -> Part:
    """A file that is about to be written, under a new name."""
    part = Part(secrets.token_hex(16), now)
    connection.execute(insert(files).values(recording=recording, name=part.name, started_at=now))
    return part


def parts_of(connection: Connection, recording: int) -> list[Part]:
    """The files of a recording in their order."""
    rows = connection.execute(select(files).where(files.c.recording == recording).order_by(files.c.id))
    return [Part(row.name, row.started_at) for row in rows]


def recording_of(connection: Connection, part: str) -> int | None:
    """The recording that a file is part of."""
    return connection.scalar(select(files.c.recording).where(files.c.name == part))


def shred(connection: Connection, recording: int, actor: str, now: float) -> None:
    """Delete the key. The files are left over then, for whoever can reach them to remove."""
    gone = update(table).where(table.c.id == recording, table.c.sealed_key.is_not(None)).values(sealed_key=None)
    if connection.execute(gone).rowcount:
        audit.append(connection, actor=actor, action="recording.deleted", subject=subject(recording), data={}, now=now)


def shred_expired(connection: Connection, now: float) -> None:
    """Delete the keys of recordings that were kept for as long as was said."""
    old = table.c.ended_at + table.c.keep_days * DAY <= now
    for recording in connection.scalars(select(table.c.id).where(table.c.sealed_key.is_not(None), old)).all():
        shred(connection, recording, "desk", now)


def leftovers(connection: Connection) -> list[str]:
    """The names of files that nobody can read any more."""
    joined = files.join(table, table.c.id == files.c.recording)
    return list(connection.scalars(select(files.c.name).select_from(joined).where(table.c.sealed_key.is_(None))))


def forget_parts(connection: Connection, names: Iterable[str]) -> None:
    """These files are no more, or were never made."""
    connection.execute(delete(files).where(files.c.name.in_(list(names))))
