"""Compiled kernels at start-up: where they are kept, whether they are there, and how to make them ready in advance.

In: the user's cache folder, and what the user told Numba.  Out: kernels that load instead of being compiled.  Entry
points (commands that decode, `refdec.decode` and its relatives) call `prepare_kernels` before a module with kernels is
imported; nothing below them knows a folder.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

__all__ = ["DECODER_KERNELS", "HOP_KERNELS", "cache_folder", "load_kernels", "prepare_kernels"]

DECODER_KERNELS = (
    "refdec.entropy.kernels",
    "refdec.networks.hyperscale_kernels",
    "refdec.latent.kernels",
    "refdec.networks.kernels",
    "refdec.networks.exact_kernels",
    "refdec.picture.kernels",
    "refdec.picture.filters.kernels",
)
HOP_KERNELS = ("refdec.arithmetic.elementary", "refdec.networks.attention_kernels")
_prepared: list[bool] = []


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels, made if it is missing; None where none can be written.

    One folder for each version of refdec and of Python: kernels of another one would only be compiled again.
    """
    import platformdirs

    from refdec import __version__

    python = f"{sys.implementation.cache_tag}"
    folder = Path(platformdirs.user_cache_dir("refdec", appauthor=False)) / f"kernels-{__version__}-{python}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def prepare_kernels() -> bool:
    """Tell Numba where compiled kernels are kept; return whether they must be compiled first, which takes a while.

    NUMBA_CACHE_DIR and NUMBA_DISABLE_JIT, where the user has set them, stay in force.  Without a folder that can be
    written, kernels are compiled in every process.  Later calls do nothing and return False.
    """
    if _prepared:
        return False
    _prepared.append(True)
    from refdec import jit

    if jit.is_disabled():
        return False
    folder = cache_folder() if jit.chosen_folder() is None else jit.chosen_folder()
    jit.use_cache(folder)
    return folder is None or next(folder.rglob("*.nbi"), None) is None


def load_kernels(*, hop: bool = False, filters: bool = True) -> None:
    """Load all kernels that decoding needs, and compile those that no cache has; `hop` adds those of HOP."""
    for name in (*DECODER_KERNELS, *(HOP_KERNELS if hop else ())):
        if filters or ".filters." not in name:
            importlib.import_module(name)
