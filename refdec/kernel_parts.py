"""What the machine code of a kernel follows from: the key under which it is kept changes with each part.

In: a function, as Python has it.  Out: places of all functions that are a part of it, and sums of what each is made
from: its source, and the constants that it sees by name.
"""

from __future__ import annotations

import enum
import hashlib
import inspect
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["around", "parts_of", "seen_globals"]

PLAIN = (bool, int, float, complex, str, bytes, range, slice, type(None), type(...))
"""Constants whose `repr` says all that they are."""
COMPILED_WITH = ("numpy", "numba", "llvmlite", "math", "cmath", "operator", "builtins")
"""Modules that Numba knows by itself, in every version as that version does."""


def parts_of(function: Callable[..., Any]) -> list[tuple[str, str]] | None:
    """Return all that the code of a kernel follows from: places of functions, and sums of what each is made from.

    These are its own file and those of the functions that it calls, or that write the instructions of such, and the
    constants that they see by name, also by that of a module.  None where a function sees a value of which no later
    process can tell whether it is the same.
    """
    found, todo, seen, files = list[tuple[str, str]](), [function], set[int](), dict[str, bytes]()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        place = f"{one.__module__}.{one.__qualname__}:{one.__code__.co_firstlineno}"
        sum_of = hashlib.sha256(f"{place}\n".encode() + _source(one, files))
        inner = around(one)
        for name, value in sorted((_seen(one) | inner).items()):
            called = _functions_of(value)
            todo += called
            told = None if called else _told(value)
            if told is not None:
                sum_of.update(f"{name} ".encode() + told)
            elif not called and (name in inner or not _is_code(value)):
                return None
        found.append((place, sum_of.hexdigest()))
    return found


def _functions_of(value: Any) -> list[Callable[..., Any]]:
    """Return the functions that a kernel, instructions or a function consist of; none for what is none of them."""
    if isinstance(value, types.FunctionType):
        return [] if (value.__module__ or "").startswith(COMPILED_WITH) else [value]
    return [
        getattr(value, name) for name in ("py_func", "build") if not isinstance(value, type) and hasattr(value, name)
    ]


def _names(code: types.CodeType) -> list[str]:
    """Return the names that a function looks up, and what stands in it: comprehensions, functions."""
    inner = (_names(one) for one in code.co_consts if isinstance(one, types.CodeType))
    return [*code.co_names, *(name for names in inner for name in names)]


def seen_globals(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function may see of its module, by name."""
    return {name: function.__globals__[name] for name in _names(function.__code__) if name in function.__globals__}


def _seen(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function may see of its module, and of modules of which it sees the names, by name."""
    seen = seen_globals(function)
    for module, value in list(seen.items()):
        if isinstance(value, types.ModuleType) and not value.__name__.startswith(COMPILED_WITH):
            more = {name: vars(value)[name] for name in _names(function.__code__) if name in vars(value)}
            seen |= {f"{module}.{name}": inner for name, inner in more.items()}
    return seen


def around(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function sees of the scopes around it, by name."""
    cells = function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(function.__code__.co_freevars, cells, strict=True)}


def _told(value: Any) -> bytes | None:
    """Return a constant in words that another process has for it too, None for what is none."""
    kind = type(value)
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype} {value.shape}".encode() + value.tobytes()
    if kind in PLAIN:
        return repr(value).encode()
    if isinstance(value, enum.Enum):
        return _told_together(kind.__qualname__, (value.name, value.value))
    if isinstance(value, enum.EnumMeta):
        return _told_together("", tuple(value.__members__.values()))
    if isinstance(value, tuple):
        return _told_together(kind.__qualname__, value)
    if is_dataclass(value) and not isinstance(value, type):
        return _told_together(kind.__qualname__, tuple(getattr(value, field.name) for field in fields(value)))
    return None


def _told_together(kind: str, values: tuple[Any, ...]) -> bytes | None:
    """Return several constants as `_told` returns one, None if one of them is none."""
    told = [_told(value) for value in values]
    return None if None in told else f"{kind} {told}".encode()


def _is_code(value: Any) -> bool:
    """Tell whether a value is something of a program that Numba knows itself, and no constant."""
    return callable(value) or isinstance(value, types.ModuleType)


def _source(function: Callable[..., Any], files: dict[str, bytes]) -> bytes:
    """Return the sum of a function's file, or where there is none, its byte code; `files`: those that were read."""
    try:
        name = inspect.getfile(function)
        if name not in files:
            files[name] = hashlib.sha256(Path(name).read_bytes()).digest()
        return files[name]
    except (OSError, TypeError):
        code = function.__code__
        return code.co_code + repr(code.co_consts).encode()
