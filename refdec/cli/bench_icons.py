"""`refdec bench icons`: bytes of very small pictures, beside PNG, WebP and AVIF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, WeightsOption, number_list

__all__ = ["icons"]


def icons(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them; none: a dozen drawn icons."),
    ] = None,
    sides: Annotated[str, typer.Option(metavar="N,N", help="Sizes to make of them.")] = "16,32,64",
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure mean bytes and RGB PSNR of pictures that are made very small.

    Example: refdec bench icons
    """
    from refdec.bench.icons import measure_icons
    from refdec.bench.pictures import picture_files
    from refdec.cli.startup import prepare_process

    pictures = picture_files(inputs) if inputs else []
    sizes = number_list("--sides", sides)
    prepare_process()
    with console.progress("measuring") as show:
        rows = measure_icons(pictures, sides=sizes, weights=weights, progress=show)
    if json:
        console.show_json([row.as_json() for row in rows])
        return
    lines = [(f"{row.side} x {row.side}", row.way, f"{row.size_bytes:.0f}", _shown(row.decibels)) for row in rows]
    console.show_table("very small pictures", ("size", "coded as", "bytes", "dB"), lines)


def _shown(decibels: float | None) -> str:
    return "-" if decibels is None else f"{decibels:.1f}"
