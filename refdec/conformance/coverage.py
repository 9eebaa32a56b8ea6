"""Which clauses of `docs/spec` a decode reaches: functions that carry a clause mark, seen while they run.

In: a call.  Out: the clauses of all marked functions that ran.  Compiled kernels run outside Python's sight and count
through the Python functions that name them; what is built once and kept counts only when it is built.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any, TypeVar

import refdec
from refdec.clauses import Mark, registry

__all__ = ["Reached", "all_marks", "in_text_order", "reached_by"]

R = TypeVar("R")
OWN_FILES = (*refdec.__path__, "<string>")
"""Where methods of our classes are written; an enumeration also holds functions of the library."""

UNMARKED = ("refdec.cli", "refdec.__main__", "refdec.adapters.")
"""Carry out no clause.  Adapters import the programs that they adapt to, which are optional, and register there."""

KERNEL_MODULES = ("kernels", "scalars", "elementary")


@lru_cache(maxsize=1)
def all_marks() -> tuple[Mark, ...]:
    """Return the marks of the whole package below the command line, every module imported that may carry one."""
    for module in pkgutil.walk_packages(refdec.__path__, "refdec."):
        if not module.name.startswith(UNMARKED):
            importlib.import_module(module.name)
    return registry()


def _resolved(where: str) -> Any:
    """Return the thing that a mark's `where` names, None if it is inside a function."""
    parts = where.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is None:
            continue
        thing: Any = module
        for name in parts[cut:]:
            thing = inspect.getattr_static(thing, name, None)
        return thing
    return None


def _codes(thing: Any) -> Iterator[CodeType]:
    """Yield the code of a function, property, method or compiled kernel, and of all methods of a class."""
    if isinstance(thing, type):
        for member in vars(thing).values():
            if not isinstance(member, type):
                yield from (code for code in _codes(member) if code.co_filename.startswith(OWN_FILES))
    elif isinstance(thing, property):
        yield from _codes(thing.fget)
    elif isinstance(thing, classmethod | staticmethod):
        yield from _codes(thing.__func__)
    elif hasattr(thing, "py_func"):
        yield from _codes(thing.py_func)
    elif hasattr(thing, "__wrapped__"):
        yield from _codes(thing.__wrapped__)
    elif isinstance(getattr(thing, "__code__", None), CodeType):
        yield thing.__code__


def _is_kernel_module(name: str) -> bool:
    return name.startswith("refdec.") and name.rsplit(".", 1)[-1].endswith(KERNEL_MODULES)


@lru_cache(maxsize=1)
def _callers() -> dict[str, set[CodeType]]:
    """Return, for each kernel ("module.name"), the code of the functions that use it, other kernels included."""
    kernels: dict[str, dict[str, CodeType]] = {}
    functions: list[tuple[str, CodeType]] = []
    for name, module in list(sys.modules.items()):
        if not name.startswith("refdec."):
            continue
        for thing in vars(module).values():
            if getattr(thing, "__module__", None) != name:
                continue
            for code in _codes(thing):
                if _is_kernel_module(name):
                    kernels.setdefault(code.co_name, {})[name] = code
                functions += [(name, inner) for inner in _with_inner(code)]
    users: dict[str, set[CodeType]] = {}
    for name, code in functions:
        for used in set(code.co_names) & kernels.keys():
            for place in kernels[used]:
                if _near(name, place):
                    users.setdefault(f"{place}.{used}", set()).add(code)
    return users


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def _near(user: str, kernel: str) -> bool:
    """Tell whether a module may mean that kernel: it is of the same package, or the kernel is arithmetic for all."""
    return kernel.startswith("refdec.arithmetic.") or user.split(".")[1] == kernel.split(".")[1]


@lru_cache(maxsize=1)
def _marked() -> dict[int, frozenset[Mark]]:
    """Return the marks of every piece of code, by its identity; a kernel's marks go to its Python callers.

    Code is told apart by identity because pieces with the same text are equal: constructors of two dataclasses with
    the same fields.
    """
    found: dict[int, set[Mark]] = {}
    for mark in all_marks():
        for code in _codes(_resolved(mark.where)):
            found.setdefault(id(code), set()).add(mark)
    users = _callers()
    kernels = {code: f"{module}.{code.co_name}" for module, code in _kernel_codes()}
    for code, name in kernels.items():
        marks = found.get(id(code))
        if not marks:
            continue
        for user in _python_users(name, users, kernels):
            found.setdefault(id(user), set()).update(marks)
    return {code: frozenset(marks) for code, marks in found.items()}


def _kernel_codes() -> Iterator[tuple[str, CodeType]]:
    for name, module in list(sys.modules.items()):
        if _is_kernel_module(name):
            for thing in vars(module).values():
                if hasattr(thing, "py_func") and thing.py_func.__module__ == name:
                    yield name, thing.py_func.__code__


def _python_users(name: str, users: dict[str, set[CodeType]], kernels: dict[CodeType, str]) -> set[CodeType]:
    """Return the code outside kernels that reaches a kernel, through other kernels too."""
    seen, waiting, found = {name}, [name], set()
    while waiting:
        for code in users.get(waiting.pop(), ()):
            if code not in kernels:
                found.add(code)
            elif kernels[code] not in seen:
                seen.add(kernels[code])
                waiting.append(kernels[code])
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """What ran: all marks, and the clauses of those that carry out the text."""

    marks: frozenset[Mark]

    @property
    def clauses(self) -> frozenset[str]:
        """Clauses of every kind of mark."""
        return frozenset(mark.clause for mark in self.marks)


def reached_by(call: Callable[[], R]) -> tuple[R | Exception, Reached]:
    """Run a call and return its result, or the exception that it raised, and the marks that it reached.

    Only the calling thread is seen.
    """
    marked = _marked()
    seen: set[int] = set()

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.add(id(frame.f_code))

    result: R | Exception
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = call()
    except Exception as problem:  # it is the caller's, who asked for it
        result = problem
    finally:
        sys.setprofile(before)
    return result, Reached(frozenset(mark for code in seen for mark in marked.get(code, ())))


def in_text_order(clauses: Iterable[str]) -> tuple[str, ...]:
    """Return clauses in the order of the text: 1.8 (9) before 1.8 (10), 3.9 before 3.B."""
    return tuple(sorted(clauses, key=_order))


def _order(clause: str) -> tuple[tuple[int, str], ...]:
    parts = clause.replace("(", ".").replace(")", "").replace(" ", "").split(".")
    return tuple((int(part), "") if part.isdigit() else (1 << 20, part) for part in parts if part)
