"""A relay in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from clips import Recipe, make_clip
from fluent import figures_of, fluent
from livedesk import PATIENCE
from wasl_media import port
from wasl_media.__main__ import main
from wasl_media.control import PATH, SECRET_VARIABLE, Ready
from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.events import Event, Measured, PictureAdvised
from wasl_media.partner import MediaPartner
from wasl_media.process import WorkerProcess
from wasl_media.remote import SILENCE, RemoteRelay

Until = Any
SECRET = "secret"


class Told:
    """What a worker tells over a control channel."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.measured: list[Measured] = []
        self.advised: dict[str, PictureAdvised] = {}
        """The last that each peer was given, which depends on how well this machine keeps up."""

    def take(self, event: Event) -> None:
        if isinstance(event, Measured):
            self.measured.append(event)
        elif isinstance(event, PictureAdvised):
            self.advised[event.peer] = event
        else:
            self.events.append(event)


class Watched(Told):
    """A worker process of ours."""

    def __init__(self, clips: Path | None = None) -> None:
        super().__init__()
        self.restarts = 0
        self.process = WorkerProcess(
            udp_host="127.0.0.1",
            udp_port=0,
            advertise=["127.0.0.1"],
            on_event=self.take,
            on_restart=self.count,
            clips=clips,
        )

    @property
    def relay(self) -> RemoteRelay:
        return self.process.relay

    def count(self) -> None:
        self.restarts += 1


