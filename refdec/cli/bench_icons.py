"""`refdec bench icons`: bytes of very small pictures, beside PNG, WebP and AVIF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.errors import WrongNumbers
from refdec.cli.options import JsonFlag, WeightsOption, number_list

__all__ = ["icons"]


def icons(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them; none: a dozen drawn icons."),
    ] = None,
    sides: Annotated[str, typer.Option(metavar="N,N", help="Sizes to make of them, 1..256.")] = "16,32,64",
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure mean bytes and RGB PSNR of pictures that are made very small.

    Example: refdec bench icons
    """
    from refdec.bench.icons import MOST_SIDE, measure_icons
    from refdec.bench.pictures import picture_files
    from refdec.cli.startup import prepare_process

    sizes = number_list("--sides", sides)
    if not all(1 <= side <= MOST_SIDE for side in sizes):
        raise WrongNumbers("--sides", f"numbers 1..{MOST_SIDE}", sides)
    pictures = picture_files(inputs) if inputs else []
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
