"""What the database itself promises, and that one set of statements serves both databases."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, Connection, create_engine, event, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

import wasl_queue
from wasl_queue import matching, schema, standing
from wasl_queue.queue import Queue, Requirements, Skills
from wasl_queue.statement import Statement

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
DEED = Requirements("deed", "ar", None, "video")


def statements() -> dict[str, ClauseElement]:
    """Every statement the package builds at import."""
    found: dict[str, ClauseElement] = {}
    for module in pkgutil.iter_modules(wasl_queue.__path__):
        for name, value in vars(importlib.import_module(f"wasl_queue.{module.name}")).items():
            if isinstance(value, Statement):
                found[f"{module.name}.{name}"] = value.clause
    return found


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_every_statement_is_valid_on_both_databases(dialect) -> None:
    assert len(statements()) > 40
    for statement in statements().values():
        assert str(statement.compile(dialect=dialect))
    for table in schema.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))


def plan(connection: Connection, statement: Statement) -> str:
    statement = statement.clause
    compiled = statement.compile(dialect=connection.dialect)
    values = dict.fromkeys(compiled.params, 1)
    sql = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
    return "\n".join(str(row[3]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (matching._HEAD, "ix_ticket_head"),
        (matching._STANDING, "ix_agent_idle"),
        (standing._AHEAD, "ix_ticket_in_line"),
    ],
)
def test_hot_reads_walk_partial_indexes_and_sort_nothing(connection, statement, index: str) -> None:
    steps = plan(connection, statement)
    assert index in steps
    assert "SCAN ticket\n" not in f"{steps}\n"


def test_the_head_of_a_line_is_found_without_sorting_the_line(connection) -> None:
    before_the_lines_are_compared = (
        plan(connection, matching._HEAD).partition("CORRELATED SCALAR SUBQUERY 4")[2].partition("CORRELATED")[0]
    )
    assert "SEARCH ticket USING INDEX ix_ticket_head (line=?)" in before_the_lines_are_compared.replace(
        "COVERING INDEX", "INDEX"
    )


@pytest.mark.parametrize("column", ["ticket", "agent"])
def test_no_second_live_offer(desk, column: str) -> None:
    desk.available("amal")
    desk.available("badr")
    first, second = desk.join(), desk.join()
    row = {"ticket": first, "agent": "dana"} if column == "ticket" else {"ticket": second + 1, "agent": "amal"}
    values = row | {"state": "pending", "seat": "agent", "made_at": 0.0, "expires_at": 1.0}
    with pytest.raises(IntegrityError):
        desk.connection.execute(insert(schema.offer), values)


def test_no_second_visit_of_an_agent(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    desk.accept("amal")
    other = desk.join()
    with pytest.raises(IntegrityError):
        desk.connection.execute(text(f"UPDATE ticket SET state = 'serving', agent = 'amal' WHERE id = {other}"))
    assert desk.state(ticket) == "serving"


def test_no_line_twice(desk) -> None:
    desk.join()
    with pytest.raises(IntegrityError):
        desk.connection.execute(
            insert(schema.line),
            {
                "service": "deed",
                "language": "ar",
                "sign_language": None,
                "modality": "video",
                "level": 1,
                "routing_group": "desk",
            },
        )


def test_two_connections_to_one_file_never_give_a_ticket_or_an_agent_twice(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'queue.db'}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _manual(connection, _record) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _immediate(connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    schema.metadata.create_all(engine)
    queue, skills = Queue(), Skills({"deed": 1}, {"ar": 1})

    def citizens() -> None:
        for number in range(40):
            with engine.begin() as connection:
                queue.join(connection, DEED, "secret", 1_000.0 + number)

    def agents() -> None:
        for number in range(40):
            with engine.begin() as connection:
                queue.sign_in(connection, f"agent{number}", skills, 1_000.0)
                queue.available(connection, f"agent{number}", 1_000.0 + number)

    threads = [threading.Thread(target=act) for act in (citizens, agents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        offered = [ticket.agent for ticket in queue.open_tickets(connection)]
    engine.dispose()
    assert sorted(map(str, offered)) == sorted(f"agent{number}" for number in range(40))
