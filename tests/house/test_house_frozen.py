"""Tables change by new revisions only: the check that `make check` runs finds what breaks the rule."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from frozen import LIST, VERSIONS, add, faults

GROWS = (
    'phase = "expand"\ndef upgrade():\n    op.add_column("ticket", sa.Column("weight", sa.Integer(), nullable=True))\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one revision of a first release, committed."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / LIST).touch()
    (tmp_path / "0001_the_first.py").write_text("def upgrade():\n    op.drop_table('x')\n")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t", *arguments], cwd=folder, check=True)


def commit(folder: Path) -> None:
    add(folder)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "a revision")


def test_the_revisions_of_the_desk_are_frozen() -> None:
    assert faults(VERSIONS) == []


def test_a_new_revision_that_adds_is_taken_once_it_is_written_down(folder: Path) -> None:
    assert faults(folder) == []
    (folder / "0002_more.py").write_text(GROWS)
    assert faults(folder) == ["0002_more.py is not written down: python tests/frozen.py --add"]
    commit(folder)
    assert faults(folder) == []


def test_what_was_written_down_neither_changes_nor_goes(folder: Path) -> None:
    first = folder / "0001_the_first.py"
    first.write_text("def upgrade():\n    pass\n")
    assert faults(folder) == [f"{first.name} was changed after it was written down: make a new revision"]
    (folder / LIST).write_text("")
    add(folder)
    (fault,) = faults(folder)
    assert fault.startswith(f"{first.name} is written down otherwise than in "), "a new digest does not help"
    first.unlink()
    assert f"{first.name} is gone" in faults(folder)


@pytest.mark.parametrize(
    "statement",
    [
        'op.drop_table("ticket")',
        'op.drop_column("ticket", "weight")',
        'op.alter_column("ticket", "weight", nullable=False)',
        'op.alter_column("ticket", "weight", new_column_name="load")',
        'op.add_column("ticket", sa.Column("weight", sa.Integer(), nullable=False))',
        'with op.batch_alter_table("ticket") as batch:\n        batch.drop_column("weight")',
    ],
)
def test_what_an_older_release_still_needs_goes_in_a_revision_that_contracts(folder: Path, statement: str) -> None:
    revision = folder / "0002_less.py"
    revision.write_text(f'phase = "expand"\ndef upgrade():\n    {statement}\n')
    add(folder)
    (fault,) = faults(folder)
    assert fault.startswith("0002_less.py: line ")
    revision.unlink()
    revision = folder / "0003_less.py"
    revision.write_text(f'phase = "contract"\ndef upgrade():\n    {statement}\n')
    (folder / LIST).write_text("\n".join((folder / LIST).read_text().splitlines()[:1]) + "\n")
    add(folder)
    assert faults(folder) == []


def test_each_revision_says_its_phase(folder: Path) -> None:
    (folder / "0002_silent.py").write_text("def upgrade():\n    pass\n")
    add(folder)
    assert faults(folder) == ['0002_silent.py: says neither phase = "expand" nor phase = "contract"']
