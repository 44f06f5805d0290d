"""What can end a try-out. The text of each is a whole sentence for the person at the terminal."""

from __future__ import annotations

from wasl_web.errors import ErrorView


class TryoutError(Exception):
    """A try-out cannot go on."""


class Unreachable(TryoutError):  # noqa: N818
    """Nobody answers at this URL, or it is not a desk."""


class NoAnswer(TryoutError):  # noqa: N818
    """The desk did not acknowledge a request in time."""

    def __init__(self, request: str) -> None:
        super().__init__(f"The desk did not answer the request {request!r}.")


class Refused(TryoutError):  # noqa: N818
    """The desk refused. `code` is the one of docs/protocol.md."""

    def __init__(self, view: ErrorView) -> None:
        super().__init__(f"{view.message} ({view.code})")
        self.code = view.code


class TakenOver(TryoutError):  # noqa: N818
    """A newer page of the same person is connected now."""

    def __init__(self) -> None:
        super().__init__("Another page has taken over this place; this one stops.")


class UnknownService(TryoutError):  # noqa: N818
    """The catalogue has no service of this id."""

    def __init__(self, service: str, known: list[str]) -> None:
        super().__init__(f"There is no service {service!r} here. The services are: {', '.join(known)}.")
