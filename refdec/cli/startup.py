"""`refdec warm`, and what commands that decode do first: the heap, and a word on what compiling costs."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag

__all__ = ["prepare_process", "warm"]


def prepare_process() -> None:
    """Set this process up for decoding; say on stderr that kernels will be compiled, if it is the first one.

    From here on only results reach standard output, whatever plugins and libraries print.
    """
    from refdec.formats.standard_output import divert
    from refdec.parallel.heap import keep_freed_memory
    from refdec.startup import prepare_kernels

    divert()
    keep_freed_memory()
    if prepare_kernels():
        console.say("refdec: compiling kernels, once; this takes about half a minute (refdec warm does it in advance)")


def warm(
    hop: Annotated[bool, typer.Option("--hop", help="Also the kernels of HOP.")] = False,
    json: JsonFlag = False,
) -> None:
    """Compile all kernels into the cache, for images and CI.

    Example: refdec warm --hop
    """
    from refdec.jit import chosen_folder, is_disabled
    from refdec.startup import load_kernels

    prepare_process()
    start = time.perf_counter()
    load_kernels(hop=hop)
    seconds = round(time.perf_counter() - start, 2)
    folder = None if is_disabled() else chosen_folder()
    if json:
        console.show_json({"folder": None if folder is None else str(folder), "seconds": seconds, "hop": hop})
    elif folder is None:
        console.result("nothing is kept: kernels are not compiled, or no cache folder can be written")
    else:
        console.result(f"kernels ready in {seconds:.1f} s, kept in {folder}")
