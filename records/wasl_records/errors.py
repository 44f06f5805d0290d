"""What can go wrong with the records. Errors carry data; words for people are made where people are."""

# ruff: noqa: N818 - errors are named after what happened

from __future__ import annotations


class RecordsError(Exception):
    """The base of every error of this package."""


class UnsupportedDatabase(RecordsError):
    """The address names a database Wasl cannot run on."""

    def __init__(self, url: str) -> None:
        super().__init__(f"not a database Wasl can run on: {url} (use sqlite:///path/to/file.db or postgresql://…)")
        self.url = url


class CannotOpenDatabase(RecordsError):
    """The database file cannot be opened or made, or the server cannot be reached or refuses this desk."""

    def __init__(self, url: str) -> None:
        super().__init__(f"cannot open the database {url}")
        self.url = url


class DatabaseClosed(RecordsError):
    """The database was closed before this function was handed in."""


class CommitFailed(RecordsError):
    """The function ran, but what it wrote could not be made durable and is undone. Its cause says why."""


class CommitUnknown(CommitFailed):
    """The connection broke while the server was committing: what was written is durable whole, or not at all.

    Nobody is told of a success, so whoever asked looks again before asking again.
    """


class RowNotTaken(RecordsError):
    """A row of one database does not fit into the other."""

    def __init__(self, table: str, problem: str) -> None:
        super().__init__(f"table {table}: {problem}")


class RowsDiffer(RecordsError):
    """After copying, a row is not the same in both databases."""

    def __init__(self, table: str, key: str) -> None:
        super().__init__(f"table {table}: the row {key} is not the same in both")


class UnknownBody(RecordsError):
    """No body of this id is in the catalogue."""

    def __init__(self, body: str) -> None:
        super().__init__(f"no body {body!r}")
        self.body = body


class UnknownService(RecordsError):
    """No service of this id is in the catalogue."""

    def __init__(self, service: str) -> None:
        super().__init__(f"no service {service!r}")
        self.service = service


class CatalogueError(RecordsError):
    """The catalogue file is wrong; the message names the file, the line and the field."""

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file} line {line}: {field}: {problem}")
        self.file = file
        self.line = line
        self.field = field
        self.problem = problem


class UnknownStaff(RecordsError):
    """Nobody of this user name works here."""

    def __init__(self, staff: str) -> None:
        super().__init__(f"no staff {staff!r}")
        self.staff = staff


class StaffExists(RecordsError):
    """The user name is taken."""

    def __init__(self, staff: str) -> None:
        super().__init__(f"staff {staff!r} exists")
        self.staff = staff


class UnknownTransaction(RecordsError):
    """No transaction of this id, or of this ticket."""

    def __init__(self, key: int) -> None:
        super().__init__(f"no transaction {key}")
        self.key = key


class IllegalMove(RecordsError):
    """A life cycle does not allow this move."""

    def __init__(self, what: str, key: int, state: str, wanted: str) -> None:
        super().__init__(f"{what} {key} is {state} and cannot become {wanted}")
        self.what = what
        self.key = key
        self.state = state
        self.wanted = wanted
