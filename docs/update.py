"""Fills the generated tables of the pages in docs/. With --check it only says which pages are out of date."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from wasl_signaling import messages, settings
from wasl_signaling.wire_types import schema
from wasl_web.errors import MEANINGS

DOCS = Path(__file__).parent
PLACE = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Exit status 1 when a page was out of date and --check was given."""
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text()
        fresh = PLACE.sub(lambda found: f"{found[1]}{generated(found[2])}\n{found[3]}", text)
        if fresh != text:
            stale.append(page.name)
            if "--check" not in sys.argv:
                page.write_text(fresh)
    print("out of date:" if stale else "up to date", *stale)
    return int(bool(stale) and "--check" in sys.argv)


def generated(name: str) -> str:
    """The text for one marked place."""
    makers = {
        "settings": settings.table,
        "errors": errors,
        "types": types,
        "citizen": lambda: channel(messages.CITIZEN_REQUESTS, messages.CITIZEN_EVENTS),
        "desk": lambda: channel(messages.DESK_REQUESTS, messages.DESK_EVENTS),
        "supervise": lambda: channel(messages.SUPERVISE_REQUESTS, messages.SUPERVISE_EVENTS),
    }
    return makers[name]()


def errors() -> str:
    """Every error code."""
    rows = [f"| `{code}` | {m.kind} | {m.status} | {m.sentence} |" for code, m in MEANINGS.items()]
    return "\n".join(["| code | kind | HTTP | sentence (English) |", "| --- | --- | --- | --- |", *rows])


def channel(
    requests: dict[str, tuple[type[messages.Message], type[messages.Ok]]],
    events: dict[str, type[messages.Message]],
) -> str:
    """The requests and events of one namespace."""
    rows = ["| request | body | reply |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {_link(body)} | {_link(reply)} |" for name, (body, reply) in requests.items()]
    rows = rows if requests else ["There are no requests yet."]
    rows += [
        "",
        "| event | body |",
        "| --- | --- |",
        *(f"| `{name}` | {_link(body)} |" for name, body in events.items()),
    ]
    return "\n".join(rows)


def types() -> str:
    """Every type, in order of names."""
    return "\n\n".join(_type(name, shape) for name, shape in sorted(schema()["$defs"].items()))


def _type(name: str, shape: dict[str, Any]) -> str:
    lines = [f"### {name}", "", shape.get("description", "")]
    if "enum" in shape:
        lines += ["", "One of " + ", ".join(f"`{value}`" for value in shape["enum"]) + "."]
    if fields := shape.get("properties"):
        lines += ["", "| field | type | |", "| --- | --- | --- |"]
        lines += [f"| `{field}` | {_shown(kind)} | {kind.get('description', '')} |" for field, kind in fields.items()]
    return "\n".join(lines)


def _shown(kind: dict[str, Any]) -> str:
    if "$ref" in kind:
        name = kind["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in kind:
        return " or ".join(_shown(option) for option in kind["anyOf"])
    if "const" in kind:
        return f"`{kind['const']}`"
    if "enum" in kind:
        return ", ".join(f"`{value}`" for value in kind["enum"])
    if kind.get("type") == "array":
        return f"list of {_shown(kind['items'])}"
    if kind.get("type") == "string" and "maxLength" in kind:
        return f"string, at most {kind['maxLength']:,}"
    return str(kind.get("type", "any"))


def _link(kind: type[messages.Message]) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


if __name__ == "__main__":
    sys.exit(main())
