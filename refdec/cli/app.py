"""The command `refdec`: its commands, each in a module of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.bench import app as bench
from refdec.cli.conform import app as conform
from refdec.cli.decode import decode
from refdec.cli.demo import demo
from refdec.cli.diff import diff
from refdec.cli.encode import encode
from refdec.cli.info import info
from refdec.cli.latents import latents
from refdec.cli.plugins import plugins
from refdec.cli.startup import warm
from refdec.cli.task import task
from refdec.cli.verify import verify
from refdec.cli.view import view
from refdec.cli.weights import app as weights

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Integer-exact reference decoder for JPEG AI (ISO/IEC 6048-1 | ITU-T T.840.1).",
)


def _version(wanted: bool) -> None:
    if wanted:
        from refdec import __version__

        console.result(f"refdec {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


app.command()(decode)
app.command()(encode)
app.command()(info)
app.command()(latents)
app.command()(view)
app.command()(verify)
app.command()(diff)
app.command(context_settings={"help_option_names": []})(task)
app.command()(plugins)
app.command()(demo)
app.command()(warm)
app.add_typer(weights, name="weights")
app.add_typer(conform, name="conform")
app.add_typer(bench, name="bench")
