"""The `wasl` command."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from wasl_signaling.calling import call_app
from wasl_signaling.clip_command import clip_app
from wasl_signaling.filming import recording_app
from wasl_signaling.media_command import media_app
from wasl_signaling.moving import db_app
from wasl_signaling.queueing import queue_app
from wasl_signaling.rostering import roster_app
from wasl_signaling.settings import Settings
from wasl_signaling.simulate import simulate
from wasl_signaling.staffing import staff_app
from wasl_signaling.tryout import try_app

app = typer.Typer(no_args_is_help=True, add_completion=False, help="An accessible video-call service desk.")
app.add_typer(staff_app, name="staff")
app.add_typer(roster_app, name="roster")
app.add_typer(queue_app, name="queue")
app.add_typer(call_app, name="call")
app.add_typer(clip_app, name="clip")
app.add_typer(db_app, name="db")
app.add_typer(recording_app, name="recording")
app.add_typer(try_app, name="try")
app.add_typer(media_app, name="media")
app.command()(simulate)


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to serve on; 0.0.0.0 serves other devices.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
    tls: Annotated[str | None, typer.Option(help="off, or auto for a self-signed certificate.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the database.")] = None,
    demo: Annotated[bool | None, typer.Option(help="Add demo staff on first start.")] = None,
) -> None:
    """Start a desk. All other settings are environment variables; docs/operations.md lists them."""
    given: dict[str, Any] = {"host": host, "port": port, "tls": tls, "data": data, "demo": demo}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    _log_to_stderr(settings.log_level)
    from wasl_signaling.server import serve  # the parts take a second to import; `wasl --help` need not

    asyncio.run(serve(settings))


def _log_to_stderr(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """The entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
