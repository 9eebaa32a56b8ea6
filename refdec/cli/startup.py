"""`refdec warm`, and the one message of a first run: what compiling costs, and how to have it done before."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag

__all__ = ["announce_kernels", "warm"]


def announce_kernels() -> None:
    """Say on stderr that kernels will be compiled, if this process is the first one."""
    from refdec.startup import prepare_kernels

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

    announce_kernels()
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
