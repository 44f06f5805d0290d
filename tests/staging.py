"""Staged screens: the real pages, as they were built, fed with recorded states instead of a desk.

A page is loaded once and shown one situation after another, then laid out anew in place for each size and theme. Its
connection is a real one, and so are the pictures: films that come through a relay in this process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

import socketio
from aiohttp import web
from playwright.async_api import Browser, Page

from clips import Recipe, make_clip
from livedesk import PATIENCE
from livepage import LivePage
from staged_states import REQUESTS, Told, answers, told
from wasl_media.relay import Relay
from wasl_signaling import messages as m
from wasl_signaling.sockets import REQUEST, Sockets
from wasl_web import keys, pages, security
from wasl_web.errors import Problem, error_view
from wasl_web.language import language_of

SIZES = (1, 1.15, 1.3, 1.6, 2)
"""TEXT_SIZES of web/call/preferences.ts."""
ADDRESSES = {
    "citizen": "/{language}/",
    "desk": "/desk?language={language}",
    "supervise": "/supervise?language={language}",
}
FIRST = {"citizen": "none", "desk": "break", "supervise": "wall"}
SLOTS = 4
FACES = {"agent": 90, "interpreter": 190}
"""Films that stand for people, and their shades."""
LAID = """([scale, size, contrast]) => {
  const root = document.documentElement;  // as applyPreferences does
  root.style.setProperty("--text-scale", String(scale));
  root.dataset.size = String(size);
  root.dataset.contrast = contrast;
}"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
PICTURES = """() => [...document.querySelectorAll("video")].every(
  (video) => !video.checkVisibility() || video.videoWidth > 0)"""


@dataclass(frozen=True)
class Layout:
    """How a page is looked at."""

    width: int = 360
    height: int = 740
    size: int = 0
    """Index into SIZES."""
    contrast: Literal["normal", "high"] = "normal"
    forced: bool = False
    """Whether the system chooses the colours."""
    dark: bool = False
    """Whether the system asks for a dark page."""

    def __str__(self) -> str:
        themes = [
            name for name, on in (("forced", self.forced), ("dark", self.dark), ("high", self.contrast == "high")) if on
        ]
        return "-".join([f"{self.width}x{self.height}", f"text{self.size}", *themes])


@dataclass
class Actor:
    """A page on the stage."""

    live: LivePage
    role: str
    language: str
    stage: Stage
    told: Told
    """What it is told now."""
    connected: str = ""
    """The id of its present connection."""
    has_media: bool = False
    """Whether it was offered a connection with the relay."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What the page asked for, in its order."""
    auth: dict[str, Any] = field(default_factory=dict)
    """What the page said of itself when it connected last."""
    _connected: asyncio.Event = field(default_factory=asyncio.Event)
    _layout: Layout = Layout()
    _frames: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def page(self) -> Page:
        return self.live.page

    async def entered(self) -> None:
        """Waits until the page shows what it is told first."""
        await self.page.wait_for_function("!['loading', 'dropped'].includes(document.documentElement.dataset.screen)")

    async def again(self) -> None:
        """Loads the page again, which then remembers nothing."""
        self.told, layout = told(self.role, FIRST[self.role], self.language), self._layout
        await self.page.evaluate("localStorage.clear()")
        await self.page.reload()
        await self.entered()
        await self.lay(layout)

    async def show(self, situation: str) -> None:
        """Shows a recorded situation, in place, and waits until it is painted."""
        self.told = told(self.role, situation, self.language)
        seen = len(self._frames)
        await self.stage.tell(self)
        async with asyncio.timeout(10 * PATIENCE):
            while len(self._frames) - seen < len(self.told.events):
                self._news.clear()
                await self._news.wait()
        await self.painted()

    async def lay(self, layout: Layout) -> None:
        """Lays the page out anew, without loading it."""
        self._layout = layout
        await self.page.set_viewport_size({"width": layout.width, "height": layout.height})
        await self.page.emulate_media(
            forced_colors="active" if layout.forced else "none", color_scheme="dark" if layout.dark else "light"
        )
        await self.page.evaluate(LAID, [SIZES[layout.size], layout.size, layout.contrast])
        await self.painted()

    async def painted(self) -> None:
        """Waits until what has come is on the screen."""
        await self.page.evaluate(PAINTED)

    async def pictures(self) -> None:
        """Waits until everybody who is to be seen is seen."""
        await self.page.wait_for_function(PICTURES)

    @asynccontextmanager
    async def connects(self) -> AsyncIterator[None]:
        """Waits until the page has connected anew, because of what happens within."""
        self._connected.clear()
        yield
        async with asyncio.timeout(15 * PATIENCE):
            await self._connected.wait()

    def arrived(self, sid: str, auth: dict[str, Any]) -> None:
        """The page has connected."""
        self.connected, self.auth, self.has_media = sid, auth, auth.get("peer") is not None
        self._connected.set()

    def reached(self, frame: str | bytes) -> None:
        """Something has come over the page's socket."""
        if isinstance(frame, str) and any(f'["{name}"' in frame[:60] for name, _ in self.told.events):
            self._frames.append(frame)
            self._news.set()


