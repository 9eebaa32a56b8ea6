"""`refdec diff`: where two traces, pictures, codestreams or dumps part."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import EditionOption, JsonFlag, WeightsOption
from refdec.errors import ExitCode

__all__ = ["diff"]


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Trace, picture, codestream or dump (.npz).")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one of the same kind.")],
    layout: Annotated[
        str, typer.Option(metavar="WxH_Nbit_CHROMA", help="Layout of raw YUV, for instance 768x512_10bit_444.")
    ] = "",
    picture: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Write the difference as a picture; of codestreams, decoded."),
    ] = None,
    amplify: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Scale of that picture; 0, the default: the largest difference is white."
        ),
    ] = None,
    decode: Annotated[bool, typer.Option("--decode", help="Compare the pictures of codestreams as well.")] = False,
    weights: WeightsOption = None,
    edition: EditionOption = "auto",
    json: JsonFlag = False,
) -> None:
    """Name the first stage, or the first sample, in which two files differ; with statistics and PSNR.

    Exit code 4 if they differ.  Example: refdec diff mine.png theirs.ppm --picture difference.png
    """
    from refdec.api.diff import diff_files
    from refdec.api.picture_differences import DifferenceFile
    from refdec.cli.outputs import require_distinct, require_one_pipe

    require_one_pipe((a, b))
    require_distinct({"an input": (a, b), "--weights": weights}, {"--picture": picture})
    if picture is None:
        refuse_idle("is the scale of the picture of the difference: it needs --picture", {"--amplify": amplify})
        if not decode:
            refuse_idle("is for decoding codestreams: it needs --decode or --picture", {"--weights": weights})
    show = None if picture is None else DifferenceFile(picture, amplify or 0)
    if decode or picture is not None:
        from refdec.cli.startup import prepare_process

        prepare_process()
    found = diff_files(a, b, layout=layout, edition=edition, show=show, decode=decode, weights=weights)
    if json:
        console.show_json(found.as_json())
    else:
        for line in found.lines:
            console.result(line)
    if not found.equal:
        raise typer.Exit(ExitCode.DIFFERS)
