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
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

__all__ = ["MachineCode", "Taken", "fits", "runnable", "taken_array", "taken_number"]

HELPERS = (
    ("numba._helperlib", "numba_"),
    ("numba._dynfunc", "numba_"),
    ("numba.core.runtime._nrt_python", "NRT_"),
)
"""Libraries of helpers, and how the code calls what is in them."""
LENGTH_BYTES = 4
NUMBER = -1
"""In place of dimensions, of what is no array."""
Numbers: TypeAlias = tuple[type, ...]
NUMBERS: dict[str, Numbers] = {"int": (int, np.integer), "bool": (bool, np.bool_)}
FLAGS = {(True, True): "carray", (True, False): "c_contiguous", (False, True): "behaved", (False, False): "aligned"}
"""By (rows without gaps, written to): what NumPy calls it."""


class Taken(NamedTuple):
    """What an argument must be: a number of some types, or an array of a type with so many dimensions and a flag."""

    kind: Any
    dimensions: int
    flag: str


def taken_number(name: str) -> tuple[str]:
    """Describe an argument that is a number: "int" or "bool"."""
    return (name,)


def taken_array(kind: str, dimensions: int, *, gapless: bool, written: bool) -> tuple[str, int, str]:
    """Describe an argument that is an array; `gapless`: in C order without gaps; `written`: not one to read only."""
    return (kind, dimensions, FLAGS[gapless, written])


def _taken(described: Sequence[Any]) -> Taken:
    if len(described) == 1:
        return Taken(NUMBERS[described[0]], NUMBER, "")
    kind, dimensions, flag = described
    return Taken(np.dtype(kind), dimensions, flag)


def fits(arguments: tuple[Any, ...], wanted: tuple[Taken, ...]) -> bool:
    """Tell whether arguments are what the code was made for."""
    if len(arguments) != len(wanted):
        return False
    for value, (kind, dimensions, flag) in zip(arguments, wanted, strict=True):
        if dimensions == NUMBER:
            if not isinstance(value, kind):
                return False
        elif (
            type(value) is not np.ndarray
            or (value.dtype is not kind and value.dtype != kind)
            or value.ndim != dimensions
            or not getattr(value.flags, flag)
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
        return cls(facts["entry"], facts["environment"], tuple(facts["needs"]), takes, kept[end:])

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
        others = any(self._sources.get(name, sum_of) != sum_of for name, sum_of in sources.items())
        if others or code.entry in self._entries:
            self._start()  # symbols are names: in one engine, code would call what another version has of a function
        self._entries.add(code.entry)
        self._sources.update(sources)
        engine = self._engine
        engine.add_object_file(self._binding.ObjectFileRef.from_data(code.code))
        engine.finalize_object()
        environment = self._dynfunc.Environment({})
        place = engine.get_global_value_address(code.environment)
        ctypes.c_void_p.from_address(place).value = id(environment)
        entry = engine.get_function_address(code.entry)
        keep = (environment, engine)
        made: Callable[..., Any] = self._dynfunc.make_function(
            sys.modules[function.__module__], function.__name__, function.__doc__ or "", entry, environment, keep
        )
        return made


def _files(name: str) -> Iterator[Path]:
    """Yield where a library of an installed package may lie, without importing the package."""
    package, *folders, last = name.split(".")
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec is not None else ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            yield Path(root, *folders, last + suffix)


def _extension(name: str) -> Any:
    """Load a library of helpers alone; a program that imports its package later gets the same one.

    Raises ImportError.
    """
    if name in sys.modules:
        return sys.modules[name]
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

    `sources`: by the names of all functions in the code, what they were made from.
    """
    linker = _linker()
    return None if linker is None else linker.link(code, function, sources or {})
