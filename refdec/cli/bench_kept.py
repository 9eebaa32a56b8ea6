"""`refdec bench kept`: what of picture files comes back from a HEIF file without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, WeightsOption

__all__ = ["kept"]

LOST_STATUS = 1
MOST_WORDS = 80


def kept(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Picture files, or folders of them.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Keep the rows.")] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Encode picture files without loss to HEIF files, decode them, and tell what came back and what was left.

    Exit code 1 if anything was lost without a word.

    Example: refdec bench kept photos --out kept.json
    """
    import json as json_module

    from refdec.bench.kept import FEATURES, Fate, files_of, measure_kept, tally
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.cli.startup import prepare_process
    from refdec.formats.files import write_text

    files = files_of(inputs)
    require_distinct({"an input": files, "--weights": weights}, {"--out": out})
    require_writable((out,))
    prepare_process()
    with console.progress("going there and back") as show:
        rows = measure_kept(files, weights=weights, progress=show)
    counts = tally(rows)
    values = {"files": [row.as_json() for row in rows], "tally": counts}
    if out is not None:
        write_text(out, json_module.dumps(values, indent=1) + "\n")
    if json:
        console.show_json(values)
    else:
        lines = [
            (
                row.file,
                row.kind,
                *(row.fates.get(name, Fate.NONE).value for name in FEATURES),
                _shortened(row.words),
            )
            for row in rows
        ]
        console.show_table("what came back", ("file", "kind", *FEATURES, "said"), lines)
        console.show_table(
            "files",
            ("", *FEATURES),
            [
                (fate.value, *(str(counts[name][fate.value]) for name in FEATURES))
                for fate in Fate
                if fate is not Fate.NONE
            ],
        )
    if any(row.lost for row in rows):
        raise typer.Exit(LOST_STATUS)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"
