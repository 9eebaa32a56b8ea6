"""`refdec latents`: the latent bundle of a codestream as a file."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import (
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

__all__ = ["latents"]


def latents(
    source: Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")],
    target: Annotated[str, typer.Argument(metavar="OUT.npz", help="Bundle to write; - is a pipe.")],
    stage: Annotated[str, typer.Option(help="How far to decode: headers, symbols, latent, picture.")] = "latent",
    synthesis: Annotated[str | None, typer.Option(help="Synthesis of stage picture: sop, bop or hop.")] = None,
    compress: Annotated[bool, typer.Option("--compress/--no-compress", help="Compress the file.")] = True,
    weights: WeightsOption = None,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
) -> None:
    """Write the latents of a codestream up to a stage, for tasks and for NumPy.

    Example: refdec latents photo.jai photo.npz --stage symbols
    """
    from refdec.cli.deadline import in_time
    from refdec.cli.outputs import require_distinct
    from refdec.cli.startup import prepare_process
    from refdec.cli.warnings import show_warnings

    require_distinct(source, {"the bundle": target})

    prepare_process()
    from refdec.api.latents import read_with_warnings
    from refdec.decoding.options import DecodeOptions

    options = DecodeOptions(
        synthesis=synthesis,
        edition=edition,
        lenient=lenient,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
    )
    read = partial(read_with_warnings, source, stage=stage, weights=weights, options=options)
    bundle, warnings = in_time(options.limits.seconds, read)
    bundle.save(target, compress=compress)
    show_warnings(warnings)
    arrays = {name: {"dtype": str(array.dtype), "shape": list(array.shape)} for name, array in bundle.arrays().items()}
    if target == "-":
        return
    if json:
        console.show_json({"output": target, "stage": bundle.stage.value, "arrays": arrays})
        return
    console.result(f"{target}: stage {bundle.stage.value}, {len(arrays)} arrays")
    for name, facts in arrays.items():
        console.result(f"  {name:<22}{facts['dtype']:<7}{facts['shape']}")
