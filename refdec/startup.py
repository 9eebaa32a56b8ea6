"""Compiled kernels at start-up: where they are kept, who hears of it, and how to make them ready in advance.

In: the user's cache folder, and what the user told Numba.  Out: kernels that load instead of being compiled.  Entry
points (commands that decode, `refdec.decode` and its relatives) call `prepare_kernels` before a module with kernels is
imported; nothing below them knows a folder.

A cache never stops a decode.  What is damaged is deleted and made again; where nothing can be kept, kernels are
compiled for this process alone; where nothing can be written, what can be read is used.  Each is said once: by the
command line on stderr, in a program as a `KernelCacheWarning`.  That kernels are being compiled is said before the
first of them: on stderr, or to the logger `refdec`.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refdec.kernel_store import CacheTrouble

__all__ = [
    "DECODER_KERNELS",
    "ENCODER_KERNELS",
    "HEAD_KERNELS",
    "HOP_KERNELS",
    "LATE_KERNELS",
    "LOSSLESS_KERNELS",
    "WRITER_KERNELS",
    "KernelCacheWarning",
    "cache_folder",
    "kept_folder",
    "load_kernels",
    "modules_of",
    "prepare_kernels",
]

DECODER_KERNELS = (
    "refdec.entropy.kernels",
    "refdec.networks.hyperscale_kernels",
    "refdec.latent.kernels",
    "refdec.networks.kernels",
    "refdec.networks.exact_kernels",
    "refdec.networks.panel_kernels",
    "refdec.networks.tile_kernels",
    "refdec.picture.kernels",
    "refdec.picture.filters.kernels",
)
WRITER_KERNELS = ("refdec.formats.png_writer_kernels",)
LATE_KERNELS = ("refdec.networks.tile_kernels", "refdec.networks.panel_kernels", *WRITER_KERNELS)
"""Those that nearly every decode needs, that take longest to compile, and of which it has need last."""
HOP_KERNELS = ("refdec.arithmetic.elementary", "refdec.networks.attention_kernels")
ENCODER_KERNELS = ("refdec.entropy.encoder_kernels", "refdec.latent.choice_kernels", "refdec.formats.png_kernels")
HEAD_KERNELS = ("refdec.heads.kernels",)
LOSSLESS_KERNELS = ("refdec.lossless.coder_kernels", "refdec.lossless.kernels")
COMPILING = "compiling kernels, once; all of them take about half a minute (refdec warm does it in advance)"
COMPILING_AGAIN = "compiling kernels, in every process: no folder for them is known (set NUMBA_CACHE_DIR to one)"


class KernelCacheWarning(UserWarning):
    """The cache of compiled kernels was damaged, or cannot be used as it is; the decode goes on."""


class _Told:
    """What this process has said about kernels so far, and how it says it."""

    def __init__(self) -> None:
        self.prepared = False
        self.compiling = False
        self.lasting: Path | None = None
        self.said: set[bool] = set()
        self.say: Callable[[str], None] | None = None


_told = _Told()


def _hear_compiling(name: str) -> None:
    """Say once that kernels are being compiled, before the first of them."""
    from refdec import kernel_choices

    if _told.compiling:
        return
    _told.compiling = True
    text = COMPILING_AGAIN if kernel_choices.kept_in() is None else COMPILING
    if _told.say is not None:
        _told.say(f"refdec: {text}")
    else:
        logging.getLogger("refdec").info("%s; the first is %s", text, name)


def _hear_trouble(trouble: CacheTrouble) -> None:
    """Say once that something was damaged, and once what stays as it is."""
    if trouble.lasting:
        _told.lasting = trouble.path
    if trouble.lasting in _told.said:
        return
    _told.said.add(trouble.lasting)
    then = "kernels are compiled for this process alone" if trouble.lasting else "compiled again"
    text = f"cache of kernels: {trouble}; {then}"
    if _told.say is not None:
        _told.say(f"refdec: {text}")
        return
    try:
        warnings.warn(text, KernelCacheWarning, stacklevel=2)
    except KernelCacheWarning as warning:  # warnings are errors here; a cache stops no decode all the same
        warnings.showwarning(warning, KernelCacheWarning, __file__, 0)


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels, whether it is there or not; None where the user has no home.

    One folder for each version of refdec and of Python: kernels of another one would only be compiled again.
    """
    import platformdirs

    from refdec import __version__

    try:
        base = Path(platformdirs.user_cache_dir("refdec", appauthor=False))
    except (OSError, RuntimeError):
        return None
    return base / f"kernels-{__version__}-{sys.implementation.cache_tag}" if base.is_absolute() else None


def prepare_kernels(say: Callable[[str], None] | None = None, *, partner: tuple[str, ...] = ()) -> None:
    """Decide where compiled kernels are kept, and who hears of it: `say`, or else Python's warnings and log.

    `partner`: modules whose kernels another process compiles, where none are kept: for processes of our own alone.
    NUMBA_CACHE_DIR and NUMBA_DISABLE_JIT, where the user has set them, stay in force.  Later calls change no folder.
    """
    if say is not None:
        _told.say = say
    if _told.prepared:
        return
    _told.prepared = True
    from refdec import kernel_choices
    from refdec.parallel.compiling import Together

    kernel_choices.listen(compiling=_hear_compiling, trouble=_hear_trouble)
    folder = kernel_choices.chosen_folder() or cache_folder()
    kernel_choices.use_cache(folder)
    if partner and folder is not None and not kernel_choices.is_disabled():
        kernel_choices.share(Together(folder, partner))


def kept_folder() -> Path | None:
    """Return the folder that holds the kernels of this process, None if some of them could not be kept."""
    from refdec import kernel_choices

    return None if kernel_choices.is_disabled() or _told.lasting is not None else kernel_choices.kept_in()


def modules_of(
    *,
    hop: bool = False,
    filters: bool = True,
    writer: bool = False,
    encoder: bool = False,
    heads: bool = False,
    lossless: bool = False,
) -> tuple[str, ...]:
    """Return the modules whose kernels decoding needs; others add to them."""
    wanted = (
        (hop, HOP_KERNELS),
        (writer, WRITER_KERNELS),
        (encoder, ENCODER_KERNELS),
        (heads, HEAD_KERNELS),
        (lossless, LOSSLESS_KERNELS),
    )
    more = (name for asked, names in wanted if asked for name in names)
    return tuple(name for name in (*DECODER_KERNELS, *more) if filters or ".filters." not in name)


def load_kernels(
    *,
    hop: bool = False,
    filters: bool = True,
    writer: bool = False,
    encoder: bool = False,
    heads: bool = False,
    lossless: bool = False,
) -> None:
    """Load all kernels of `modules_of`, and compile those that no cache has."""
    from refdec.jit import load

    wanted = modules_of(hop=hop, filters=filters, writer=writer, encoder=encoder, heads=heads, lossless=lossless)
    for name in wanted:
        load(name)
