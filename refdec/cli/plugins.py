"""`refdec plugins`: what is installed, from which distribution, and what was refused and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from refdec.cli import console
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


def plugins(json: JsonFlag = False) -> None:
    """Show encoders and tasks, who brought them, and what was refused and why.

    REFDEC_PLUGINS=none starts bare; REFDEC_PLUGINS=NAME,NAME admits only these plugins or distributions.

    Example: refdec plugins
    """
    rows = [row.to_json() for row in installed_plugins().rows]
    if json:
        console.show_json(rows)
        return
    console.show_table("plugins", COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
    troubled = sum(row["state"] in {"refused", "clash"} for row in rows)
    if troubled:
        console.say(f"refdec: {troubled} of {len(rows)} rows need a look; the rest works without them")
