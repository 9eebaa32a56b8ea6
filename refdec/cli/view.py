"""`refdec view`: every syntax element of a codestream in its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import (
    AnyLevelFlag,
    EditionOption,
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    MemoryLimit,
    PixelLimit,
    TimeLimit,
    WeightsOption,
    limits_of,
)
from refdec.errors import ExitCode

if TYPE_CHECKING:
    from refdec.api.view import View
    from refdec.inspection.nodes import Node
    from refdec.inspection.tree import SyntaxTree

__all__ = ["view"]


def view(
    file: Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")],
    element: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only elements of this name (also its beginning, or * and ?) or substreams."),
    ] = None,
    offset: Annotated[
        str | None, typer.Option(metavar="BYTE[.BIT]", help="What is at this place of the file (0x.. is hexadecimal).")
    ] = None,
    frame: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The codestream of frame N, from 1, of a clip.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="One line for each element of long arrays.")] = False,
    symbols: Annotated[
        bool, typer.Option("--symbols", help="Decode the payloads and show the first symbols of each.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE.html", help="Write one page: tree with boxes, hex dump, sizes, picture, maps."),
    ] = None,
    pictures: Annotated[
        bool | None,
        typer.Option("--pictures/--no-pictures", help="Decode for the page (default), or leave pictures and maps out."),
    ] = None,
    channels: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Channels whose maps the page holds; default: the strongest.")
    ] = None,
    weights: WeightsOption = None,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    any_level: AnyLevelFlag = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """Show every syntax element with its place, bits, value, range and clause; broken streams as far as they read.

    Of a HEIF file its boxes come first, then its codestream; --element and --offset choose in the codestream.
    Exit code 3 if the codestream breaks a rule, 5 if decoding it for symbols or pictures asks for too much.

    Example: refdec view photo.jai --element 'num_*'
    """
    from refdec.cli.options import number_list
    from refdec.cli.outputs import require_distinct, require_files
    from refdec.cli.startup import prepare_process

    shown = {"--element": element, "--offset": offset, "--all": everything}
    if html is None:
        refuse_idle("chooses maps of the page: it needs --html", {"--channels": channels})
        refuse_idle(
            "is about the page: it needs --html", {"--no-pictures": pictures is False, "--pictures": pictures is True}
        )
    else:
        refuse_idle("chooses what is listed, and the page of --html has everything: leave one of them out", shown)
    if offset is not None:
        refuse_idle("and --offset each choose what is shown: leave one of them out", {"--element": element})
    if pictures is False:
        refuse_idle("needs a decoder, which --no-pictures leaves out", {"--channels": channels, "--symbols": symbols})
    decodes = symbols or (html is not None and pictures is not False)
    if not decodes:
        decoder = {"--weights": weights, "--ignore-weights-fingerprint": ignore_weights_fingerprint}
        refuse_idle("is for decoding, which only --symbols and the pictures of --html ask for", decoder)
    require_files("view", {"--html": html})
    require_distinct({"the input": file, "--weights": weights}, {"--html": html})
    from refdec.api.view import ViewRequest, view_file
    from refdec.api.view_page import write_page
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.pipes import named

    options = DecodeOptions(
        edition=edition,
        lenient=lenient,
        any_level=any_level,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
    )
    maps = None if channels is None else number_list("--channels", channels)
    request = ViewRequest(symbols=symbols, maps=maps, options=options, frame=frame)
    if decodes:
        prepare_process()
    if html is not None:
        with console.progress(f"decoding {Path(file).name}", quiet=not decodes):
            seen = write_page(file, html, request, weights=weights, pictures=decodes)
        show = {"page": named(html), "bytes": html.stat().st_size, "problems": len(seen.tree.problems)}
        if json:
            console.show_json(show)
        else:
            console.result(f"{named(html)}: {show['bytes']} bytes; open it in a browser")
    else:
        seen = view_file(file, request, weights=weights)
        paths = _chosen(seen.tree, element, offset)
        _show(seen, paths, everything=everything, whole=offset is None, as_json=json)
    _finish(seen)


def _chosen(tree: SyntaxTree, element: str | None, offset: str | None) -> list[tuple[Node, ...]] | None:
    """Return the paths that the options choose; None for the whole tree."""
    from refdec.inspection.selection import at_offset, by_name, parse_offset

    if offset is not None:
        return [at_offset(tree.root, parse_offset(offset))]
    return None if element is None else by_name(tree.root, element)


def _show(seen: View, paths: Any, *, everything: bool, whole: bool, as_json: bool) -> None:
    from itertools import chain

    from refdec.inspection import render

    tree, boxes = seen.tree, seen.boxes if paths is None else None
    if as_json:
        console.show_json(render.as_json(tree, paths, boxes=boxes))
        return
    if paths is None:
        lines = render.text_lines(tree, everything=everything)
    else:
        lines = render.text_of_paths(tree, paths, everything=everything, whole=whole)
    if seen.frame_at is not None:
        console.result(
            f"The codestream of the frame begins at byte {seen.frame_at} of the file; places count from its first byte."
        )
    for line in lines if boxes is None else chain(render.box_lines(boxes), lines):
        console.result(line)


def _finish(seen: View) -> None:
    """Say what is wrong on stderr, and end with exit code 3 if anything is."""
    if seen.failure:
        console.say(f"refdec: {seen.failure}", always=True)
    problems = seen.tree.problems
    if not problems:
        if seen.beyond_limits:
            raise typer.Exit(ExitCode.UNSUPPORTED)
        return
    count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
    console.say(f"refdec: {count} in {seen.name}, marked with !! in the tree")
    raise typer.Exit(
        ExitCode.UNSUPPORTED
        if all(problem.exit_code == ExitCode.UNSUPPORTED for problem in problems)
        else ExitCode.NOT_CONFORMANT
    )
