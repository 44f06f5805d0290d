"""The one configuration. Each value comes from the environment (`WASL_…`) or the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from wasl_media.captions import read_engines
from wasl_media.turn import Turn
from wasl_signaling import addresses


class Settings(BaseSettings):
    """What an operator can set. docs/operations.md repeats these sentences; a test keeps it so."""

    model_config = SettingsConfigDict(env_prefix="WASL_", use_attribute_docstrings=True, frozen=True)

    host: str = "127.0.0.1"
    """Address the pages are served on. `0.0.0.0` serves other devices, `::` those of IPv6 as well; they need TLS, or
    browsers refuse the camera."""
    port: int = Field(8080, ge=0, le=65535)
    """Port the pages are served on; 0 takes a free one and prints it."""
    tls: Literal["off", "auto"] = "off"
    """`auto` serves HTTPS with a self-signed certificate made on first start and kept in the data folder."""
    data: Path = Path("data")
    """Folder of the database file and the certificate. Made when absent."""
    database: SecretStr | None = None
    """Address of the database, `sqlite:///…` or `postgresql://…`. Without it: the file `wasl.db` in the data folder."""
    catalogue: Path | None = None
    """The file of bodies and services. Without it the demo catalogue is used."""
    demo: bool = False
    """On first start, adds demo staff and prints their one-time passwords."""
    demo_password: SecretStr | None = None
    """One password for all demo staff, for tests and try-outs."""
    media_workers: int | None = Field(None, ge=0, le=64)
    """How many media workers run beside the server, each a process that can use a core. Without it: one for each core
    but one, at least one. 0: all run elsewhere (`wasl media run`)."""
    media_udp_port: int = Field(0, ge=0, le=65535)
    """UDP port of the first media worker, each further one takes the next; 0 takes free ones. Open them to the
    citizens."""
    media_addresses: str = ""
    """Addresses (IPv4 and IPv6) at which browsers reach the media workers, separated by commas, the best first. Empty:
    the addresses of `host`. Those of IPv6 need a `host` of IPv6."""
    media_secret: SecretStr | None = None
    """What media workers elsewhere and the desk know each other by, at least 32 characters, the same for all. Without
    it: one that is made and kept in the data folder."""
    media_control: str = Field("127.0.0.1:0", pattern=r"^[^/@]+:[0-9]{1,5}$")
    """For `wasl media run`: host and TCP port at which the desk reaches the worker to drive it, each further one takes
    the next port; 0 takes free ones. Beyond this machine the channel is encrypted; open it to the desk alone."""
    clips: Path | None = None
    """Folder of films for people who wait in line (`waiting.ar.webm`, `waiting.en.webm`, `waiting.sgn-KW.webm`) or on
    hold (`hold.ar.webm` and so on), on every machine with media workers. Without it none are offered."""
    turn_urls: str = ""
    """Addresses of the TURN server for networks without UDP, separated by commas, as in
    `turn:turn.example:3478?transport=udp,turns:turn.example:5349?transport=tcp`. Needs `turn_secret`."""
    turn_secret: SecretStr | None = None
    """The secret shared with the TURN server (coturn's `static-auth-secret`), from which short-lived passwords are
    made. Needs `turn_urls`."""
    captions: str = ""
    """Engines that make captions, by the language they listen to, separated by commas, as in
    `ar=vosk:/srv/models/ar,en=whisper:/srv/models/en`. Empty: the desk makes none."""
    browser_captions: bool = False
    """Whether an agent may let her own browser make captions of what she says. Some browsers send the sound to their
    makers for that; her page says so before she switches it on."""
    offer_seconds: float = Field(12, gt=0)
    """How long an offer rings one agent before it goes on to the next."""
    grace_waiting: float = Field(300, gt=0)
    """How long the place of a waiting citizen is kept while her page is away, in seconds."""
    grace_call: float = Field(120, gt=0)
    """How long a call is kept for a citizen whose page is away, in seconds."""
    wrap_up_seconds: float = Field(60, gt=0)
    """How long an agent may write notes after a call before the next citizen is offered."""
    lease_seconds: float = Field(30, gt=0)
    """How long an agent counts as present after her page was last heard of."""
    drain_seconds: float = Field(600, ge=0)
    """After SIGTERM: how long calls may go on before everyone is told and the desk stops."""
    public_url: str = ""
    """Address of the pages as citizens reach them, for links in messages. Empty: the address the desk prints."""
    zone: str = "Asia/Kuwait"
    """Time zone in which messages to citizens name times, and the wait is foretold by the hour."""
    push_contact: str = "mailto:operator@localhost"
    """`mailto:` or `https:` address by which the push services of browsers reach the operator. Set it: some refuse
    messages from nobody."""
    sms_url: SecretStr | None = None
    """Address of a gateway for text messages as Apprise writes it, `{to}` for the number, as in
    `twilio://SID:TOKEN@FROM/{to}`. Without it no text messages are sent."""
    recordings: bool = False
    """Whether agents may ask to record calls. Everybody in a call is asked first; see above."""
    recordings_days: int = Field(30, ge=1, le=36_500)
    """For how many days a recording is kept before it is deleted. Those who are asked are told."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What the log tells, and more severe."""

    @field_validator("captions")
    @classmethod
    def _engines_can_be_read(cls, given: str) -> str:
        read_engines(given)
        return given

    @model_validator(mode="after")
    def _media_secret_is_long(self) -> Settings:
        if self.media_secret is not None and len(self.media_secret.get_secret_value()) < 32:
            raise ValueError("WASL_MEDIA_SECRET has at least 32 characters")
        return self

    @model_validator(mode="after")
    def _turn_is_whole(self) -> Settings:
        urls = [url for url in self.turn_urls.split(",") if url.strip()]
        if bool(urls) != bool(self.turn_secret and self.turn_secret.get_secret_value()):
            raise ValueError("WASL_TURN_URLS and WASL_TURN_SECRET are set together, or neither is")
        if not all(url.strip().startswith(("turn:", "turns:")) for url in urls):
            raise ValueError("each of WASL_TURN_URLS begins with turn: or turns:")
        return self

    @property
    def local_media_workers(self) -> int:
        """How many media workers to start on this machine."""
        if self.media_workers is not None:
            return self.media_workers
        return max(1, self.cores - 1)

    @property
    def cores(self) -> int:
        """How many this process may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def media_advertised(self) -> list[str]:
        """Addresses at which browsers reach the media workers of this machine, the best first."""
        named = [part.strip() for part in self.media_addresses.split(",") if part.strip()]
        return named or addresses.reachable(self.host)

    @property
    def turn(self) -> Turn | None:
        """The TURN server that pages are told of."""
        if not self.turn_urls.strip() or self.turn_secret is None:
            return None
        urls = [url.strip() for url in self.turn_urls.split(",") if url.strip()]
        return Turn(urls, self.turn_secret.get_secret_value())

    @property
    def database_url(self) -> str:
        """The address of the database, with its password if it has one."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{self.data / 'wasl.db'}"


def table() -> str:
    """The settings as a Markdown table, for docs/operations.md."""
    rows = ["| variable | default | what it does |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        rows.append(f"| `WASL_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
