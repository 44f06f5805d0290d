"""The composition root: makes the parts of a desk, runs them, and ends them in order (docs/closures.md)."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from ssl import SSLContext
from zoneinfo import ZoneInfo

import structlog
from aiohttp import ClientSession, web

from wasl_media.events import (
    CaptionsChanged,
    ChannelClosed,
    ChannelOpened,
    ClipEnded,
    Event,
    Measured,
    PictureAdvised,
    RecordingFailed,
    Said,
    TextTyped,
)
from wasl_queue.notice import Notice
from wasl_queue.queue import Policy, Queue
from wasl_records import catalogue
from wasl_records.contact import Channel
from wasl_records.database import Database
from wasl_records.demo import CATALOGUE
from wasl_signaling import addresses, certificate, clips, migrate, sessions
from wasl_signaling.call_view import CallViews
from wasl_signaling.captions import Captions
from wasl_signaling.checking import Checks
from wasl_signaling.citizen import CitizenChannel
from wasl_signaling.demo import install_demo
from wasl_signaling.desk import DeskChannel
from wasl_signaling.drain import drained
from wasl_signaling.house import House, Recordings
from wasl_signaling.impressions import Impressions
from wasl_signaling.insight import Insights
from wasl_signaling.mailbox import Mailboxes
from wasl_signaling.media_host import MediaHost, plan
from wasl_signaling.media_pool import MediaPool
from wasl_signaling.media_registry import MediaRegistry
from wasl_signaling.notifying import Notifier, Port
from wasl_signaling.parts import Parts
from wasl_signaling.refresher import Refresher
from wasl_signaling.safe import contact_vault, media_key, vapid_key
from wasl_signaling.settings import Settings
from wasl_signaling.sms import Sms
from wasl_signaling.sockets import Sockets
from wasl_signaling.supervise import SuperviseChannel
from wasl_signaling.switchboard import Switchboard
from wasl_signaling.tapes import Tapes
from wasl_signaling.text import Text
from wasl_signaling.timekeeper import Timekeeper
from wasl_signaling.views import Views
from wasl_signaling.web_push import WebPush
from wasl_web import application
from wasl_web.opening import Openings

log = structlog.get_logger()
PING_SECONDS = 5  # a half-open connection is noticed after two of these
LARGEST_PACKET = 1_000_000  # bytes; above the largest legal message, so that too large ones get a typed error


async def serve(settings: Settings) -> None:
    """Runs a desk until SIGTERM or SIGINT, then drains it. A second signal ends it at once."""
    stop = asyncio.Queue[signal.Signals]()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.put_nowait, name)
    async with desk(settings) as (parts, url):
        print(
            f"Wasl is ready.\n  citizens     {url}/\n  agents       {url}/desk\n  supervisors  {url}/supervise",
            flush=True,
        )
        await stop.get()
        print("Stopping: no new offers; calls may go on. Once more to stop at once.", flush=True)
        draining = asyncio.ensure_future(drained(parts, settings.drain_seconds))
        impatient = asyncio.ensure_future(stop.get())
        await asyncio.wait([draining, impatient], return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, impatient):
            task.cancel()


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[tuple[Parts, str]]:
    """A running desk and the URL of its pages."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(_house(settings))
        sockets = _sockets()
        mailboxes = Mailboxes(sockets)
        media_events: asyncio.Queue[Event] = asyncio.Queue()
        pool = await stack.enter_async_context(_media(settings, house, media_events.put_nowait))
        epoch = secrets.token_hex(4)
        switchboard = Switchboard(pool, mailboxes, epoch, settings.turn)
        checks = Checks(pool, switchboard.ice_servers, epoch)
        stack.push_async_callback(checks.close)
        pool.listen(switchboard)
        tapes = Tapes(house, switchboard)
        stack.push_async_callback(tapes.close)
        text = Text(house, mailboxes, switchboard, tapes)
        stack.push_async_callback(text.close)
        impressions: Impressions = {}
        insights = Insights(house, mailboxes, switchboard, impressions)
        stack.push_async_callback(insights.close)
        captions = Captions(lambda: pool.languages, browsers_allowed=settings.browser_captions)
        calls = CallViews(house, mailboxes, switchboard, impressions, tapes.keeps, captions)
        refresher = Refresher(house, mailboxes, switchboard, Views(house, calls))
        parts = Parts(house, mailboxes, switchboard, refresher, text, tapes, captions, checks)
        for channel in (CitizenChannel(parts), DeskChannel(parts), SuperviseChannel(parts)):
            sockets.register_namespace(channel)
        alone = not settings.database_url.startswith("postgresql")
        await house.database.write(house.queue.recover, house.now(), alone=alone)
        timekeeper = Timekeeper(parts, settings.lease_seconds)
        for run in (
            parts.refresher.run(),
            timekeeper.run(),
            tapes.run(parts.refresher.mark),
            _tell_of_media(parts, media_events),
            insights.run(),
        ):
            stack.push_async_callback(_cancel, asyncio.create_task(run))
        http = await stack.enter_async_context(ClientSession())
        push = WebPush(http, vapid_key(settings.data), settings.push_contact)
        url = await stack.enter_async_context(_site(settings, parts, sockets, pool, push.public_key))
        notifier = _notifier(settings, house, push, settings.public_url or url)
        stack.push_async_callback(_cancel, asyncio.create_task(notifier.run()))
        stack.push_async_callback(mailboxes.disconnect_all)
        # What start-up made stays for good; looking through it again and again would hold the loop up.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 50)
        yield parts, url


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[House]:
    settings.data.mkdir(parents=True, exist_ok=True)
    recordings = Recordings(settings.data.resolve() / "recordings", settings.recordings, settings.recordings_days)
    recordings.folder.mkdir(mode=0o700, exist_ok=True)
    url = settings.database_url
    await asyncio.to_thread(migrate.upgrade, url)
    services = catalogue.load(settings.catalogue or CATALOGUE)
    database = Database.open(url)
    try:
        house = House(
            database,
            Queue(_policy(settings), server=secrets.token_hex(8)),
            services,
            Openings(services),
            ZoneInfo(settings.zone),
            contact_vault(settings.data),
            recordings,
            text_messages=settings.sms_url is not None,
            clips=await asyncio.to_thread(clips.load, settings.clips),
        )
        if settings.demo:
            await install_demo(house, settings)
        yield house
    finally:
        await database.close()