@pytest.fixture
async def worker() -> AsyncIterator[Watched]:
    made = Watched()
    await made.process.start()
    yield made
    await made.process.stop()


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    """The address of a worker of several tests, which come by channels of their own and do not end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "wasl_media"], stdin=PIPE, stdout=PIPE, env=os.environ | {SECRET_VARIABLE: SECRET}
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{Ready.model_validate_json(process.stdout.readline()).control_port}"
        process.terminate()
        assert process.wait() == 0


class Channel(Told):
    """To a worker that others use, too."""

    def __init__(self) -> None:
        super().__init__()
        self.relay: RemoteRelay


@pytest.fixture
async def channel(shared: str) -> AsyncIterator[Channel]:
    made = Channel()
    made.relay = await RemoteRelay.connect(shared, SECRET, made.take)
    yield made
    await made.relay.close()


async def call(worker: Watched | Channel, until: Until) -> list[MediaPartner]:
    """Two partners who see each other through the worker."""
    partners = {name: MediaPartner() for name in ("one", "two")}
    for name, partner in partners.items():
        await worker.relay.answer(name, await partner.answer(await worker.relay.open_peer(name)))
    await worker.relay.show("one", 0, "two")
    await worker.relay.show("two", 0, "one")
    for viewer, shown in (("one", "two"), ("two", "one")):

        async def flows(partner: MediaPartner = partners[viewer], shown: str = shown) -> bool:
            slot = (await partner.measure()).slots[0]
            return fluent(slot, figures_of(worker.measured, shown)) and slot.audio_energy > 0

        await until(flows)
    return list(partners.values())


async def start_bare(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wasl_media", *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ | {SECRET_VARIABLE: SECRET},
    )


async def end_of(process: Process) -> tuple[int | None, str]:
    async with asyncio.timeout(15 * PATIENCE):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_a_call_through_a_worker_starts_no_thread_there(worker: Watched, until: Until) -> None:
    assert worker.process.pid is not None
    process = psutil.Process(worker.process.pid)
    threads = process.num_threads()
    partners = await call(worker, until)
    assert process.num_threads() == threads
    assert {event.kind for event in worker.events} == {"peer_connected"}
    assert all(advice.watched for advice in worker.advised.values())
    stats = await worker.process.relay.stats()
    assert [peer.connected for peer in stats.peers] == [True, True]
    assert stats.faults == 0
    for partner in partners:
        await partner.close()


async def test_a_killed_worker_is_replaced_and_calls_can_be_placed_again(worker: Watched, until: Until) -> None:
    before = await call(worker, until)
    first = worker.process.pid
    assert first is not None
    relay = worker.process.relay
    os.kill(first, signal.SIGKILL)

    async def restarted() -> bool:
        return worker.restarts == 1

    await until(restarted)
    assert worker.process.pid != first
    with pytest.raises(MediaError) as refused:
        await relay.stats()
    assert refused.value.code is MediaErrorCode.RELAY_DOWN
    assert (await worker.process.relay.stats()).peers == []
    after = await call(worker, until)
    for partner in [*before, *after]:
        await partner.close()


async def test_a_worker_brings_its_clips_and_so_does_the_next(tmp_path: Path, until: Until) -> None:
    make_clip(tmp_path / "waiting.ar.webm", Recipe(seconds=1.0, video=None))
    (tmp_path / "hold.ar.webm").write_bytes(b"broken")
    watched = Watched(tmp_path)
    await watched.process.start()
    try:
        for restarts in (0, 1):

            async def ready(restarts: int = restarts) -> bool:
                return watched.restarts == restarts and watched.process.pid is not None

            await until(ready)
            partner, relay = MediaPartner(), watched.process.relay
            await relay.answer("one", await partner.answer(await relay.open_peer("one"), send=False))
            await relay.show_clip("one", 1, "waiting.ar", repeat=False)
            with pytest.raises(MediaError, match="no clip"):
                await relay.show_clip("one", 0, "hold.ar", repeat=False)
            with pytest.raises(MediaError, match="cannot be used"):
                await relay.load_clip("hold.ar", tmp_path / "hold.ar.webm")

            async def heard(partner: MediaPartner = partner) -> bool:
                return (await partner.measure()).slots[1].audio_energy > 0.005

            async def ended(count: int = restarts + 1) -> bool:
                return sum(event.kind == "clip_ended" for event in watched.events) == count

            await until(heard)
            await until(ended)
            await partner.close()
            assert watched.process.pid is not None
            if not restarts:
                os.kill(watched.process.pid, signal.SIGKILL)
    finally:
        await watched.process.stop()


async def test_a_hanging_call_fails_when_the_worker_dies(worker: Watched) -> None:
    assert worker.process.pid is not None
    os.kill(worker.process.pid, signal.SIGSTOP)
    waiting = asyncio.ensure_future(worker.process.relay.stats())
    await asyncio.sleep(0)
    os.kill(worker.process.pid, signal.SIGKILL)
    with pytest.raises(MediaError) as refused:
        await waiting
    assert refused.value.code is MediaErrorCode.RELAY_DOWN


async def test_refusals_come_through_the_channel(channel: Channel) -> None:
    relay = channel.relay
    await relay.open_peer("one")
    for request, code in (
        (relay.open_peer("one"), MediaErrorCode.PEER_EXISTS),
        (relay.answer("one", "nonsense"), MediaErrorCode.BAD_SDP),
        (relay.show("one", 9, None), MediaErrorCode.BAD_SLOT),
    ):
        with pytest.raises(MediaError) as refused:
            await request
        assert refused.value.code is code
        assert refused.value.text
    await relay.close_peer("one")
    await relay.close_peer("one")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_ends_in_order_on_a_signal(number: signal.Signals) -> None:
    process = await start_bare()
    assert process.stdout is not None
    Ready.model_validate_json(await process.stdout.readline())
    process.send_signal(number)
    assert await end_of(process) == (0, "")


async def test_a_worker_ends_with_its_parent() -> None:
    process = await start_bare()
    assert process.stdout is not None
    assert process.stdin is not None
    Ready.model_validate_json(await process.stdout.readline())
    process.stdin.close()
    assert await end_of(process) == (0, "")


async def test_the_control_channel_wants_its_secret_and_survives_nonsense(shared: str) -> None:
    url, right = shared + PATH, {"Authorization": f"Bearer {SECRET}"}
    async with aiohttp.ClientSession() as session:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer \u0648"}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url, headers=given)
            assert refused.value.status == 401
        for nonsense in ("", "{", "[]", '{"id":1,"request":{"kind":"no"}}', '{"id":1,"request":{"kind":"show"}}'):
            socket = await session.ws_connect(url, headers=right)
            await socket.send_str(nonsense)
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            await socket.close()
        good = await session.ws_connect(url, headers=right)
        await good.send_str('{"id":7,"request":{"kind":"stats"}}')
        while (reply := await good.receive_json())["kind"] != "reply":
            pass  # a beat
        assert (reply["id"], reply["result"]["kind"]) == (7, "counted")
        await good.close()


def test_a_taken_port_ends_the_worker_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(port, "BIND_PATIENCE", 0.3)
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        number = other.getsockname()[1]
        assert main(["--udp-port", str(number)]) == 1
    errors = capsys.readouterr().err
    assert f"UDP port {number} on 127.0.0.1 is held by another process" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "secret", "sentence"),
    [
        (["--advertise", "example.org"], "s", "--advertise takes IPv4 and IPv6 addresses"),
        (["--advertise", ""], "s", "--advertise takes IPv4 and IPv6 addresses"),
        (["--control", "nowhere"], "s", "--control takes HOST:PORT"),
        ([], "", "WASL_MEDIA_SECRET must hold"),
    ],
)
def test_wrong_arguments_are_named(
    arguments: list[str],
    secret: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, secret)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


async def test_a_worker_that_cannot_start_is_told() -> None:
    worker = WorkerProcess(
        udp_host="192.0.2.1",
        udp_port=0,
        advertise=["192.0.2.1"],
        on_event=lambda _: None,
        on_restart=lambda: None,
    )
    with pytest.raises(MediaError) as refused:
        await worker.start()
    assert refused.value.code is MediaErrorCode.RELAY_DOWN
    with pytest.raises(MediaError, match="not running"):
        _ = worker.relay
    await worker.stop()
    status, errors = await end_of(await start_bare("--udp-host", "192.0.2.1"))
    assert status == 1
    assert "Traceback" not in errors


async def test_what_was_opened_over_a_channel_ends_with_it(shared: str, channel: Channel, until: Until) -> None:
    given_up = await RemoteRelay.connect(shared, SECRET, lambda _: None)
    await given_up.open_peer("one")
    await channel.relay.open_peer("two")
    await given_up.close()

    async def one_is_gone() -> bool:
        return [peer.peer for peer in (await channel.relay.stats()).peers] == ["two"]

    await until(one_is_gone)


async def test_a_worker_that_hangs_is_given_up_and_replaced_in_seconds(worker: Watched, until: Until) -> None:
    hung, relay = worker.process.pid, worker.process.relay
    assert hung is not None
    began = time.monotonic()
    os.kill(hung, signal.SIGSTOP)
    await relay.gone()
    assert time.monotonic() - began < 2 * SILENCE * PATIENCE
    assert not relay.alive

    async def replaced() -> bool:
        return worker.process.pid not in (None, hung)

    await until(replaced)
    assert not psutil.pid_exists(hung)


async def test_a_stall_of_the_server_is_not_taken_for_one_of_the_worker(worker: Watched) -> None:
    time.sleep(1.5 * SILENCE)  # noqa: ASYNC251 (the server's loop stands still)
    await asyncio.sleep(0)
    assert worker.process.relay.alive
    assert (await worker.process.relay.stats()).peers == []
    assert worker.process.relay.alive
    assert worker.restarts == 0


async def test_a_beat_tells_what_the_worker_does(channel: Channel, until: Until) -> None:
    partners = await call(channel, until)

    async def told() -> bool:
        load = channel.relay.load
        return load.peers == 2 and load.packets > 100 and load.cpu > 0

    await until(told)
    for partner in partners:
        await partner.close()
