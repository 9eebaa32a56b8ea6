"""Compiled kernels that run without their compiler: kept machine code, linked by LLVM and called as it is.

In: what Numba has made of a kernel for one signature.  Out: bytes to keep; and of such bytes, in a later process, a
function.  Importing Numba and rebuilding what it knew of each kernel takes longer than decoding a small picture; the
code itself calls only Python, and the three small libraries of helpers that come with Numba, which need no compiler.

Numba's own functions find out what they are given.  Code that is called as it is does not, so every call is compared
with what the kernel `takes` first; what is anything else is left to Numba.
"""

from __future__ import annotations

import builtins
import ctypes
import importlib.machinery
import importlib.util
import json
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np

__all__ = ["MachineCode", "Taken", "fits", "is_object_file", "runnable", "taken_array", "taken_number"]

HELPERS = (
    ("numba._helperlib", "numba_"),
    ("numba._dynfunc", "numba_"),
    ("numba.core.runtime._nrt_python", "NRT_"),
)
"""Libraries of helpers, and how the code calls what is in them."""
LENGTH_BYTES = 4
ELF, ELF_HEADER = b"\x7fELF", struct.Struct("=40xQ10xHH2x")
"""Its mark; and its header of 64 bits: where the table of sections is, bytes of an entry, entries."""
MACH_O, COFF = (b"\xcf\xfa\xed\xfe",), (b"\x64\x86", b"\x64\xaa")
NUMBER = -1
"""In place of dimensions, of what is no array."""
Numbers: TypeAlias = tuple[type, ...]
NUMBERS: dict[str, Numbers] = {"int": (int, np.integer), "bool": (bool, np.bool_)}
GAPLESS, ALIGNED, WRITTEN = 0x1, 0x100, 0x400
"""Bits of `ndarray.flags.num`, as NumPy's C interface numbers them."""


class Taken(NamedTuple):
    """What an argument must be: a number of some types, or an array of a type, with dimensions and flags."""

    kind: Any
    dimensions: int
    flags: int


def taken_number(name: str) -> tuple[str]:
    """Describe an argument that is a number: "int" or "bool"."""
    return (name,)


def taken_array(kind: str, dimensions: int, *, gapless: bool, written: bool) -> tuple[str, int, int]:
    """Describe an argument that is an array; `gapless`: in C order without gaps; `written`: not one to read only.

    Each element lies where a processor expects its type: code that trusts in it may fail elsewhere.
    """
    return (kind, dimensions, ALIGNED | GAPLESS * gapless | WRITTEN * written)


def _taken(described: Sequence[Any]) -> Taken:
    """Return a description as it is compared.  Raises ValueError, KeyError or TypeError for what is none."""
    if len(described) == 1:
        return Taken(NUMBERS[described[0]], NUMBER, 0)
    kind, dimensions, flags = described
    if type(kind) is not str or type(dimensions) is not int or type(flags) is not int or dimensions < 0:
        raise ValueError("not an array")
    return Taken(np.dtype(kind), dimensions, flags)


def fits(arguments: tuple[Any, ...], wanted: tuple[Taken, ...]) -> bool:
    """Tell whether arguments are what the code was made for."""
    if len(arguments) != len(wanted):
        return False
    for value, (kind, dimensions, flags) in zip(arguments, wanted, strict=True):
        if dimensions == NUMBER:
            if not isinstance(value, kind):
                return False
        elif (
            type(value) is not np.ndarray
            or (value.dtype is not kind and value.dtype != kind)
            or value.ndim != dimensions
            or value.flags.num & flags != flags
        ):
            return False
    return True


@dataclass(frozen=True, slots=True)
class MachineCode:
    """A kernel for one signature.

    `entry`: the symbol that takes Python's arguments; `environment`: the one that Numba sets before a call; `needs`:
    those that the code expects elsewhere; `takes`: descriptions of the arguments; `code`: an object file.
    """

    entry: str
    environment: str
    needs: tuple[str, ...]
    takes: tuple[tuple[Any, ...], ...]
    code: bytes

    def as_bytes(self) -> bytes:
        """Return it as bytes to keep."""
        facts = {"entry": self.entry, "environment": self.environment, "needs": self.needs, "takes": self.takes}
        head = json.dumps(facts).encode()
        return len(head).to_bytes(LENGTH_BYTES, "big") + head + self.code

    @classmethod
    def of_bytes(cls, kept: bytes) -> MachineCode:
        """Return what `as_bytes` made.  Raises ValueError, KeyError or TypeError for anything else."""
        end = LENGTH_BYTES + int.from_bytes(kept[:LENGTH_BYTES], "big")
        facts = json.loads(kept[LENGTH_BYTES:end])
        takes = tuple(tuple(described) for described in facts["takes"])
        made = cls(facts["entry"], facts["environment"], tuple(facts["needs"]), takes, kept[end:])
        if not all(type(name) is str for name in (made.entry, made.environment, *made.needs)):
            raise TypeError("names are text")
        if not is_object_file(made.code):
            raise ValueError("the code is no object file")
        made.wanted()
        return made

    def wanted(self) -> tuple[Taken, ...]:
        """Return what the arguments must be, for `fits`."""
        return tuple(_taken(described) for described in self.takes)