def _policy(settings: Settings) -> Policy:
    return Policy(
        offer_seconds=settings.offer_seconds,
        grace_waiting=settings.grace_waiting,
        grace_call=settings.grace_call,
        wrap_up_seconds=settings.wrap_up_seconds,
        lease_seconds=settings.lease_seconds,
    )


def _notifier(settings: Settings, house: House, push: WebPush, url: str) -> Notifier:
    ports: dict[Channel, Port] = {Channel.WEB_PUSH: push}
    if settings.sms_url is not None:
        ports[Channel.SMS] = Sms(settings.sms_url.get_secret_value())

    def link(notice: Notice, language: str) -> str:
        return f"{url}/{language}/"

    return Notifier(house.database, house.vault, ports, link, house.zone, house.now)


def _sockets() -> Sockets:
    return Sockets(
        async_mode="aiohttp",
        namespaces=["/citizen", "/desk", "/supervise"],
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        max_http_buffer_size=LARGEST_PACKET,
        http_compression=False,
        always_connect=False,
    )


async def _tell_of_media(parts: Parts, events: asyncio.Queue[Event]) -> None:
    while True:
        event = await events.get()
        parts.checks.take(event)
        if isinstance(event, Measured):
            parts.switchboard.measured(event)
            continue
        if isinstance(event, ChannelOpened | ChannelClosed | TextTyped):
            parts.text.take(event)
            continue
        if not isinstance(event, Said | PictureAdvised):  # what people say is not for the log
            log.info("media", **event.model_dump())
        if isinstance(event, ClipEnded):
            parts.clip_ended(event)
            continue
        try:
            if isinstance(event, Said):
                await parts.said(event)
            elif isinstance(event, CaptionsChanged):
                parts.captions_changed(event)
            elif isinstance(event, RecordingFailed):
                await parts.recording_failed(event)
            elif isinstance(event, PictureAdvised):
                await parts.switchboard.advised(event)
            else:
                await parts.media_changed(event)
        except Exception:  # the next event must be told whatever became of this one
            log.exception("media event", kind=event.kind)


@asynccontextmanager
async def _media(settings: Settings, house: House, on_event: Callable[[Event], None]) -> AsyncIterator[MediaPool]:
    """The media workers: those of this machine run, those of all machines are followed."""
    key = media_key(settings)
    pool = MediaPool(on_event)
    registry = MediaRegistry(house.database, key, pool)
    host = MediaHost(house.database, key, plan(settings, settings.local_media_workers), house.now, registry.nudge)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(host.stop)
        await host.start()
        stack.push_async_callback(pool.close)
        await registry.look()
        await pool.connected()
        for run in (host.run(), registry.run()):
            stack.push_async_callback(_cancel, asyncio.create_task(run))
        yield pool


@asynccontextmanager
async def _site(
    settings: Settings, parts: Parts, sockets: Sockets, pool: MediaPool, push_key: str
) -> AsyncIterator[str]:
    async def not_ready() -> list[str]:
        missing = {
            "draining": parts.house.draining,
            "media": not pool.workers,
            "database": not parts.house.database.takes_writes,
        }
        return [name for name, absent in missing.items() if absent]

    house, tls = parts.house, settings.tls == "auto"
    app = application.build(
        house.database,
        house.catalogue,
        house.openings,
        now=house.now,
        zone=house.zone.key,
        secure=tls,
        push_key=push_key,
        text_messages=house.text_messages,
        not_ready=not_ready,
        without=lambda: [f"captions in {language}" for language in parts.captions.failures],
        signed_out=partial(sessions.cut_ended, parts),
    )
    sockets.attach(app)
    reachable = addresses.reachable(settings.host)
    context = certificate.context(settings.data, reachable) if tls else None
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await _listen(runner, settings, context).start()
        port = runner.addresses[0][1]
        yield f"{'https' if tls else 'http'}://{addresses.in_url(reachable[0])}:{port}"
    finally:
        await runner.cleanup()


def _listen(runner: web.AppRunner, settings: Settings, context: SSLContext | None) -> web.BaseSite:
    if settings.host != "::":
        return web.TCPSite(runner, settings.host, settings.port, ssl_context=context)
    both = socket.create_server(("::", settings.port), family=socket.AF_INET6, dualstack_ipv6=True)
    return web.SockSite(runner, both, ssl_context=context)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
