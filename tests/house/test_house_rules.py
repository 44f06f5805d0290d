"""The rules of the house that a machine can check."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from postgres import blocking_engine
from wasl_records import address
from wasl_signaling import migrate

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "web" / "wasl_web" / "static"
NOT_READ_BACK = {"sqlite": {"uq_line_requirements"}, "postgresql": set[str]()}
LARGEST_SCRIPT = 60_000  # bytes, gzipped: what a slow phone can be asked to load


def run(*command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs a tool of the project in its root."""
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_floors_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_docs_are_up_to_date() -> None:
    result = run("docs/update.py", "--check")
    assert result.returncode == 0, f"{result.stdout}: run `make docs`"


def test_typescript_types_are_those_of_the_wire() -> None:
    schema = run("-m", "wasl_signaling.wire_types").stdout
    generated = subprocess.run(
        [sys.executable, "web/build_pages.py", "run", "--silent", "types"],
        input=schema,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert generated.stdout == (ROOT / "web" / "call" / "messages.ts").read_text(), "run `make types`"


# SQLAlchemy cannot read an index over an expression back from SQLite, and says so.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_make_the_tables_of_the_code(migrated_url: str) -> None:
    url = address.parse(migrated_url)
    opened = nullcontext(create_engine(url)) if url.get_backend_name() == "sqlite" else blocking_engine(migrated_url)
    with opened as engine:
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), migrate.METADATA) == []
            for table in migrate.tables():  # nor is an index missing that Alembic cannot compare
                found = {index["name"] for index in inspect(connection).get_indexes(table.name)}
                assert found >= {index.name for index in table.indexes} - NOT_READ_BACK[connection.dialect.name]
        engine.dispose()


def test_nothing_committed_names_a_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = re.compile(r"https?://[\w.-]*(pypi|pythonhosted|npmjs|debian)\.\w+")
    named = [name for name in files.split("\n") if name and _names(ROOT / name, hosts)]
    assert named == []


def test_citizen_script_is_small() -> None:
    manifest = json.loads((STATIC / ".vite" / "manifest.json").read_text())
    entries, files = ["citizen/main.ts"], set()
    while entries:
        entry = manifest[entries.pop()]
        files.add(entry["file"])
        entries += [name for name in entry.get("imports", []) if manifest[name]["file"] not in files]
    size = sum(len(gzip.compress((STATIC / file).read_bytes(), 9)) for file in files)
    assert size <= LARGEST_SCRIPT, f"{size} bytes in {files}"


def _names(file: Path, hosts: re.Pattern[str]) -> bool:
    try:
        return bool(hosts.search(file.read_text()))
    except (UnicodeDecodeError, FileNotFoundError):
        return False
