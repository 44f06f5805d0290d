"""The recorded states of staged screens: what a real desk once told its pages, kept as files under tests/staged/.

`tests/staged/<role>/<situation>.json` holds, by language, what a page is sent in that situation: a whole state, and the
live events after it. Every one is read as the type that travels on the wire, so that a change of the wire fails here
until the states are recorded anew: `python tests/record_staged.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasl_signaling import messages as m

FOLDER = Path(__file__).with_name("staged")
LANGUAGES = ("ar", "en")
EVENTS: dict[str, dict[str, type[m.Message]]] = {
    "citizen": m.CITIZEN_EVENTS,
    "desk": m.DESK_EVENTS,
    "supervise": m.SUPERVISE_EVENTS,
}
REQUESTS: dict[str, dict[str, tuple[type[m.Message], type[m.Ok]]]] = {
    "citizen": m.CITIZEN_REQUESTS,
    "desk": m.DESK_REQUESTS,
    "supervise": m.SUPERVISE_REQUESTS,
}
_EPOCH = range(10**12, 10**13)
"""Milliseconds since the Unix epoch, from 2001 to 2286: no other number on the wire is so large, but for versions."""


@dataclass(frozen=True)
class Told:
    """What a page is told in a situation: the events in their order, the whole state first."""

    events: list[tuple[str, dict[str, Any]]]

    @property
    def state(self) -> dict[str, Any]:
        return self.events[0][1]

    @property
    def has_media(self) -> bool:
        """Whether a page in this situation is connected with the relay."""
        clip = (self.state.get("wait") or {}).get("clip") or {}
        return bool(self.state.get("call") or self.state.get("offer") or clip.get("playing")) or self._rings

    @property
    def _rings(self) -> bool:
        return self.state.get("phase") == "ringing"

    def at(self, now: float) -> Told:
        """The same, as if it were told at `now` (seconds since the epoch): all that it says of times moves with it."""
        by = round(now * 1000) - self.state["version"] // 1000
        return Told([(name, _moved(body, by)) for name, body in self.events])


def told(role: str, situation: str, language: str) -> Told:
    """Reads a recorded situation. Raises ValidationError where it does not fit the wire."""
    read = json.loads((FOLDER / role / f"{situation}.json").read_text())
    events = [(name, body) for name, body in read[language]]
    for name, body in events:
        EVENTS[role][name].model_validate(body)
    return Told(events)


def keep(role: str, situation: str, language: str, events: list[tuple[str, dict[str, Any]]]) -> None:
    """Writes one down, beside what stands there in the other language."""
    file = FOLDER / role / f"{situation}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(file.read_text()) if file.exists() else {}
    text = json.dumps(kept | {language: events}, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n")


def situations(role: str) -> list[str]:
    """The names of all that was recorded of a role's page."""
    return sorted(file.stem for file in (FOLDER / role).glob("*.json"))


def answers() -> dict[str, dict[str, Any]]:
    """By language: what a page is answered, by the path of a GET or the name of a request."""
    read: dict[str, dict[str, Any]] = json.loads((FOLDER / "answers.json").read_text())
    return read


def _moved(value: Any, by: int, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _moved(each, by, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, by) for each in value]
    if name == "version":
        return value + by * 1000
    return value + by if isinstance(value, int) and value in _EPOCH else value
