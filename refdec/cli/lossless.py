"""`refdec lossless`: originals behind codestreams that are there already, and codestreams without them."""

from __future__ import annotations

from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import MemoryLimit, OneOutOption, PixelLimit, TimeLimit, WeightsOption, limits_of

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Add the original to a codestream, as a lossless layer, or drop it.")
StreamArgument = Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")]
TargetArgument = Annotated[str | None, typer.Argument(metavar="OUT.jai", help="Codestream to write; - is a pipe.")]


@app.command("add")
def add(
    source: StreamArgument,
    original: Annotated[str, typer.Argument(metavar="ORIGINAL", help="The picture that was encoded.")],
    target: TargetArgument = None,
    out: OneOutOption = None,
    max_error: Annotated[
        int,
        typer.Option(
            "--max-error", min=0, metavar="N", help="Samples may be off by N codes (floats: N steps); 0: none is."
        ),
    ] = 0,
    source_bits: Annotated[
        int | None,
        typer.Option(
            "--source-bits", "--bits", min=1, max=16, metavar="N", help="Depth of the codes in a 16-bit original."
        ),
    ] = None,
    low_bits: Annotated[bool, typer.Option("--low-bits", help="Codes of --source-bits are a PNG's low bits.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Workers; default: one for each core.")
    ] = None,
    weights: WeightsOption = None,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
) -> None:
    """Write a codestream that gives back its original, every sample; other decoders show what they showed.

    Example: refdec lossless add photo.jai photo.png exact.jai
    """
    from refdec.api.encode_options import EncodeOptions
    from refdec.api.lossless import add_lossless
    from refdec.cli.outputs import PIPE, output_of, require_distinct, require_one_pipe
    from refdec.cli.startup import prepare_process
    from refdec.formats.files import write_bytes
    from refdec.picture.picture import fidelity_in_words

    require_one_pipe((source, original))
    target = output_of(target, out)
    read = {"the input": source, "the original": original, "--weights": weights}
    require_distinct(read, {"the codestream": target})
    prepare_process()
    limits = limits_of(limit_pixels, limit_memory, time_limit)
    options = EncodeOptions(bits=source_bits, low_bits=low_bits, limits=limits)
    data = add_lossless(source, original, max_error=max_error, options=options, weights=weights, workers=workers)
    write_bytes(target, data)
    if target != PIPE:
        console.ending(f"{target}: {len(data)} bytes, {fidelity_in_words(max_error)}")


@app.command("drop")
def drop(source: StreamArgument, target: TargetArgument = None, out: OneOutOption = None) -> None:
    """Write the codestream without its lossless layer: the lossy picture alone."""
    from refdec.api.lossless import drop_lossless
    from refdec.cli.outputs import PIPE, output_of, require_distinct
    from refdec.formats.files import write_bytes

    target = output_of(target, out)
    require_distinct({"the input": source}, {"the codestream": target})
    write_bytes(target, drop_lossless(source))
    if target != PIPE:
        console.ending(f"{target}: the lossy picture alone")