class Stage:
    """Serves the pages, and plays the desk for them."""

    def __init__(self, relay: Relay) -> None:
        self.url = ""
        self._relay = relay
        self._actors: dict[tuple[str, str], Actor] = {}
        self._answers = answers()
        self._peers = count(1)
        self._sockets = Sockets(async_mode="aiohttp")
        for role in REQUESTS:
            self._sockets.register_namespace(_Door(role, self))

    async def enter(
        self, browser: Browser, role: str, language: str, layout: Layout | None = None, **context: Any
    ) -> Actor:
        """Opens a page of this role, which is shown what it is told first."""
        page = await (await browser.new_context(**context)).new_page()
        page.set_default_timeout(15_000 * PATIENCE)
        actor = Actor(LivePage(page, language), role, language, self, told(role, FIRST[role], language))
        self._actors[role, language] = actor
        page.on("websocket", lambda socket: socket.on("framereceived", actor.reached))
        await page.goto(self.url + ADDRESSES[role].format(language=language))
        await actor.entered()
        await actor.lay(layout or Layout())
        return actor

    async def tell(self, actor: Actor) -> None:
        """Sends a page what its actor is told now."""
        for name, body in actor.told.at(time.time()).events:
            await self._sockets.emit(name, body, to=actor.connected, namespace=f"/{actor.role}")
        had, actor.has_media = actor.has_media, actor.told.has_media
        if actor.has_media and not had:  # a page hangs up when it is told of nobody to meet
            await self._offer(actor)

    async def connect(self, role: str, sid: str, auth: dict[str, Any]) -> None:
        """A page is there, perhaps again."""
        actor = self._actors[role, auth["language"]]
        actor.arrived(sid, auth)
        await self.tell(actor)

    async def drop(self, actor: Actor) -> None:
        """Cuts the page's connection, and waits until it is back."""
        async with actor.connects():
            await self._sockets.disconnect(actor.connected, namespace=f"/{actor.role}")

    async def ask(self, role: str, sid: str, request: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a page is answered: what was recorded, or that it is done."""
        actor = next(actor for actor in self._actors.values() if actor.connected == sid)
        kind, answer = REQUESTS[role][request]
        kind.model_validate(body)
        actor.asked.append((request, body))
        if request == "media_answer":
            await self._relay.answer(body["peer"], body["sdp"])
            for slot in range(SLOTS):
                await self._relay.show_clip(body["peer"], slot, [*FACES][slot % len(FACES)], repeat=True)
        if answer is m.Ok:
            return m.Ok().model_dump()
        recorded: dict[str, Any] | None = self._answers[actor.language].get(request)
        return recorded or {"error": error_view(Problem("too_many_requests"), actor.language).model_dump(mode="json")}

    async def _offer(self, actor: Actor) -> None:
        peer = f"{actor.role}-{next(self._peers)}"
        offer = m.MediaOffer(peer=peer, sdp=await self._relay.open_peer(peer), slots=SLOTS, ice_servers=[])
        body = offer.model_dump(mode="json")
        await self._sockets.emit("media_offer", body, to=actor.connected, namespace=f"/{actor.role}")

    def application(self) -> web.Application:
        """The real shells and scripts, with recorded answers beside them."""
        app = web.Application(middlewares=[security.errors_as_views])
        app[keys.ZONE] = "Asia/Kuwait"
        app.on_response_prepare.append(security.add_headers)
        self._sockets.attach(app)
        pages.add_routes(app)
        app.router.add_get("/api/v1/{rest:.*}", self._answer)
        return app

    async def close(self) -> None:
        """Lets go of the pages, or the server would wait for them."""
        await self._sockets.close_transports()

    async def _answer(self, request: web.Request) -> web.Response:
        return web.json_response(self._answers[language_of(request)][request.path])


class _Door(socketio.AsyncNamespace):
    """One namespace of the wire."""

    def __init__(self, role: str, stage: Stage) -> None:
        super().__init__(f"/{role}")
        self._role, self._stage = role, stage

    async def trigger_event(self, event: str, *given: Any) -> Any:
        if event == "connect":
            sid, _, auth = given
            await self._stage.connect(self._role, sid, auth)
        elif event == REQUEST:
            sid, (request, body) = given
            return await self._stage.ask(self._role, sid, request, body)
        return None


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """A stage at work; `folder` is for its films."""
    relay = await Relay.start(udp_host="127.0.0.1", udp_port=0, advertise=("127.0.0.1",), on_event=lambda event: None)
    for face, shade in FACES.items():
        await relay.load_clip(face, make_clip(folder / f"{face}.webm", Recipe(width=640, height=480, shade=shade)))
    stage = Stage(relay)
    runner = web.AppRunner(stage.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stage
    await stage.close()
    await runner.cleanup()
    await relay.close()
