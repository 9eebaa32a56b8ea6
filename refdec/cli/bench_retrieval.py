"""`refdec bench retrieval`: how well near-duplicates are found again by their latents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, WeightsOption
from refdec.cli.plugins import installed_plugins

__all__ = ["retrieval"]

COLUMNS = ("variant", "queries", "recall@1", "recall@5", "right score", "best wrong score")


def retrieval(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Keep the figures.")] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Measure recall of pictures that were re-encoded at other rates, cropped and mirrored.

    The database holds the pictures and their quarters.

    Example: refdec bench retrieval kodak --out retrieval.json
    """
    import json as json_module

    from refdec.bench.pictures import picture_files
    from refdec.bench.retrieval import measure_recall
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.formats.files import write_text

    pictures = picture_files(inputs)
    require_distinct({"an input": pictures, "--weights": weights}, {"--out": out})
    require_writable((out,))
    with console.progress("measuring") as show:
        rows, size = measure_recall(pictures, installed_plugins(), weights=weights, progress=show)
    values = {"pictures_in_database": size, "variants": [row.as_json() for row in rows]}
    if out is not None:
        write_text(out, json_module.dumps(values, indent=1) + "\n")
    if json:
        console.show_json(values)
        return
    console.show_table(
        f"{size} pictures in the database",
        COLUMNS,
        [
            (
                row.variant,
                row.queries,
                f"{row.recall_at_1:.3f}",
                f"{row.recall_at_5:.3f}",
                f"{row.right_score:.3f}",
                f"{row.wrong_score:.3f}",
            )
            for row in rows
        ],
    )
