"""The one door to Numba: `kernel` compiles a function for exactly one integer signature.

Explicit signatures keep floats out (a lazily compiled function would accept a float array without a word).  Compiled
code is cached on disk, so only the first process pays; kernels release the GIL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["kernel"]

F = TypeVar("F", bound=Callable[..., Any])


def kernel(signature: str | list[str], *, inline: bool = False) -> Callable[[F], F]:
    """Compile a function for the given Numba signature (or signatures), once for all processes.

    `inline` asks LLVM's caller to merge a small scalar function into its callers.  With NUMBA_DISABLE_JIT=1 the plain
    Python function remains, and gives the same integers.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    if inline:
        options["inline"] = "always"
        return cast("Callable[[F], F]", numba.njit(**{k: v for k, v in options.items() if k != "cache"}))
    return cast("Callable[[F], F]", numba.njit(signature, **options))
