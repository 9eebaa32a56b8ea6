"""`refdec latents`: the latent bundle of a codestream as a file."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle
from refdec.cli.options import (
    EditionOption,
    FrameOption,
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    MemoryLimit,
    OneOutOption,
    PixelLimit,
    TimeLimit,
    TimeOption,
    WeightsOption,
    limits_of,
)

__all__ = ["latents"]


def latents(
    source: Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")],
    target: Annotated[str | None, typer.Argument(metavar="OUT.npz", help="Bundle to write; - is a pipe.")] = None,
    out: OneOutOption = None,
    stage: Annotated[
        str, typer.Option(metavar="STAGE", help="How far to decode: headers, symbols, latent, picture.")
    ] = "latent",
    synthesis: Annotated[str | None, typer.Option(metavar="sop|bop|hop", help="Synthesis of stage picture.")] = None,
    frame: FrameOption = None,
    time: TimeOption = None,
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
    from refdec.cli.outputs import PIPE, output_of, require_apart, require_distinct
    from refdec.cli.startup import prepare_process
    from refdec.cli.warnings import show_warnings

    if stage != "picture":
        refuse_idle("is for stage picture: it needs --stage picture", {"--synthesis": synthesis})
    if stage == "headers":
        decoder = {"--weights": weights, "--ignore-weights-fingerprint": ignore_weights_fingerprint}
        refuse_idle("is for decoding, and --stage headers decodes nothing", decoder)
    target = output_of(target, out)
    require_apart(target, as_json=json)
    require_distinct({"the input": source, "--weights": weights}, {"the bundle": target})

    prepare_process()
    from refdec.api.chosen_frame import FrameWish
    from refdec.api.latents import read_with_warnings
    from refdec.decoding.options import DecodeOptions
    from refdec.sequences.timing import moment

    options = DecodeOptions(
        synthesis=synthesis,
        edition=edition,
        lenient=lenient,
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        limits=limits_of(limit_pixels, limit_memory, time_limit),
    )
    wish = FrameWish(frame, None if time is None else moment(time))
    read = partial(read_with_warnings, source, stage=stage, weights=weights, options=options, wish=wish)
    bundle, warnings = in_time(options.limits.seconds, read)
    bundle.save(target, compress=compress)
    show_warnings(warnings)
    arrays = {name: {"dtype": str(array.dtype), "shape": list(array.shape)} for name, array in bundle.arrays().items()}
    if target == PIPE:
        return
    if json:
        console.show_json({"output": target, "stage": bundle.stage.value, "arrays": arrays})
        return
    console.ending(f"{target}: stage {bundle.stage.value}, {len(arrays)} arrays")
    for name, facts in arrays.items():
        console.ending(f"  {name:<22}{facts['dtype']:<7}{facts['shape']}")
