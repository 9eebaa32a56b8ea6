"""Options that would change nothing as they stand, since their partner is not there: refused, never passed over.

In: options as they were typed, None or False where they were not.  Out: nothing, or a refusal in one sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import typer

__all__ = ["refuse_alone", "refuse_idle", "refuse_typed"]


def refuse_idle(reason: str, options: Mapping[str, object]) -> None:
    """Raise BadParameter, "OPTION reason", for the first of the options that was typed."""
    for option, value in options.items():
        if value is not None and value is not False:
            raise typer.BadParameter(f"{option} {reason}")


def refuse_typed(context: typer.Context, reason: str, *, but: Collection[str] = ()) -> None:
    """Raise BadParameter, "OPTION reason", for the first option of the command that was typed, but for some."""
    for parameter in context.command.params:
        option, source = parameter.opts[-1], context.get_parameter_source(parameter.name or "")
        typed = source is not None and source.name == "COMMANDLINE"
        if typed and option.startswith("-") and option not in but:
            raise typer.BadParameter(f"{option} {reason}")


def refuse_alone(regions: str | None, independent: bool) -> None:
    """Raise BadParameter for --independent beside --regions (as it was typed) that says one.  Raises WrongNumbers."""
    from refdec.cli.options import grid

    if regions is not None and grid(regions) == (1, 1):
        refuse_idle("is about several regions, and --regions says one", {"--independent": independent})
