"""A connection to empty tables of the records, inside a transaction."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from sqlalchemy import Connection

from postgres import blocking_engine
from wasl_records import address, sqlite, staff
from wasl_records.schema import metadata
from wasl_records.staff import Role, Staff

NOORA = Staff(
    id="noora",
    name_ar="نورة",
    name_en="Noora",
    roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
    body="housing",
    services={"title-deed": 4},
    languages={"ar": 5, "sgn-KW": 3},
)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """On each of the two databases in turn."""
    url = address.parse(database_url)
    opened = (
        nullcontext(sqlite.engine(url, "BEGIN"))
        if url.get_backend_name() == "sqlite"
        else blocking_engine(database_url)
    )
    with opened as engine:
        with engine.begin() as connection:
            metadata.create_all(connection)
            yield connection
        engine.dispose()


@pytest.fixture
def noora(connection: Connection) -> Staff:
    staff.add(connection, NOORA, "hash")
    return NOORA
