"""`refdec warm`, and what commands that decode do first: the heap, and a word on what compiling costs."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag
from refdec.errors import ExitCode
from refdec.startup import LATE_KERNELS

__all__ = ["prepare_process", "warm"]


def prepare_process(partner: tuple[str, ...] = LATE_KERNELS) -> None:
    """Set this process up for decoding; kernels that must be compiled, and a cache in trouble, are told on stderr.

    Where they must be, a second process compiles those of `partner`.

    From here on only results reach standard output, whatever plugins and libraries print, and what libraries warn of
    is a line as our own warnings are, without the places of their sources.
    """
    from refdec.cli.warnings import hear_libraries
    from refdec.formats.standard_output import divert
    from refdec.parallel.heap import keep_freed_memory
    from refdec.startup import prepare_kernels

    divert()
    hear_libraries()
    keep_freed_memory()
    prepare_kernels(console.say, partner=partner)


def warm(
    hop: Annotated[bool, typer.Option("--hop", help="Also the kernels of HOP.")] = False,
    json: JsonFlag = False,
) -> None:
    """Compile all kernels into the cache, for images and CI; exit code 1 if they cannot be kept.

    Example: refdec warm --hop
    """
    from refdec.kernel_choices import is_disabled
    from refdec.startup import kept_folder, load_kernels, modules_of

    prepare_process(modules_of(hop=hop, writer=True, encoder=True, heads=True, lossless=True)[::-1])
    start = time.perf_counter()
    load_kernels(hop=hop, writer=True, encoder=True, heads=True, lossless=True)
    seconds = round(time.perf_counter() - start, 2)
    folder = kept_folder()
    if json:
        console.show_json({"folder": None if folder is None else str(folder), "seconds": seconds, "hop": hop})
    elif folder is not None:
        console.result(f"kernels ready in {seconds:.1f} s, kept in {folder}")
    elif is_disabled():
        console.result("nothing is kept: kernels are not compiled here (NUMBA_DISABLE_JIT)")
    else:
        console.result("nothing is kept: no cache folder can be written")
    if folder is None and not is_disabled():
        raise typer.Exit(ExitCode.IO)
