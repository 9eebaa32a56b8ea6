"""The one door to Numba: `kernel` compiles a function for exactly one integer signature, when it is first called.

Explicit signatures keep floats out (a lazily compiled function would accept a float array without a word).  Compiled
code is kept on disk by `kernel_store`, so only the first process pays; `machine_code` runs it again, and Numba is
imported only where something must be compiled.  Kernels release the GIL.  Numba's own cache is not used: it believes
what it finds, and raises what it meets.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pickle
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, update_wrapper
from pathlib import Path
from threading import RLock
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast

from refdec.kernel_interrupts import interrupts_later
from refdec.kernel_parts import around, parts_of, seen_globals
from refdec.kernel_store import CacheTrouble, KernelStore
from refdec.machine_code import MachineCode, Taken, fits, runnable, taken_array, taken_number

__all__ = [
    "Beside",
    "Kernel",
    "Partner",
    "chosen_folder",
    "has_wide_vectors",
    "instructions",
    "is_disabled",
    "kept_in",
    "kernel",
    "kernels_of",
    "listen",
    "load",
    "share",
    "use_cache",
]

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")
_options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""The last: nothing but Python and other kernels calls a kernel."""
SETTING, FOLDER_SETTING = "NUMBA_", "NUMBA_CACHE_DIR"
SETTINGS_FILE = ".numba_config.yaml"
LENGTH_BYTES = 4
FORM = 3
"""What a file of a kernel holds, and how its key is made."""
_one_at_a_time = RLock()
"""Held while a kernel is made ready, and by whoever makes ready those that it calls."""
if hasattr(os, "register_at_fork"):  # a child has no thread that would give it back
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )


class Beside:
    """Said for a folder: kernels are kept beside their sources, where Python keeps what it compiles."""


def _nothing_to_say(*told: object) -> None:
    """Take it without a word."""


class Partner(Protocol):
    """Another process that compiles kernels into the same folder at the same time (`refdec.parallel.compiling`)."""

    def made(self, what: str) -> bool:
        """Tell whether the partner has made what is not kept; waits for it, if it is at it."""

    def begins(self, what: str) -> None:
        """Tell the partner that something is being compiled here."""

    def ends(self, what: str) -> None:
        """Tell the partner that it is kept now, or will not be."""


@dataclass(slots=True)
class _Chosen:
    """What an entry point has said: where kernels are kept, who else makes them, and who hears of them."""

    folder: Path | Beside | None = field(default_factory=Beside)
    partner: Partner | None = None
    compiling: Callable[[str], None] = _nothing_to_say
    trouble: Callable[[CacheTrouble], None] = _nothing_to_say


_chosen = _Chosen()


def _setting(name: str) -> Any:
    """Return a setting of Numba's, read as Numba reads it, without importing it for that."""
    if "numba" in sys.modules or Path(SETTINGS_FILE).exists():
        import numba

        return getattr(numba.config, name)
    return os.environ.get(SETTING + name, "")


def is_disabled() -> bool:
    """Tell whether kernels stay plain Python (NUMBA_DISABLE_JIT=1)."""
    try:
        return bool(int(_setting("DISABLE_JIT") or 0))
    except ValueError:  # Numba says so, and goes on
        return False


def chosen_folder() -> Path | None:
    """Return the folder that the user has chosen for Numba's cache (NUMBA_CACHE_DIR), None without a choice."""
    chosen = _setting("CACHE_DIR")
    return Path(chosen) if chosen else None


def use_cache(folder: Path | Beside | None) -> None:
    """Keep compiled kernels in a folder, None: nowhere; counts for kernels that are loaded from now on.

    An entry point calls it once; without it they are kept beside their sources.
    """
    _chosen.folder = folder


def kept_in() -> Path | None:
    """Return the folder that `use_cache` was told, None for nowhere or beside the sources."""
    return _chosen.folder if isinstance(_chosen.folder, Path) else None


def listen(*, compiling: Callable[[str], None], trouble: Callable[[CacheTrouble], None]) -> None:
    """Have `compiling` called with a kernel's name before it is compiled, and `trouble` with what a cache met."""
    _chosen.compiling, _chosen.trouble = compiling, trouble


