"""What the built pages need of a browser stays within the floor of docs/browsers.md, where no compiler sees to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "web" / "wasl_web" / "static"
PATTERNS = {
    "static blocks (Safari 16.4)": r"[;{}]static\s*\{",
    "lookbehind (Safari 16.4)": r"\(\?<[=!]",
    "sets in patterns (Safari 17)": r"/[a-z]*v[a-z]*\.(?:test|exec)\(",
}
FUNCTIONS = {
    "toSorted toReversed toSpliced": "Safari 16, Firefox 115, Chrome 110",
    "groupBy withResolvers fromAsync": "Safari 17.4, Firefox 121, Chrome 121",
    "isWellFormed toWellFormed": "Safari 16.4",
    "checkVisibility": "Safari 17.4",
    "isSubsetOf symmetricDifference": "Safari 17",
    "showPopover": "Safari 17",
    "requestIdleCallback": "no Safari",
    "DurationFormat": "Safari 16.4, Firefox 136",
    "AbortSignal.any AbortSignal.timeout": "Safari 17.4 and 16",
    "scheduler startViewTransition": "Safari 18",
}
STYLES = {
    "nesting (Safari 16.5)": r"\{\s*&",
    "ranges of media (Safari 16.4)": r"@media[^{]*[<>]",
    "mixed colours (Safari 16.2)": r"color-mix\(",
    "containers (Safari 16)": r"@container",
    "starting styles (Safari 17.5)": r"@starting-style",
    "balanced lines (Safari 17.5)": r"text-wrap",
}
OF_STAFF = {"containers (Safari 16)"}
"""The wall stays a wide table, the desk one column."""


def built(kind: str) -> str:
    """All files of a kind, as pages get them."""
    files = sorted(STATIC.glob(f"**/*.{kind}"))
    assert files, "make pages"
    return "\n".join(file.read_text() for file in files)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_is_above_the_floor(name: str) -> None:
    assert re.findall(PATTERNS[name], built("js")) == []


@pytest.mark.parametrize("name", [name for names in FUNCTIONS for name in names.split()])
def test_no_function_is_above_the_floor(name: str) -> None:
    assert re.findall(rf"\b{re.escape(name)}\b", built("js")) == []


def test_graphemes_are_asked_for_only_where_there_may_be_none() -> None:
    assert not re.search(r"new Intl\.Segmenter", built("js"))


@pytest.mark.parametrize("name", [name for name in STYLES if name not in OF_STAFF])
def test_no_style_is_above_the_floor(name: str) -> None:
    assert re.findall(STYLES[name], built("css")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class A{x=1;static{}}", "static blocks (Safari 16.4)"),
        ("/(?<=a)b/", "lookbehind (Safari 16.4)"),
        ("a{&:hover{}}", "nesting (Safari 16.5)"),
    ],
)
def test_what_is_above_the_floor_is_found(text: str, name: str) -> None:
    assert re.findall((PATTERNS | STYLES)[name], text)
