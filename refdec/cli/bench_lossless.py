"""`refdec bench lossless`: bits per pixel of originals that come back, beside other formats without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, WeightsOption

__all__ = ["lossless"]

COLUMNS = ("picture", "PNG", "WebP", "JPEG XL -e7", "refdec", "of it lossy", "MP/s coded", "MP/s decoded")


def lossless(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")],
    quality: Annotated[
        int | None, typer.Option(metavar="1..100", help="Quality of the lossy picture; default: the usual one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Keep the figures.")] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure bits per pixel without loss, refdec's with the lossy picture in them; every file is decoded and compared.

    JPEG XL is measured where cjxl is installed.

    Example: refdec bench lossless kodak --out lossless.json
    """
    import json as json_module

    from refdec.bench.lossless import ROWS, means, measure_lossless
    from refdec.bench.pictures import picture_files
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.cli.startup import prepare_process
    from refdec.formats.files import write_text

    pictures = picture_files(inputs)
    require_distinct({"an input": pictures, "--weights": weights}, {"--out": out})
    require_writable((out,))
    prepare_process()
    with console.progress("measuring") as show:
        rows = measure_lossless(pictures, quality=quality, weights=weights, progress=show)
    mean = means(rows)
    values = {"pictures": [row.as_json() for row in rows], "means": mean}
    if out is not None:
        write_text(out, json_module.dumps(values, indent=1) + "\n")
    if json:
        console.show_json(values)
        return
    lines = [
        (row.picture, *(_number(getattr(row, name)) for name in ROWS), _speed(row.encode_megapixels),
         _speed(row.decode_megapixels))
        for row in rows
    ]  # fmt: skip
    console.show_table("bits per pixel", COLUMNS, [*lines, ("mean", *(_number(mean[name]) for name in ROWS), "", "")])


def _number(bits: float | None) -> str:
    return "-" if bits is None else f"{bits:.3f}"


def _speed(megapixels: float) -> str:
    return f"{megapixels:.2f}"
