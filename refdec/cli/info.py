"""`refdec info`: what the headers of codestreams say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.options import AnyLevelFlag, EditionOption, JsonFlag, LenientFlag
from refdec.errors import ExitCode, first_of

if TYPE_CHECKING:
    from refdec.api.infos import FileInfo
    from refdec.inspection.summary import Info

__all__ = ["info"]

COLUMNS = ("file", "size", "bits", "format", "profile", "model", "tools", "bytes", "bpp")
MOST_TILES = 8
"""So many items are listed for each value in which tiles differ; --json lists all."""


def info(
    files: Annotated[
        list[str],
        typer.Argument(metavar="IN.jai...", help="Codestreams, folders of them, patterns; - reads standard input."),
    ],
    any_level: AnyLevelFlag = False,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
    json_lines: Annotated[
        bool, typer.Option("--json-lines", help="Several inputs: print a line of JSON for each file, as it is read.")
    ] = False,
) -> None:
    """Show size, profile, tools and substreams; of several files a table.  Needs no weights.

    Examples: refdec info photo.jai; refdec info ARCHIVE --json-lines
    """
    from refdec.api.found_files import is_archive
    from refdec.api.info import read_info

    if json and json_lines:
        from refdec.cli.idle import refuse_idle

        refuse_idle("and --json-lines are two forms of one thing: ask for one of them", {"--json": json})
    if len(files) > 1 or json_lines or is_archive(files[0]):
        _show_several(files, {"any_level": any_level, "edition": edition, "lenient": lenient}, json, json_lines)
        return
    found = read_info(files[0], lenient=lenient, any_level=any_level, edition=edition)
    if json:
        console.show_json(_as_json(found))
        return
    values = found.as_json()
    substreams, rendering, file = values.pop("substreams"), values.pop("rendering"), values.pop("file", None)
    console.show_mapping(
        {name.replace("_", " "): _text(value) for name, value in values.items() if value not in (None, ())}
    )
    if rendering:
        console.show_mapping(_flat(rendering))
    if file is not None:
        items, clip, differences = file.pop("items"), file.pop("clip", None), file.pop("tiles_differ", {})
        console.show_mapping({f"file {name.replace('_', ' ')}": _text(value) for name, value in file.items()})
        if clip is not None:
            console.show_mapping({f"clip {name.replace('_', ' ')}": _text(value) for name, value in clip.items()})
        if differences:
            console.show_table("tiles differ; above is the first", ("in", "value", "items"), _differing(differences))
        console.show_table("items", ("id", "type", "bytes", "refers"), [tuple(item.values()) for item in items])
    title = "substreams of the first tile" if file is not None and "first_tile" in file else "substreams"
    console.show_table(title, ("marker", "byte", "payload bytes"), [tuple(part.values()) for part in substreams])


def _show_several(files: Sequence[str], wishes: dict[str, Any], json: bool, json_lines: bool) -> None:
    """Show a table of files; those that cannot be read are told on stderr and decide the exit code."""
    from refdec.api.infos import read_infos
    from refdec.cli.outputs import require_one_pipe
    from refdec.parallel.outcomes import worst_exit_code

    require_one_pipe(files)
    codes: list[int] = []
    kept: list[FileInfo] = []
    for found in read_infos(files, **wishes):
        if found.error is not None:
            codes.append(found.error.exit_code)
            console.say(f"refdec: {found.file}: {found.error.headline()}", always=True)
        if json_lines:
            console.result_line(_entry(found))
        elif json or found.info is not None:
            kept.append(found)
    if json:
        console.show_json([_entry(found) for found in kept])
    elif not json_lines:
        console.show_table("codestreams", COLUMNS, [_row(found.file, found.info) for found in kept if found.info])
    if codes:
        raise typer.Exit(worst_exit_code(codes) or ExitCode.DONE)


def _as_json(found: Info) -> dict[str, Any]:
    return found.as_json() | {"bits_per_pixel": float(found.bits_per_pixel)}


def _entry(found: FileInfo) -> dict[str, Any]:
    """Return a file as JSON: what its headers say, or why they cannot be read.

    "file" is its name; of a HEIF file that is "input", since "file" is what its boxes say.
    """
    if found.info is not None:
        values = _as_json(found.info)
        return ({"input": found.file} if "file" in values else {}) | {"file": found.file, **values}
    from refdec.inspection.render import ending_json

    assert found.error is not None, "a file has headers or an error"
    return {"file": found.file, "error": ending_json(found.error) | {"exit_code": int(found.error.exit_code)}}


def _row(file: str, found: Info) -> tuple[str, ...]:
    """Return a file as a row of the table."""
    size, tools = f"{found.width}x{found.height}", ", ".join(found.tools) or "-"
    facts = (found.bit_depth, found.output_format, found.profile, found.model_id, tools, found.codestream_bytes)
    return (file, size, *map(str, facts), found.bits_per_pixel)


def _differing(differences: Mapping[str, list[dict[str, Any]]]) -> list[tuple[str, str, str]]:
    """Return rows of what tiles differ in: the name, a value, and which items have it, the first few of many."""
    rows = list[tuple[str, str, str]]()
    for name, groups in differences.items():
        for group in groups:
            items = first_of(group["items"], MOST_TILES, apart=" ")
            rows.append((name.replace("_", " "), _text(group["value"]), items))
    return rows


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
