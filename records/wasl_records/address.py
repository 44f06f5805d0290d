"""Which database a URL names."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from wasl_records.errors import UnsupportedDatabase


def parse(url: str) -> URL:
    """A URL like `sqlite:///data/wasl.db` or `postgresql://wasl@host/wasl`, with the driver that Wasl uses.

    Raises UnsupportedDatabase for any other kind, and for a SQLite database in memory, which threads cannot share.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnsupportedDatabase(url) from error
    if parsed.drivername in ("postgresql", "postgresql+asyncpg") and parsed.database:
        return parsed.set(drivername="postgresql+asyncpg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database not in (None, "", ":memory:"):
        return parsed
    raise UnsupportedDatabase(str(parsed))
