"""The one door to Numba: `kernel` compiles a function for exactly one integer signature.

Explicit signatures keep floats out (a lazily compiled function would accept a float array without a word).  Compiled
code is kept on disk by `kernel_store`, so only the first process pays; kernels release the GIL.  Numba's own cache is
not used: it believes what it finds, and raises what it meets.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
from numba.core import runtime
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from refdec.kernel_store import CacheTrouble, KernelStore

__all__ = ["Beside", "chosen_folder", "is_disabled", "kept_in", "kernel", "listen", "use_cache"]

_config: Any = numba.config
_njit: Any = numba.njit
_rebuild: Any = CompileResult._rebuild
_runtime: Any = cast(Any, runtime).rtsys
_dumps: Any = dumps
F = TypeVar("F", bound=Callable[..., Any])
_options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


class Beside:
    """Said for a folder: kernels are kept beside their sources, where Python keeps what it compiles."""


def _nothing_to_say(*told: object) -> None:
    """Take it without a word."""


_chosen: dict[str, Any] = {"folder": Beside(), "compiling": _nothing_to_say, "trouble": _nothing_to_say}
"""What an entry point has said: where kernels are kept, and who hears of them."""


def is_disabled() -> bool:
    """Tell whether kernels stay plain Python (NUMBA_DISABLE_JIT=1)."""
    return bool(_config.DISABLE_JIT)


def chosen_folder() -> Path | None:
    """Return the folder that the user has chosen for Numba's cache (NUMBA_CACHE_DIR), None without a choice."""
    return Path(_config.CACHE_DIR) if _config.CACHE_DIR else None


def use_cache(folder: Path | Beside | None) -> None:
    """Keep compiled kernels in a folder, None: nowhere; counts for kernels that are loaded from now on.

    An entry point calls it once; without it they are kept beside their sources.
    """
    _chosen["folder"] = folder


def kept_in() -> Path | None:
    """Return the folder that `use_cache` was told, None for nowhere or beside the sources."""
    return _chosen["folder"] if isinstance(_chosen["folder"], Path) else None


def listen(*, compiling: Callable[[str], None], trouble: Callable[[CacheTrouble], None]) -> None:
    """Have `compiling` called with a kernel's name before it is compiled, and `trouble` with what a cache met."""
    _chosen.update(compiling=compiling, trouble=trouble)


class _KernelFiles:
    """What Numba asks when it wants a kernel: the code from the store, and after compiling, the store's place for it.

    Nothing that a store holds or does can reach Numba as an exception.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        file = Path(inspect.getfile(function))
        chosen: Path | Beside | None = _chosen["folder"]
        folder = file.parent.joinpath("__pycache__") if isinstance(chosen, Beside) else chosen
        found_again = function.__module__ in sys.modules  # a later process imports the module of what it loads
        self._store = KernelStore(folder, _chosen["trouble"]) if folder is not None and found_again else None
        self._room, self._name = function.__module__, function.__qualname__.replace("<", "").replace(">", "")
        self._made_from = _made_from(function)
        self.cache_path = None if folder is None else str(folder.joinpath(self._room))

    def _key(self, signature: object, codegen: Any) -> bytes:
        versions = (numba.__version__, llvmlite.__version__, sys.implementation.cache_tag, sys.abiflags)
        return repr((self._made_from, str(signature), codegen.magic_tuple(), versions)).encode()

    def load_overload(self, signature: object, target: Any) -> Any:
        """Return a compile result from the store, or None, which makes Numba compile.

        What compiling needs, the declarations of all that Numba knows, is left to Numba: code that is there only calls
        its runtime.  That is a tenth of a second.
        """
        _runtime.initialize(target)
        if self._store is not None:
            key = self._key(signature, target.codegen())
            code = self._store.load(self._room, self._name, key)
            if code is not None:
                try:
                    return _rebuild(target, *pickle.loads(code))
                except Exception:  # whole, but not what this Numba wrote: whatever it raises, it is of no use
                    self._store.drop(self._room, self._name, key)
        _chosen["compiling"](f"{self._room}.{self._name}")
        return None

    def save_overload(self, signature: object, result: Any) -> None:
        """Hand a compile result to the store."""
        if self._store is not None and not result.lifted and not result.library.has_dynamic_globals:
            self._store.save(self._room, self._name, self._key(signature, result.codegen), _dumps(result._reduce()))

    def flush(self) -> None:
        """Keep what there is: a name changes with what it is made from, and is never stale."""


def _made_from(function: Callable[..., Any]) -> str:
    """Return a sum of all that the code of a kernel follows from: sources, and constants that it sees by name.

    Sources are its own file and those of the kernels that it calls.
    """
    sum_of = hashlib.sha256()
    todo, seen = [function], set[str]()
    while todo:
        one = todo.pop()
        code = one.__code__
        place = f"{one.__module__}.{one.__qualname__}:{code.co_firstlineno}"
        if place in seen:
            continue
        seen.add(place)
        sum_of.update(f"{place}\n".encode() + _source(one))
        for name in sorted(code.co_names):
            value: Any = one.__globals__.get(name)
            if hasattr(value, "py_func"):
                todo.append(value.py_func)
            elif hasattr(value, "dtype") and hasattr(value, "tobytes"):
                sum_of.update(f"{name} {value.dtype} {value.shape}".encode() + value.tobytes())
            elif type(value).__module__ == "builtins" and not callable(value):
                sum_of.update(f"{name} {value!r}".encode())
    return sum_of.hexdigest()


def _source(function: Callable[..., Any]) -> bytes:
    """Return the file of a function, or where there is none, its byte code."""
    try:
        return Path(inspect.getfile(function)).read_bytes()
    except (OSError, TypeError):
        code = function.__code__
        return code.co_code + repr(code.co_consts).encode()


def kernel(signature: str | list[str], *, inline: bool = False) -> Callable[[F], F]:
    """Compile a function for the given Numba signature (or signatures), once for all processes.

    `inline` asks LLVM's caller to merge a small scalar function into its callers.  With NUMBA_DISABLE_JIT=1 the plain
    Python function remains, and gives the same integers.
    """

    def compiled(function: F) -> F:
        dispatcher = _njit(**_options, **({"inline": "always"} if inline else {}))(function)
        if is_disabled() or inline:
            return cast(F, dispatcher)
        dispatcher._cache = _KernelFiles(function)
        for one in [signature] if isinstance(signature, str) else signature:
            dispatcher.compile(one)
        dispatcher.disable_compile()
        return cast(F, dispatcher)

    return compiled
