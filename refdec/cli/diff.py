"""`refdec diff`: where two traces, pictures, codestreams or dumps part."""

from __future__ import annotations

from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import EditionOption, JsonFlag
from refdec.errors import ExitCode

__all__ = ["diff"]


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Trace, picture, codestream or dump (.npz).")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one of the same kind.")],
    layout: Annotated[
        str, typer.Option(metavar="WxH_Nbit_CHROMA", help="Layout of raw YUV, for instance 768x512_10bit_444.")
    ] = "",
    edition: EditionOption = "auto",
    json: JsonFlag = False,
) -> None:
    """Name the first stage, or the first sample, in which two files differ; with statistics.

    Exit code 4 if they differ.  Example: refdec diff mine.json theirs.json
    """
    from refdec.api.diff import diff_files

    found = diff_files(a, b, layout=layout, edition=edition)
    if json:
        console.show_json(found.as_json())
    else:
        for line in found.lines:
            console.result(line)
    if not found.equal:
        raise typer.Exit(ExitCode.DIFFERS)
