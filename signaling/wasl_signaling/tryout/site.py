"""The HTTP side of a desk, as one browser sees it: its services, and signing in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from wasl_signaling.tryout.errors import Refused, TryoutError, UnknownService, Unreachable
from wasl_web.api import ServicesView
from wasl_web.errors import ErrorView
from wasl_web.sign_in import SessionView

PATIENCE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True)
class Site:
    """A desk's URL and the connections and cookies of one browser."""

    url: str
    insecure: bool
    http: aiohttp.ClientSession

    def another(self) -> AbstractAsyncContextManager[Site]:
        """The same desk in a browser of its own, where somebody else can sign in."""
        return visiting(self.url, insecure=self.insecure)

    async def services(self) -> list[str]:
        """The ids of the catalogue's services, in its order."""
        view = ServicesView.model_validate(await self._ask("GET", "/api/v1/services"))
        return [service.id for body in view.bodies for service in body.services]

    async def service(self, wanted: str | None) -> str:
        """The id that is wanted, or the first of the catalogue. Raises UnknownService."""
        services = await self.services()
        if wanted is None and services:
            return services[0]
        if wanted not in services:
            raise UnknownService(wanted or "", services)
        return wanted

    async def sign_in(self, username: str, password: str) -> SessionView:
        """Opens a session; its cookie goes with all that follows. Raises Refused `wrong_password`."""
        body = {"username": username, "password": password}
        return SessionView.model_validate(await self._ask("POST", "/api/v1/session", body))

    async def sign_out(self) -> None:
        """Ends the session."""
        await self._ask("DELETE", "/api/v1/session")

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        url = f"{self.url}{path}?language=en"
        try:
            async with self.http.request(method, url, json=body) as reply:
                if not reply.ok:
                    raise await _refusal(reply, self.url)
                return await reply.json() if reply.status != 204 else None
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable(
                f"The certificate of {self.url} is not trusted; --insecure accepts it all the same."
            ) from error
        except aiohttp.ContentTypeError as error:
            raise _no_desk(self.url) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(self.url) from error


@asynccontextmanager
async def visiting(url: str, *, insecure: bool = False) -> AsyncIterator[Site]:
    """A browser's visit to a desk. `insecure` accepts certificates that nobody vouches for."""
    connector = aiohttp.TCPConnector(ssl=not insecure, limit=0)  # a crowd of citizens shares one
    cookies = aiohttp.CookieJar(unsafe=True)  # a desk on one's own machine has an address and no name
    async with aiohttp.ClientSession(connector=connector, cookie_jar=cookies, timeout=PATIENCE) as http:
        yield Site(url.rstrip("/"), insecure, http)


def unreachable(url: str) -> Unreachable:
    """Nobody answers there."""
    return Unreachable(f"No desk answers at {url}. Is it running? `wasl run --demo` starts one.")


def _no_desk(url: str) -> Unreachable:
    return Unreachable(f"What answers at {url} is not a Wasl desk.")


class _Error(BaseModel):
    error: ErrorView


async def _refusal(reply: aiohttp.ClientResponse, url: str) -> TryoutError:
    try:
        return Refused(_Error.model_validate_json(await reply.read()).error)
    except ValidationError:
        return _no_desk(url)
