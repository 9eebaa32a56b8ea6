"""The one door to Numba: `kernel` compiles a function for exactly one integer signature, when it is first called.

Explicit signatures keep floats out (a lazily compiled function would accept a float array without a word).  Compiled
code is kept on disk by `kernel_files`, so only the first process pays; `machine_code` runs it again, and Numba is
imported only where something must be compiled.  Kernels release the GIL.
"""

from __future__ import annotations

import importlib
import inspect
import os
import types
from collections.abc import Callable
from functools import update_wrapper
from threading import RLock
from typing import Any, Generic, ParamSpec, TypeVar, cast

from refdec.kernel_choices import is_disabled
from refdec.kernel_files import KernelFiles
from refdec.kernel_parts import around, seen_globals
from refdec.machine_code import Taken, fits

__all__ = ["Kernel", "instructions", "kernel", "kernels_of", "load"]

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")
_options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""The last: nothing but Python and other kernels calls a kernel."""
_one_at_a_time = RLock()
"""Held while a kernel is made ready, and by whoever makes ready those that it calls."""
if hasattr(os, "register_at_fork"):  # a child has no thread that would give it back
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )


class Kernel(Generic[P, R]):
    """A function that becomes machine code when it is first called: from the store, or else by Numba.

    `py_func` is the function; several threads may call a kernel, and the first of them makes it ready.
    """

    def __init__(self, function: Callable[P, R], signatures: tuple[str, ...], *, inline: bool) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self.signatures = signatures
        self.is_inline = inline
        self._runs: tuple[tuple[tuple[Taken, ...], Callable[..., R]], ...] | None = None
        self._compiled: Any = None

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        """Call the machine code; what it was not made for is Numba's to refuse."""
        for wanted, run in self.ready() if self._runs is None else self._runs:
            if not named and fits(arguments, wanted):
                return run(*arguments)
        result: R = self.dispatcher(*arguments, **named)
        return result

    def ready(self) -> tuple[tuple[tuple[Taken, ...], Callable[..., R]], ...]:
        """Load the kernel, or compile it; return what can be called without Numba, with what it takes."""
        with _one_at_a_time:
            if self._runs is None:
                runs = self._kept_runs()
                if len(runs) < len(self.signatures):
                    runs = ()
                    _ = self.dispatcher
                self._runs = runs
            return self._runs

    def _kept_runs(self) -> tuple[tuple[tuple[Taken, ...], Callable[..., R]], ...]:
        """Return what the store has, as far as the first signature that it does not have."""
        runs = []
        if not self.is_inline:
            files = KernelFiles(self.py_func)
            for signature in self.signatures:
                run = files.alone(signature)
                if run is None:
                    break
                runs.append(run)
        return tuple(runs)

    @property
    def dispatcher(self) -> Any:
        """Numba's function, compiled for all signatures; one that is `inline` only when it is called from another."""
        with _one_at_a_time:
            if self._compiled is None:
                import numba

                more = {"inline": "always"} if self.is_inline else {}
                dispatcher: Any = cast(Any, numba).njit(**_options, **more)(_for_numba(self.py_func))
                if not self.is_inline:
                    files = KernelFiles(self.py_func)
                    dispatcher._cache = files
                    for signature in self.signatures:
                        files.compile(dispatcher, signature)
                    dispatcher.disable_compile()
                self._compiled = dispatcher
            return self._compiled


def _for_numba(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that sees Numba's functions where the given one sees kernels."""
    enclosed = around(function)
    called, inner = (
        {name: value.dispatcher for name, value in values.items() if isinstance(value, Kernel | _Instructions)}
        for values in (seen_globals(function), enclosed)
    )
    if not called and not inner:
        return function
    cells = tuple(types.CellType(value) for value in (enclosed | inner).values())
    seen = {**function.__globals__, **called}
    made = types.FunctionType(function.__code__, seen, function.__name__, function.__defaults__, cells)
    return update_wrapper(made, function)


def kernel(signature: str | list[str], *, inline: bool = False) -> Callable[[F], F]:
    """Compile a function for the given Numba signature (or signatures), once for all processes, when it is called.

    `inline` merges a small scalar function into the kernels that call it.  With NUMBA_DISABLE_JIT=1 the plain Python
    function remains, and gives the same integers.
    """
    signatures = (signature,) if isinstance(signature, str) else tuple(signature)

    def compiled(function: F) -> F:
        return function if is_disabled() else cast(F, Kernel(function, signatures, inline=inline))

    return compiled


class _Instructions:
    """A function for kernels to call, of which the code is written for LLVM; `py_func` says what it computes."""

    def __init__(self, function: Callable[..., Any], build: Callable[[Any, list[Any]], None]) -> None:
        self.py_func = function
        self.build = build
        self._made: Any = None

    @property
    def dispatcher(self) -> Any:
        """What Numba sees of it: its build writes the code wherever it is called."""
        with _one_at_a_time:
            if self._made is None:
                from numba import types as numba_types
                from numba.extending import intrinsic

                known: Any = numba_types

                def code(typing: Any, *taken: Any) -> Any:
                    return known.void(*taken), self._written

                own = inspect.signature(self.py_func).parameters
                typing = inspect.Parameter("typing", inspect.Parameter.POSITIONAL_OR_KEYWORD)
                vars(code)["__signature__"] = inspect.Signature([typing, *own.values()])
                self._made = cast(Any, intrinsic)(code)
            return self._made

    def _written(self, context: Any, builder: Any, signature: Any, given: Any) -> Any:
        """Have the code written; an array becomes the address of its first element."""
        arguments = [
            context.make_array(kind)(context, builder, value).data if hasattr(kind, "ndim") else value
            for kind, value in zip(signature.args, given, strict=True)
        ]
        self.build(builder, arguments)
        return context.get_dummy_value()


def instructions(build: Callable[[Any, list[Any]], None]) -> Callable[[F], F]:
    """Have a function for kernels to call whose code `build` writes as instructions of LLVM; it returns nothing.

    `build` gets LLVM's builder and the arguments: of an array the address of its first element, and integers as they
    are.  The function itself says what is computed; it is what runs with NUMBA_DISABLE_JIT=1.
    """

    def decorated(function: F) -> F:
        return function if is_disabled() else cast(F, _Instructions(function, build))

    return decorated


def kernels_of(module: str) -> list[Kernel[..., Any]]:
    """Return the kernels of a module that are called by themselves; what is `inline` is a part of others."""
    things = vars(importlib.import_module(module)).values()
    return [
        thing for thing in things if isinstance(thing, Kernel) and thing.__module__ == module and not thing.is_inline
    ]


def load(module: str) -> None:
    """Load all kernels of a module, and compile those that no cache has."""
    for kernel_ in kernels_of(module):
        kernel_.ready()
