"""The wire types as one JSON Schema, from which web/call/messages.ts is generated (`make types`)."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from wasl_signaling import messages

TABLES = (
    messages.CITIZEN_REQUESTS,
    messages.DESK_REQUESTS,
    messages.SUPERVISE_REQUESTS,
    messages.CITIZEN_EVENTS,
    messages.DESK_EVENTS,
    messages.SUPERVISE_EVENTS,
)


def all_types() -> list[type[messages.Message]]:
    """Each type that travels, once, in the order in which the tables name them."""
    found: dict[type[messages.Message], None] = {
        messages.CitizenConnect: None,
        messages.DeskConnect: None,
        messages.Failure: None,
    }
    for table in TABLES:
        for entry in table.values():
            for kind in entry if isinstance(entry, tuple) else (entry,):
                found[kind] = None
    return list(found)


def schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) whose `$defs` holds every wire type under its Python name."""
    kinds = [(kind, "serialization") for kind in all_types()]
    _, definitions = models_json_schema(kinds, title="Wire", ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    for definition in definitions["$defs"].values():
        for field in definition.get("properties", {}).values():
            field.pop("title", None)  # pydantic's field titles would become TypeScript type names
    return {"title": "Wire", "type": "object", "additionalProperties": False, **definitions}


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, indent=2)
