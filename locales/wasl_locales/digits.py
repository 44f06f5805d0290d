"""Digits as people type them."""

from __future__ import annotations

_ARABIC = {0x0660 + value: str(value) for value in range(10)}
_PERSIAN = {0x06F0 + value: str(value) for value in range(10)}
_TO_ASCII = _ARABIC | _PERSIAN


def normalise(text: str) -> str:
    """The same text with ٠–٩ and ۰–۹ written as 0–9; everything else stays."""
    return text.translate(_TO_ASCII)