def share(partner: Partner) -> None:
    """Compile together with another process; counts for kernels that are loaded from now on."""
    _chosen.partner = partner


def _processor() -> tuple[str, str, str]:
    """Return what code is made for: the system, the processor and its features, as the settings of Numba say it."""
    from llvmlite import binding

    name, features = (os.environ.get(f"{SETTING}CPU_{what}") for what in ("NAME", "FEATURES"))
    if features is None and str(name).lower() != "generic":
        try:
            features = binding.get_host_cpu_features().flatten()
        except RuntimeError:  # this system does not tell
            features = ""
    return binding.get_process_triple(), name or binding.get_host_cpu_name(), features or ""


@cache
def has_wide_vectors() -> bool:
    """Tell whether code is made for a processor with 32 registers of 64 bytes (AVX-512)."""
    return "+avx512f" in _processor()[2].split(",")


@cache
def _made_for() -> bytes:
    """Return what code is made for and by: processor, versions of what makes and runs it, and settings of Numba."""
    import llvmlite

    spec = importlib.util.find_spec("numba")
    assert spec is not None and spec.origin is not None, "refdec needs Numba"
    version = Path(spec.origin).with_name("_version.py").read_bytes()
    python = (sys.implementation.cache_tag, sys.abiflags)
    told = {name: value for name, value in os.environ.items() if name.startswith(SETTING) and name != FOLDER_SETTING}
    told.pop("NUMBA_CPU_NAME", None)
    told.pop("NUMBA_CPU_FEATURES", None)
    file = Path(SETTINGS_FILE)
    more = file.read_bytes() if file.exists() else b""
    return repr((version, llvmlite.__version__, python, _processor(), sorted(told.items()), more)).encode()


