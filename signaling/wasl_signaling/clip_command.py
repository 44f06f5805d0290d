"""`wasl clip`: whether a file can be shown to people who wait, before anybody waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wasl_media.errors import MediaError

clip_app = typer.Typer(no_args_is_help=True, help="The clips that people see while they wait.")


@clip_app.callback()
def clip() -> None:
    """The clips that people see while they wait."""


@clip_app.command()
def check(files: Annotated[list[Path], typer.Argument(help="WebM files.")]) -> None:
    """Decode each file once and say whether it can be shown; exit status 1 if one cannot."""
    from wasl_media.clip import check_clip  # takes half a second to import

    bad = 0
    for file in files:
        try:
            found = check_clip(file)
        except MediaError as error:
            bad += 1
            typer.echo(f"{file}: {error.text}", err=True)
        else:
            size = f"{found.width}×{found.height}, {found.frames} pictures" if found.frames else "no pictures"
            typer.echo(f"{file}: can be shown; {found.seconds:.1f} s, {size}, {'with' if found.sounds else 'no'} sound")
    if bad:
        raise typer.Exit(1)
