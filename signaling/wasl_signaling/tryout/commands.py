"""`wasl try`: the commands. The partners take a second to import, so each command imports its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wasl_signaling.messages import Join, Language, Modality
from wasl_signaling.tryout.errors import TryoutError

if TYPE_CHECKING:
    from wasl_signaling.tryout.site import Site

try_app = typer.Typer(no_args_is_help=True, help="Partners to try a desk with. Ctrl-C ends them.")

Url = Annotated[str, typer.Option(help="Where the desk is.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Accept a self-signed certificate.")]
Password = Annotated[
    str,
    typer.Option(envvar="WASL_DEMO_PASSWORD", prompt=True, hide_input=True, help="Asked for when it is not given."),
]
Talk = Annotated[float | None, typer.Option(min=0, help="Seconds of talk; else until the other side ends it.")]
DESK_URL = "http://127.0.0.1:8080"


@try_app.command()
def agent(
    password: Password,
    username: Annotated[str, typer.Option(help="Who signs in.")] = "agent1",
    answer_after: Annotated[float, typer.Option(min=0, help="Seconds that an offer rings.")] = 1,
    talk: Talk = None,
    url: Url = DESK_URL,
    insecure: Insecure = False,
) -> None:
    """An agent who answers every citizen, with a real picture and tone."""
    from wasl_signaling.tryout.agent import Manner, work

    manner = Manner(answer_after, talk)
    _run(lambda site: work(site, username, password, manner), url, insecure)


@try_app.command()
def citizen(
    service: Annotated[str | None, typer.Option(help="Id of a service; else the first one.")] = None,
    language: Annotated[Language, typer.Option(help="Spoken language.")] = "ar",
    sign_language: Annotated[Literal["sgn-KW"] | None, typer.Option(help="Signed language.")] = None,
    modality: Annotated[Literal["video", "voice", "text"], typer.Option(help="How to take part.")] = "video",
    talk: Talk = None,
    url: Url = DESK_URL,
    insecure: Insecure = False,
) -> None:
    """A citizen who waits and talks, with a real picture and tone."""
    from wasl_signaling.tryout.citizen import visit

    async def come(site: Site) -> None:
        wanted = await site.service(service)
        join = Join(service=wanted, modality=Modality(modality), language=language, sign_language=sign_language)
        await visit(site, join, talk)

    _run(come, url, insecure)


@try_app.command()
def crowd(
    password: Password,
    citizens: Annotated[int, typer.Option(min=1, help="How many citizens come and go.")] = 30,
    agents: Annotated[int, typer.Option(min=1, help="How many demo agents serve them.")] = 6,
    seconds: Annotated[float, typer.Option(min=1, help="For how long.")] = 30,
    url: Url = DESK_URL,
    insecure: Insecure = False,
) -> None:
    """Many citizens and agents who only write, for load."""
    from wasl_signaling.tryout.crowd import Plan, run

    plan = Plan(citizens=citizens, agents=agents, seconds=seconds)
    _run(lambda site: run(site, password, plan), url, insecure)


def _run(partner: Callable[[Site], Awaitable[None]], url: str, insecure: bool) -> None:
    try:
        asyncio.run(_until_stopped(partner, url, insecure))
    except asyncio.CancelledError:
        return  # asked to end, and ended cleanly
    except TryoutError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


async def _until_stopped(partner: Callable[[Site], Awaitable[None]], url: str, insecure: bool) -> None:
    from wasl_signaling.tryout.site import visiting

    task = asyncio.current_task()
    assert task is not None
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    async with visiting(url, insecure=insecure) as site:
        await partner(site)
