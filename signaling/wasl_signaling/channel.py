"""A channel: one Socket.IO namespace whose every request is typed, answered, and never breaks the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import socketio
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from socketio.exceptions import ConnectionRefusedError as Refused

from wasl_signaling.messages import Failure, Language, Message, Ok
from wasl_signaling.sockets import REQUEST
from wasl_web.errors import Problem, error_view

Handler = Callable[[str, Any], Awaitable[Ok]]
PER_SECOND = RateLimitItemPerSecond(60, 1)  # a fast typist sends 4 a second; the rest is room for retries


class Channel(socketio.AsyncNamespace):
    """Base of the three namespaces. A subclass gives the request table, and a method `on_<request>` for each."""

    requests: Mapping[str, tuple[type[Message], type[Ok]]]

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self._languages: dict[str, Language] = {}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Socket.IO calls this for everything that happens in the namespace."""
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            self._languages.pop(args[0], None)
            return await self.disconnected(args[0])
        assert event == REQUEST
        return await self._request(*args)

    async def connected(self, sid: str, environ: dict[str, Any], auth: Any) -> Language:
        """Says who is connecting and which language she reads; raises to refuse."""
        raise NotImplementedError

    async def disconnected(self, sid: str) -> None:
        """The socket is gone, or was refused."""
        raise NotImplementedError

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        try:
            self._languages[sid] = await self.connected(sid, environ, auth)
        except Exception as error:
            await self.disconnected(sid)  # nobody else tells of the end of a refused socket
            language = auth.get("language") if isinstance(auth, dict) else None
            view = error_view(error, language if language in ("ar", "en") else "ar")
            raise Refused(view.message, Failure(error=view).model_dump(mode="json")) from None

    async def _request(self, sid: str, sent: Any) -> dict[str, Any]:
        try:
            if not await self._limiter.hit(PER_SECOND, sid):
                raise Problem("too_many_requests")
            reply = await self._handle(sid, sent)
        except Exception as error:
            reply = Failure(error=error_view(error, self._languages.get(sid, "ar")))
        return reply.model_dump(mode="json")

    async def _handle(self, sid: str, sent: Any) -> Message:
        match sent:
            case [str(name), *body] if len(body) <= 1:
                pass
            case _:
                raise Problem("bad_request")
        if name not in self.requests:
            raise Problem("unknown_request")
        request = self.requests[name][0].model_validate(body[0] if body else {})
        handler: Handler = getattr(self, f"on_{name}")
        return await handler(sid, request)
