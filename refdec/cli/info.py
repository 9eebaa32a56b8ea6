"""`refdec info`: what the headers of a codestream say."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.options import AnyLevelFlag, EditionOption, JsonFlag, LenientFlag

__all__ = ["info"]


def info(
    file: Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")],
    any_level: AnyLevelFlag = False,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """Show size, profile, tools and substreams; needs no weights.

    Example: refdec info photo.jai
    """
    from refdec.api.info import read_info

    found = read_info(file, lenient=lenient, any_level=any_level, edition=edition)
    if json:
        console.show_json(found.as_json() | {"bits_per_pixel": float(found.bits_per_pixel)})
        return
    values = found.as_json()
    substreams, rendering = values.pop("substreams"), values.pop("rendering")
    console.show_mapping(
        {name.replace("_", " "): _text(value) for name, value in values.items() if value not in (None, ())}
    )
    if rendering:
        console.show_mapping(_flat(rendering))
    console.show_table("substreams", ("marker", "byte", "payload bytes"), [tuple(part.values()) for part in substreams])


def _flat(values: dict[str, Any], name: str = "") -> dict[str, str]:
    """Return nested values as lines, their names one after the other."""
    lines: dict[str, str] = {}
    for key, value in values.items():
        own = f"{name} {key}".strip().replace("_", " ")
        lines |= _flat(value, own) if isinstance(value, dict) else {own: _text(value)}
    return lines


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value)
