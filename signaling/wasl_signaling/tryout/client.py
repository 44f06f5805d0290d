"""A typed client of the wire: requests and replies by the tables of `messages`, and the last state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

import socketio
from socketio import exceptions

from wasl_signaling import messages as m
from wasl_signaling.tryout.errors import NoAnswer, Refused, TakenOver, TryoutError
from wasl_signaling.tryout.site import Site, unreachable
from wasl_signaling.tryout.terminal import say

ANSWER_WITHIN = 10.0  # seconds
FAREWELL = 2.0  # seconds that somebody who leaves spends on saying so
RETRY_AFTER = 0.5  # seconds between two tries to get back to a desk that went away

State = TypeVar("State", m.CitizenState, m.DeskState)
Event = TypeVar("Event", m.MediaOffer, m.TextEvent)


@dataclass(frozen=True)
class Door(Generic[State]):
    """One namespace, as the tables of `messages` describe it."""

    namespace: str
    requests: dict[str, tuple[type[m.Message], type[m.Ok]]]
    state: type[State]

    def name_of(self, request: m.Message) -> str:
        """Under which name a request travels."""
        return next(name for name, (kind, _) in self.requests.items() if kind is type(request))


CITIZEN = Door("/citizen", m.CITIZEN_REQUESTS, m.CitizenState)
DESK = Door("/desk", m.DESK_REQUESTS, m.DeskState)


class Client(Generic[State]):
    """One page's connection. It comes back by itself after a drop, as a page does; `async with` ends it.

    Say what is to be called with `watch` and `on` before it connects: the first events come at once.
    `hello` is what it sends when it connects, and connects again; change it when there is more to say.
    """

    def __init__(self, door: Door[State], site: Site, hello: m.CitizenConnect | m.DeskConnect) -> None:
        self.hello = hello
        self.state: State | None = None
        self._door: Door[State] = door
        self._site = site
        self._news = asyncio.Condition()
        self._connected = False
        self._failure: TryoutError | None = None
        self._watchers: list[Callable[[State], None]] = []
        self._keeper: asyncio.Task[None] | None = None
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=site.http)
        for name, handler in (
            ("state", self._on_state),
            ("replaced", self._on_replaced),
            ("connect", self._on_connect),
            ("disconnect", self._on_disconnect),
            ("connect_error", self._on_connect_error),
        ):
            self._socket.on(name, handler, namespace=door.namespace)

    def watch(self, tell: Callable[[State], None]) -> None:
        """`tell` is called with every new state."""
        self._watchers.append(tell)

    def on(self, name: str, kind: type[Event], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` is called with every event of this name. A TryoutError that it raises ends the try-out."""

        async def handler(body: Any) -> None:
            try:
                await handle(kind.model_validate(body))
            except TryoutError as failure:
                await self._fail(failure)

        self._socket.on(name, handler, namespace=self._door.namespace)

    @overload
    async def ask(self, request: m.Join) -> m.Joined: ...
    @overload
    async def ask(self, request: m.Message) -> m.Ok: ...
    async def ask(self, request: m.Message) -> m.Ok:
        """Sends a request and returns its reply. Raises Refused and NoAnswer."""
        name = self._door.name_of(request)
        reply = await self._call(name, request.model_dump(mode="json"))
        if "error" in reply:
            raise Refused(m.Failure.model_validate(reply).error)
        kind: type[m.Ok] = self._door.requests[name][1]
        return kind.model_validate(reply)

    async def until(self, condition: Callable[[State], object]) -> State:
        """The first state, from the present one on, that fulfils the condition."""
        async with self._news:
            await self._news.wait_for(
                lambda: self._failure is not None or (self.state is not None and condition(self.state))
            )
        if self._failure is not None:
            raise self._failure
        assert self.state is not None
        return self.state

    async def __aenter__(self) -> Client[State]:
        await self._connect()
        self._keeper = asyncio.create_task(self._come_back())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        await self._socket.disconnect()

    async def _call(self, name: str, body: dict[str, Any]) -> Any:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                async with self._news:
                    await self._news.wait_for(lambda: self._connected or self._failure is not None)
                if self._failure is not None:
                    raise self._failure
                return await self._socket.call(name, body, namespace=self._door.namespace)
        except (TimeoutError, exceptions.BadNamespaceError) as error:
            raise NoAnswer(name) from error

    async def _connect(self) -> None:
        """Raises Unreachable, or Refused when the desk says why not."""
        try:
            await self._socket.connect(
                self._site.url,
                auth=self.hello.model_dump(mode="json"),
                namespaces=[self._door.namespace],
                transports=["websocket"],
                wait_timeout=ANSWER_WITHIN,
            )
        # A ValueError says that the connection before this one is still being closed.
        except (exceptions.ConnectionError, ValueError) as error:
            raise self._failure or unreachable(self._site.url) from error

    async def _come_back(self) -> None:
        while True:
            async with self._news:
                await self._news.wait_for(lambda: not self._connected)
            if self._failure is not None:
                return
            say("The connection is lost; trying again.")
            await self._connect_again()

    async def _connect_again(self) -> None:
        while not self._connected and self._failure is None:
            await asyncio.sleep(RETRY_AFTER)
            with suppress(TryoutError):
                await self._connect()
                say("Connected again.")

    async def _fail(self, failure: TryoutError) -> None:
        self._failure = failure
        await self._notify()

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _on_state(self, body: Any) -> None:
        state = self._door.state.model_validate(body)
        # Version 0 belongs to no ticket, so it is never older than that of the ticket before.
        if self.state is not None and 0 < state.version < self.state.version:
            return
        self.state = state
        for tell in self._watchers:
            tell(state)
        await self._notify()

    async def _on_connect(self) -> None:
        self._connected = True
        await self._notify()

    async def _on_disconnect(self, *reason: str) -> None:
        self._connected = False
        await self._notify()

    async def _on_connect_error(self, refusal: Any) -> None:
        if isinstance(refusal, dict) and "data" in refusal:
            await self._fail(Refused(m.Failure.model_validate(refusal["data"]).error))

    async def _on_replaced(self, body: Any) -> None:
        await self._fail(TakenOver())
