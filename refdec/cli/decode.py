"""`refdec decode`: codestreams to picture files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import (
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    PixelLimit,
    WeightsOption,
    limits_of,
    numbers,
)

__all__ = ["decode"]


def decode(
    source: Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")],
    target: Annotated[
        str | None,
        typer.Argument(metavar="[OUT]", help="Picture: .png .ppm .yuv .npy by suffix; default IN.png; - is a pipe."),
    ] = None,
    weights: WeightsOption = None,
    synthesis: Annotated[
        str | None, typer.Option(help="Run another listed synthesis transform: sop, bop or hop.")
    ] = None,
    channels: Annotated[
        str | None, typer.Option(metavar="Y,UV", help="Decode only the first residual channels.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="Decode only this rectangle of the picture.")
    ] = None,
    bit_depth: Annotated[
        int | None, typer.Option(min=1, max=16, help="Bits of a sample; default: the stream's.")
    ] = None,
    filters: Annotated[bool, typer.Option("--filters/--no-filters", help="Run the enhancement filters.")] = True,
    format_: Annotated[str, typer.Option("--format", help="Suffix of the format for a pipe: png, ppm, yuv, npy.")] = "",
    trace: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Write the SHA-256 of every stage.")] = None,
    dump: Annotated[
        Path | None, typer.Option(metavar="FILE.npz", help="Write the intermediates of every stage.")
    ] = None,
    timings: Annotated[bool, typer.Option("--timings", help="Print seconds by stage on stderr.")] = False,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    any_level: Annotated[bool, typer.Option("--any-level", help="Decode beyond the stated profile and level.")] = False,
    allow_custom_colour: Annotated[
        bool, typer.Option("--allow-custom-colour", help="Follow the recommendation for a colour matrix in the stream.")
    ] = False,
    limit_pixels: PixelLimit = None,
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """Decode a codestream to a picture file.

    Example: refdec decode photo.jai photo.png
    """
    from refdec.decode_files import DecodeRequest, decode_to_file

    wanted = None if channels is None else numbers("--channels", "Y,UV", channels)
    box = None if region is None else numbers("--region", "X,Y,W,H", region)
    out = target or str(Path(source).with_suffix(".png"))
    request = DecodeRequest(
        suffix=f".{format_.removeprefix('.')}" if format_ else "",
        synthesis=synthesis,
        channels=None if wanted is None else (wanted[0], wanted[1]),
        region=None if box is None else (box[0], box[1], box[2], box[3]),
        bit_depth=bit_depth,
        filters=filters,
        lenient=lenient,
        level_check=not any_level,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        allow_custom_colour=allow_custom_colour,
        trace=trace,
        dump=dump,
        timings=timings,
        limits=limits_of(limit_pixels),
    )
    with console.progress(f"decoding {Path(source).name}") as show:
        report = decode_to_file(source, out, request, weights=weights, on_progress=show)
    for warning in report.warnings:
        console.say(f"refdec: warning: {warning}")
    if timings:
        for stage, seconds in report.timings.items():
            console.say(f"{seconds * 1000:9.1f} ms  {stage}")
    if json:
        console.show_json(report.as_json())
    elif out != "-":
        console.result(f"{out}: {report.width} x {report.height}, {report.bit_depth} bit {report.colour}")
