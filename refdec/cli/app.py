"""The command `refdec`: its commands, each in a module of its own, imported when they are needed.

A command line that begins with the name of a command is answered by an app of that command alone, which starts in two
thirds of the time; whatever else it begins with (`--help`, a typing error) sees them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.help import HelpfulCommand, HelpfulGroup

__all__ = ["COMMANDS", "app_for"]

COMMANDS: Mapping[str, str] = {
    "decode": "refdec.cli.decode",
    "encode": "refdec.cli.encode",
    "transcode": "refdec.cli.transcode",
    "info": "refdec.cli.info",
    "latents": "refdec.cli.latents",
    "view": "refdec.cli.view",
    "verify": "refdec.cli.verify",
    "diff": "refdec.cli.diff",
    "task": "refdec.cli.task",
    "plugins": "refdec.cli.plugins",
    "demo": "refdec.cli.demo",
    "warm": "refdec.cli.startup",
    "private": "refdec.cli.private",
    "lossless": "refdec.cli.lossless",
    "weights": "refdec.cli.weights",
    "conform": "refdec.cli.conform",
    "bench": "refdec.cli.bench",
}
"""Commands in the order of the help, and where they are: a function of that name, or an `app` with commands of its
own."""
OWN_HELP: Mapping[str, Any] = {"task": {"help_option_names": []}}
"""Commands that answer --help themselves."""


def _version(wanted: bool) -> None:
    if wanted:
        from refdec import __version__

        console.result(f"refdec {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def app_for(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the app that answers these arguments: that of the command they begin with, or of all commands."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        cls=HelpfulGroup,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Integer-exact reference decoder for JPEG AI (ISO/IEC 6048-1 | ITU-T T.840.1).",
    )
    app.callback()(_main)
    known = arguments and arguments[0] in COMMANDS
    for name in arguments[:1] if known else COMMANDS:
        module = import_module(COMMANDS[name])
        if hasattr(module, "app"):
            for command in module.app.registered_commands:
                command.cls = HelpfulCommand
            app.add_typer(module.app, name=name, cls=HelpfulGroup)
        else:
            app.command(name, cls=HelpfulCommand, context_settings=OWN_HELP.get(name))(getattr(module, name))
    return app
