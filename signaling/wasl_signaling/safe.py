"""Keys that the desk makes for itself: on first start, kept in the data folder, readable by the desk alone.

All processes of a desk need the same ones. Whoever loses them loses the addresses of those who wait now.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from py_vapid import Vapid02

from wasl_signaling.media_key import MediaKey
from wasl_signaling.settings import Settings


def vapid_key(folder: Path) -> Vapid02:
    """The key by which push services know the desk (RFC 8292)."""

    def make() -> bytes:
        key = Vapid02()
        key.generate_keys()
        pem: bytes = key.private_pem()
        return pem

    return Vapid02.from_pem(_kept(folder / "push-key.pem", make))


def contact_vault(folder: Path) -> MultiFernet:
    """What encrypts the addresses of citizens. The file holds a key a line: a new one is put first."""
    return MultiFernet([Fernet(key) for key in _kept(folder / "contact-keys", Fernet.generate_key).split()])


def media_key(settings: Settings) -> MediaKey:
    """What the desk and its media workers know each other by."""
    if settings.media_secret is not None:
        return MediaKey(settings.media_secret.get_secret_value().encode())
    return MediaKey(_kept(settings.data / "media-key", lambda: secrets.token_bytes(32)))


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        own = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
        try:
            os.link(own, path)  # of several processes that start at once, one is first, and its file is whole
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_bytes()