class _KernelFiles:
    """What Numba asks when it wants a kernel: the code from the store, and after compiling, the store's place for it.

    Nothing that a store holds or does can reach Numba as an exception.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        file = Path(inspect.getfile(function))
        folder = file.parent.joinpath("__pycache__") if isinstance(_chosen.folder, Beside) else _chosen.folder
        self._parts = parts_of(function)
        found_again = function.__module__ in sys.modules  # a later process imports the module of what it loads
        found_again = found_again and self._parts is not None
        self._store = KernelStore(folder, _chosen.trouble) if folder is not None and found_again else None
        self._room, self._name = function.__module__, function.__qualname__.replace("<", "").replace(">", "")
        self._partner = _chosen.partner if self._store is not None else None
        self.cache_path = None if folder is None else str(folder.joinpath(self._room))

    def _key(self, signature: object) -> bytes:
        return repr((FORM, self._parts, str(signature))).encode() + _made_for()

    def _called(self, signature: object) -> str:
        """Return how partners call the kernel for a signature."""
        return f"{self._room}.{self._name} {signature}"

    def compile(self, dispatcher: Any, signature: str) -> None:
        """Have Numba compile for a signature, or load what is kept; a partner hears when that is done."""
        try:
            with interrupts_later():
                dispatcher.compile(signature)
        finally:
            if self._partner is not None:
                self._partner.ends(self._called(signature))

    def _kept(self, signature: object) -> tuple[bytes, bytes] | None:
        """Return the code alone and the compile result, as they were saved; None if the store has neither."""
        if self._store is None:
            return None
        kept = self._store.load(self._room, self._name, self._key(signature))
        if kept is None and self._partner is not None and self._partner.made(self._called(signature)):
            kept = self._store.load(self._room, self._name, self._key(signature))
        if kept is None:
            return None
        end = LENGTH_BYTES + int.from_bytes(kept[:LENGTH_BYTES], "big")
        return kept[LENGTH_BYTES:end], kept[end:]

    def _drop(self, signature: object) -> None:
        """Delete a whole file that does not hold what was saved: it is of no use."""
        assert self._store is not None, "it came from a store"
        self._store.drop(self._room, self._name, self._key(signature))

    @property
    def sources(self) -> dict[str, str]:
        """Return by the names of all functions that a kernel is made of what they were made from (see `runnable`)."""
        joined: dict[str, str] = {}
        for place, sum_of in self._parts or ():
            name = place.rpartition(":")[0]
            joined[name] = joined.get(name, "") + sum_of
        return joined

    def machine_code(self, signature: object) -> MachineCode | None:
        """Return the code alone, None where the store has none that can run so."""
        kept = self._kept(signature)
        if kept is None or not kept[0]:
            return None
        try:
            return MachineCode.of_bytes(kept[0])
        except (ValueError, KeyError, TypeError):
            self._drop(signature)
            return None

    def alone(self, signature: object) -> tuple[tuple[Taken, ...], Callable[..., Any]] | None:
        """Return what can be called without Numba, with what it takes; None where the store has none such."""
        code = self.machine_code(signature)
        try:
            run = None if code is None else runnable(code, self._function, self.sources)
            return None if code is None or run is None else (code.wanted(), run)
        except Exception:  # whole, but no code that LLVM can link: whatever it raises, a cache stops nothing
            self._drop(signature)
            return None

    def load_overload(self, signature: object, target: Any) -> Any:
        """Return a compile result from the store, or None, which makes Numba compile.

        What compiling needs, the declarations of all that Numba knows, is left to Numba: code that is there only calls
        its runtime.  That is a tenth of a second.
        """
        from numba.core import runtime
        from numba.core.compiler import CompileResult

        cast(Any, runtime).rtsys.initialize(target)
        kept = self._kept(signature)
        if kept is not None:
            try:
                return cast(Any, CompileResult)._rebuild(target, *pickle.loads(kept[1]))
            except Exception:  # whole, but not what this Numba wrote: whatever it raises, it is of no use
                self._drop(signature)
        _chosen.compiling(f"{self._room}.{self._name}")
        if self._partner is not None:
            self._partner.begins(self._called(signature))
        return None

    def save_overload(self, signature: object, result: Any) -> None:
        """Hand a compile result to the store, and its code alone, where that can run so."""
        from numba.core.serialize import dumps

        if self._store is None or result.lifted or result.library.has_dynamic_globals:
            return
        alone = _code_alone(result)
        code = b"" if alone is None else alone.as_bytes()
        kept = len(code).to_bytes(LENGTH_BYTES, "big") + code + cast(Any, dumps)(result._reduce())
        self._store.save(self._room, self._name, self._key(signature), kept)

    def flush(self) -> None:
        """Keep what there is: a name changes with what it is made from, and is never stale."""


def _code_alone(result: Any) -> MachineCode | None:
    """Return the code of a compile result; None if it takes or gives what `machine_code` does not know."""
    takes = tuple(_taken(kind) for kind in result.signature.args)
    if any(described is None for described in takes):
        return None
    if any(found.consts for found in (result.environment, *result._find_referenced_environments())):
        return None  # Python objects that Numba hands to the code, such as the type of an array that it returns
    module = result.library._final_module
    declared = (one.name for one in (*module.functions, *module.global_variables) if one.is_declaration)
    needs = tuple(sorted(name for name in declared if not name.startswith("llvm.")))
    facts = result.fndesc
    known = tuple(described for described in takes if described is not None)
    code = result.library._get_compiled_object()
    return MachineCode(facts.llvm_cpython_wrapper_name, facts.env_name, needs, known, code)


def _taken(kind: Any) -> tuple[Any, ...] | None:
    """Describe an argument of one of Numba's types, None for those that no kernel has."""
    from numba.core import types as numba_types

    known: Any = numba_types
    if isinstance(kind, known.Boolean):
        return taken_number("bool")
    if isinstance(kind, known.Integer):
        return taken_number("int") if kind.bitwidth == 64 and kind.signed else None
    if isinstance(kind, known.Array) and kind.layout in "CA" and kind.aligned:
        element = "bool" if isinstance(kind.dtype, known.Boolean) else str(kind.dtype)
        return taken_array(element, kind.ndim, gapless=kind.layout == "C", written=kind.mutable)
    return None


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
            files = _KernelFiles(self.py_func)
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
                    files = _KernelFiles(self.py_func)
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
