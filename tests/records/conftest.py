"""A connection to empty tables of the records, inside a transaction."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event

from wasl_records import staff
from wasl_records.schema import metadata
from wasl_records.staff import Role, Staff

NOORA = Staff(
    id="noora",
    name_ar="نورة",
    name_en="Noora",
    roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
    body="housing",
    services=frozenset({"title-deed"}),
    languages=frozenset({"ar", "sgn-KW"}),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    with engine.begin() as connection:
        metadata.create_all(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def noora(connection: Connection) -> Staff:
    staff.add(connection, NOORA, "hash")
    return NOORA
