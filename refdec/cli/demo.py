"""`refdec demo`: decode the bundled photograph and compare its fingerprint with the recorded one."""

from __future__ import annotations

import time
from importlib import resources
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, OneOutOption
from refdec.errors import ExitCode

__all__ = ["RECORDED", "demo"]

RECORDED = "feac79795114b896e0dc3fd8b983c2c59c36f47de9ccd09a50730c6ad35dd6eb"
"""SHA-256 of the demo picture's codes; the decoder of every machine must arrive at it."""


def demo(
    target: Annotated[
        str | None, typer.Argument(metavar="[OUT.png]", help="Picture file to write; default: demo.png.")
    ] = None,
    out: OneOutOption = None,
    stream: Annotated[
        str | None, typer.Option(metavar="FILE.jai", help="Write the bundled codestream to this file, too.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Decode a bundled stream of a real photograph and verify its fingerprint.

    Example: refdec demo photo.png --stream photo.jai
    """
    from refdec.api.decode_file import decode_to_file
    from refdec.cli.outputs import output_of, require_distinct, require_files
    from refdec.cli.startup import prepare_process
    from refdec.formats.files import write_bytes

    target = output_of(target, out, "demo.png")
    outputs = {"OUT.png": target, "--stream": stream}
    require_files("demo", outputs)
    require_distinct({}, outputs)
    data = resources.files("refdec").joinpath("data", "demo.jai").read_bytes()
    prepare_process()
    start = time.perf_counter()
    with console.progress("decoding") as show:
        report = decode_to_file(data, target, on_progress=show)
    seconds = time.perf_counter() - start
    if stream is not None:  # last: where the picture cannot be written nothing is
        write_bytes(stream, data)
    equal = report.fingerprint == RECORDED
    bpp = 8 * len(data) / (report.width * report.height)
    if json:
        console.show_json({**report.as_json(), "bpp": bpp, "seconds": seconds, "equal": equal})
    else:
        console.result(f"{target}: {report.width} x {report.height}, {len(data)} bytes, {bpp:.3f} bpp, {seconds:.2f} s")
        console.result(f"fingerprint {report.fingerprint}")
        console.result("equal to the recorded fingerprint" if equal else f"DIFFERS from the recorded {RECORDED}")
    if not equal:
        raise typer.Exit(ExitCode.DIFFERS)
