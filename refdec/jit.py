"""The one door to Numba: `kernel` compiles a function for exactly one integer signature.

Explicit signatures keep floats out (a lazily compiled function would accept a float array without a word).  Compiled
code is cached on disk, so only the first process pays; kernels release the GIL.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

__all__ = ["chosen_folder", "is_disabled", "kernel", "use_cache"]

_config: Any = numba.config
F = TypeVar("F", bound=Callable[..., Any])
_options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def is_disabled() -> bool:
    """Tell whether kernels stay plain Python (NUMBA_DISABLE_JIT=1)."""
    return bool(_config.DISABLE_JIT)


def chosen_folder() -> Path | None:
    """Return the folder that the user has chosen for Numba's cache (NUMBA_CACHE_DIR), None without a choice."""
    return Path(_config.CACHE_DIR) if _config.CACHE_DIR else None


def use_cache(folder: Path | None) -> None:
    """Keep compiled kernels in a folder, None: nowhere; counts for kernels that are loaded from now on.

    An entry point calls it once; without it Numba keeps them beside the sources, or in its own folder.
    """
    _options["cache"] = folder is not None
    if folder is not None:
        _config.CACHE_DIR = str(folder)


def kernel(signature: str | list[str], *, inline: bool = False) -> Callable[[F], F]:
    """Compile a function for the given Numba signature (or signatures), once for all processes.

    `inline` asks LLVM's caller to merge a small scalar function into its callers.  With NUMBA_DISABLE_JIT=1 the plain
    Python function remains, and gives the same integers.
    """
    if inline:
        plain = {name: value for name, value in _options.items() if name != "cache"}
        return cast("Callable[[F], F]", numba.njit(**plain, inline="always"))
    return cast("Callable[[F], F]", numba.njit(signature, **_options))
