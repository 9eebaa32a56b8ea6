"""`refdec bench quality`: what the qualities 1..100 give on pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.errors import WrongNumbers
from refdec.cli.options import JsonFlag, WeightsOption, number_list

__all__ = ["quality"]


def quality(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")],
    qualities: Annotated[
        str, typer.Option(metavar="Q,Q", help="Qualities to measure.")
    ] = "1,10,20,30,40,50,60,70,80,90,100",
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write the table as Markdown, between the marks of a page.")
    ] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure bits per pixel and luma PSNR of qualities, with the encoder analysis.

    Example: refdec bench quality kodak --markdown docs/encoding.md
    """
    from refdec.api.weights import load_weights
    from refdec.bench.pictures import picture_files
    from refdec.bench.qualities import measure_qualities, quality_table
    from refdec.bench.rd_tables import write_page
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.cli.startup import prepare_process

    wanted = number_list("--qualities", qualities)
    if not all(value in range(1, 101) for value in wanted):
        raise WrongNumbers("--qualities", "numbers 1..100", qualities)
    pictures, pack = picture_files(inputs), load_weights(weights)
    require_distinct({"an input": pictures, "--weights": weights}, {"--markdown": markdown})
    require_writable((markdown,))
    prepare_process()
    with console.progress("measuring") as show:
        rows = measure_qualities(pictures, wanted, pack, done=show)
    table = quality_table(rows, [path.stem for path in pictures])
    if markdown is not None:
        write_page(markdown, [table], below=f"\nWeights {pack.fingerprint}.\n")
    if json:
        console.show_json({"weights": pack.fingerprint, "rows": [row.as_json() for row in rows]})
    else:
        console.show_table(table.title, table.columns, table.rows)
