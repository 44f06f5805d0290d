"""Looks whether the tables change by new revisions only: `python tests/frozen.py`, called by `make check`.

What a desk has run once must never change: it would not be run again. Digests of the revisions are kept beside them, in
the form of `sha256sum`; a new one is written down with `python tests/frozen.py --add`. A release and the one before it
run side by side on one database, so a revision only adds (`phase = "expand"`); what nobody uses any more goes in one of
a later release (`phase = "contract"`).
"""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSIONS = Path(__file__).parents[1] / "signaling" / "wasl_signaling" / "migrations" / "versions"
LIST = "frozen.sha256"
FIRST = "0001"
TAKES_AWAY = {"drop_table", "drop_column", "drop_constraint", "drop_index", "rename_table", "drop_table_comment"}
NARROWS = {"nullable", "new_column_name", "type_"}
"""What `alter_column` may not change while an older release still writes."""


def faults(folder: Path) -> list[str]:
    """A sentence for each rule that the revisions in this folder break; empty when all is well."""
    files = {file.name: file for file in sorted(folder.glob("[0-9]*.py"))}
    known = frozen((folder / LIST).read_text())
    found = [f"{name} is gone" for name in known.keys() - files.keys()]
    for name, file in files.items():
        if name not in known:
            found.append(f"{name} is not written down: python tests/frozen.py --add")
        elif known[name] != digest(file):
            found.append(f"{name} was changed after it was written down: make a new revision")
        if not name.startswith(FIRST):
            found += [f"{name}: {fault}" for fault in _faults_of(ast.parse(file.read_text()))]
    return [*found, *_forgotten(folder, known)]


def frozen(text: str) -> dict[str, str]:
    """File names and digests of a list as `sha256sum` writes it."""
    return {name: value for value, name in (line.split() for line in text.splitlines())}


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def add(folder: Path) -> None:
    """Writes down the revisions that are not yet."""
    known = frozen((folder / LIST).read_text())
    lines = [f"{digest(file)}  {file.name}\n" for file in sorted(folder.glob("[0-9]*.py")) if file.name not in known]
    with (folder / LIST).open("a") as listed:
        listed.writelines(lines)


def _faults_of(revision: ast.Module) -> Iterator[str]:
    phases = [
        node.value.value
        for node in revision.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "phase"
        and isinstance(node.value, ast.Constant)
    ]
    if phases not in (["expand"], ["contract"]):
        yield 'says neither phase = "expand" nor phase = "contract"'
    if phases != ["contract"]:
        calls = [node for node in ast.walk(revision) if isinstance(node, ast.Call)]
        yield from (f"line {call.lineno}: {fault}" for call in calls if (fault := _takes_away(call)))


def _takes_away(call: ast.Call) -> str | None:
    """What this call would break for the release that runs beside."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in TAKES_AWAY or (name == "alter_column" and _given(call).keys() & NARROWS):
        return f"{name} belongs into a revision that contracts"
    if name == "add_column" and any(_must_be_filled(column) for column in call.args if isinstance(column, ast.Call)):
        return "an older release cannot fill this column: it needs a server_default, or to be nullable"
    return None


def _must_be_filled(column: ast.Call) -> bool:
    given = _given(column)
    return given.get("nullable") == "False" and "server_default" not in given


def _given(call: ast.Call) -> dict[str | None, str]:
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}


def _forgotten(folder: Path, known: dict[str, str]) -> Iterator[str]:
    """Lines that earlier commits have and the list has no more: it is only ever added to."""
    history = _git(folder, "log", "--format=%H", "--", LIST).split()
    for commit in history:
        then = frozen(_git(folder, "show", f"{commit}:./{LIST}"))
        yield from (
            f"{name} is written down otherwise than in {commit[:9]}" for name in then if known.get(name) != then[name]
        )


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Exit status 0 when all is well."""
    if sys.argv[1:] == ["--add"]:
        add(VERSIONS)
    found = faults(VERSIONS)
    print(*found, sep="\n", end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
