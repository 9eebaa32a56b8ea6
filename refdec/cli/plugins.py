"""`refdec plugins`: what is installed, from which distribution, and what was refused and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag

if TYPE_CHECKING:
    from refdec.plugins.registry import Plugins

__all__ = ["ENVIRONMENT_VARIABLE", "installed_plugins", "plugins"]

ENVIRONMENT_VARIABLE = "REFDEC_PLUGINS"
COLUMNS = ("name", "kind", "version", "distribution", "state", "reason")


def installed_plugins() -> Plugins:
    """Return the installed plugins that the environment variable REFDEC_PLUGINS allows.

    From here on only results reach standard output, whatever the plugins print.
    """
    from refdec.formats.standard_output import divert
    from refdec.plugins.manager import installed

    divert()
    return installed(os.environ.get(ENVIRONMENT_VARIABLE))


def plugins(
    options: Annotated[
        bool, typer.Option("--options", help="Show the options of encoders, tasks and actions.")
    ] = False,
    heads: Annotated[
        bool, typer.Option("--heads", help="Show the heads that tasks run, and for which weights.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Show encoders and tasks, who brought them, and what was refused and why.

    REFDEC_PLUGINS=none starts bare; REFDEC_PLUGINS=NAME,NAME admits only these plugins or distributions.

    Example: refdec plugins
    """
    if options:
        refuse_idle("and --options are two tables: ask for one of them", {"--heads": heads})
        _show_options(json)
        return
    if heads:
        _show_heads(json)
        return
    rows = [row.to_json() for row in installed_plugins().rows]
    if json:
        console.show_json(rows)
        return
    console.show_table("plugins", COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
    troubled = sum(row["state"] in {"refused", "clash"} for row in rows)
    if troubled:
        console.say(f"refdec: {troubled} of {len(rows)} rows need a look; the rest works without them")


def _show_options(as_json: bool) -> None:
    """Show the options of every guest; one that fails is named on stderr."""
    from refdec.errors import RefdecError
    from refdec.plugins.guest_facts import guest_facts

    installed = installed_plugins()
    found: list[tuple[str, Any]] = []
    for kind, guests in (("encoder", installed.encoders), ("task", installed.tasks)):
        for name in sorted(guests):
            try:
                found.append((kind, guest_facts(guests[name])))
            except RefdecError as problem:
                console.say(f"refdec: {problem.headline()}", always=True)
    if as_json:
        console.show_json([{"kind": kind, **facts.as_json()} for kind, facts in found])
        return
    rows = [(facts.name, option) for _, facts in found for option in facts.options]
    rows += [
        (f"{facts.name} {action.name}", option)
        for _, facts in found
        for action in facts.actions
        for option in action.options
    ]
    lines = [(name, option.name, option.value, option.default or "-", option.meaning) for name, option in rows]
    console.show_table("options", ("guest", "option", "value", "default", "meaning"), lines)


def _show_heads(as_json: bool) -> None:
    """Show the heads of every task; one whose files are damaged is named on stderr."""
    from refdec.api.heads import describe_head
    from refdec.errors import RefdecError
    from refdec.plugins.guest_facts import guest_heads

    tasks = installed_plugins().tasks
    found: list[tuple[str, dict[str, Any]]] = []
    for name in sorted(tasks):
        try:
            found += [(name, describe_head(head)) for head in guest_heads(tasks[name])]
        except RefdecError as problem:
            console.say(f"refdec: {name}: {problem.headline()}", always=True)
    if as_json:
        console.show_json([{"guest": name, **facts} for name, facts in found])
        return
    lines = [
        (name, facts["name"], facts["version"], ", ".join(print_[:12] for print_ in facts["weights"]), facts["licence"])
        for name, facts in found
    ]
    console.show_table("heads", ("task", "head", "version", "reads latents of", "licence"), lines)