class _Linker:
    """LLVM's linker, told where Python and the helpers are."""

    def __init__(self) -> None:
        if sys.maxsize < 1 << 32:
            raise ImportError("code of 32 bits needs more helpers than these")
        from llvmlite import binding

        self._binding = binding
        self._dynfunc: Any = None
        for name, prefix in HELPERS:
            helpers = _extension(name)
            self._dynfunc = helpers if name.endswith("_dynfunc") else self._dynfunc
            for called, address in helpers.c_helpers.items():
                binding.add_symbol(called if called.startswith("_") else prefix + called, address)
                if binding.address_of_symbol(called) is None:  # mathematics that LLVM calls by itself
                    binding.add_symbol(called, address)
        binding.add_symbol("_Py_NoneStruct", id(None))
        for name, thing in vars(builtins).items():
            if isinstance(thing, type) and issubclass(thing, BaseException):
                binding.add_symbol(f"PyExc_{name}", id(thing))
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        self._start()

    def _start(self) -> None:
        """Begin with an engine that holds nothing."""
        binding = self._binding
        target = binding.Target.from_triple(binding.get_process_triple()).create_target_machine(jit=True)
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), target)
        self._entries, self._sources = set[str](), dict[str, str]()

    def link(
        self, code: MachineCode, function: Callable[..., Any], sources: dict[str, str]
    ) -> Callable[..., Any] | None:
        """Return the code as a function, None if something that it needs is nowhere: LLVM would end the process."""
        if any(self._binding.address_of_symbol(name) is None for name in code.needs):
            return None
        try:
            return self._linked(code, function, sources)
        except BaseException:
            self._start()  # the engine holds half of something
            raise

    def _linked(self, code: MachineCode, function: Callable[..., Any], sources: dict[str, str]) -> Callable[..., Any]:
        """Return the code as a function.  Raises ValueError, or what LLVM raises, for code that is not what it says."""
        others = any(self._sources.get(name, sum_of) != sum_of for name, sum_of in sources.items())
        if others or code.entry in self._entries:
            self._start()  # symbols are names: in one engine, code would call what another version has of a function
        self._entries.add(code.entry)
        self._sources.update(sources)
        engine = self._engine
        engine.add_object_file(self._binding.ObjectFileRef.from_data(code.code))
        engine.finalize_object()
        environment = self._dynfunc.Environment({})
        place, entry = engine.get_global_value_address(code.environment), engine.get_function_address(code.entry)
        if not place or not entry:
            raise ValueError("the code has no such symbols")
        ctypes.c_void_p.from_address(place).value = id(environment)
        keep = (environment, engine)
        made: Callable[..., Any] = self._dynfunc.make_function(
            sys.modules[function.__module__], function.__name__, function.__doc__ or "", entry, environment, keep
        )
        return made


def is_object_file(code: bytes) -> bool:
    """Tell whether code is a whole object file, which LLVM does not ask: what is none ends the process.

    ELF's is whole if its table of sections, which LLVM writes last, ends where it does; of others the mark must do.
    """
    if code[:4] != ELF:
        return code[:4] in MACH_O or code[:2] in COFF
    if len(code) < ELF_HEADER.size:
        return False
    table, each, count = ELF_HEADER.unpack_from(code)
    return count > 0 and int(table + each * count) == len(code)


def _files(name: str) -> Iterator[Path]:
    """Yield where a library of an installed package may lie, without importing the package."""
    package, *folders, last = name.split(".")
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec is not None else ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            yield Path(root, *folders, last + suffix)


def _extension(name: str) -> Any:
    """Return a library of helpers, loaded alone where nobody has imported its package; who does so later gets the same.

    Several threads may ask.  Raises ImportError.
    """
    package = name.partition(".")[0]
    with _import_lock(package):
        return importlib.import_module(name) if package in sys.modules else _alone(name)


def _import_lock(package: str) -> AbstractContextManager[Any]:
    """Return the lock under which Python imports a package; a thread that imports it meanwhile waits, as we do.

    A library that is loaded alone stands for a moment in the list of modules without its package.  All versions of
    CPython have this name for the lock, though no promise; without it, threads of refdec alone wait for each other.
    """
    lock = getattr(importlib._bootstrap, "_ModuleLockManager", None)
    return _loading if lock is None else cast("AbstractContextManager[Any]", lock(package))


def _alone(name: str) -> Any:
    """Load a library without its package.  Raises ImportError."""
    for path in _files(name):
        if path.exists():
            loader = importlib.machinery.ExtensionFileLoader(name, str(path))
            spec = importlib.util.spec_from_file_location(name, path, loader=loader)
            assert spec is not None, "a loader was given"
            module = importlib.util.module_from_spec(spec)
            loader.exec_module(module)
            sys.modules.pop(name, None)  # its package is not there yet, and imports it in due form
            return module
    raise ImportError(f"no library {name}", name=name)


_loading = threading.RLock()
"""Held while helpers are loaded and code is linked: LLVM's engine is for one thread at a time."""


@cache
def _linker() -> _Linker | None:
    """Return the linker of this process, None where a Numba of another make has other helpers."""
    try:
        return _Linker()
    except (ImportError, AttributeError, RuntimeError, TypeError):
        return None


def runnable(
    code: MachineCode, function: Callable[..., Any], sources: dict[str, str] | None = None
) -> Callable[..., Any] | None:
    """Return kept code as a function in the place of the one that it was made of; None where it cannot run alone.

    `sources`: by the names of all functions in the code, what they were made from.  Several threads may call it.
    Raises ValueError, or whatever LLVM raises, for code that is not what it says.
    """
    with _loading:
        linker = _linker()
        return None if linker is None else linker.link(code, function, sources or {})
