"""The key of a kernel changes with whatever its code follows from, and what cannot be told is not kept."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refdec import jit, kernel_choices, startup
from refdec.kernel_parts import parts_of

SOURCE = """
import enum
import numpy as np
import constants_of_a_test as elsewhere
from dataclasses import dataclass

class Kind(enum.IntEnum):
    FIRST = {first}
    SECOND = 7

@dataclass(frozen=True)
class Sizes:
    rows: int
    columns: tuple[int, ...]

ONE = Kind.FIRST
SEVERAL = (Kind.FIRST, 5)
SIZES = Sizes({first}, (1, 2))
LEVELS = np.arange({first}, dtype=np.int64)
THING = object()

def by_class(a):
    return a + Kind.FIRST

def by_value(a):
    return a + ONE

def by_several(a):
    return a + SEVERAL[0]

def by_fields(a):
    return a + SIZES.rows

def by_module(a):
    return a + elsewhere.OFFSET

def by_array(a):
    return a + LEVELS[-1]

def by_what_stands_in_it(a):
    return sum([ONE for _ in range(a)])

def by_what_nobody_tells(a):
    return a + THING.value
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return what makes a module of one source, in which values are others."""
    path = tmp_path / "parts_of_a_test.py"
    path.write_text("# the source is the same: what it sees by name is not")

    def module(first: int) -> Any:
        constants = types.ModuleType("constants_of_a_test")
        constants.OFFSET = first  # type: ignore[attr-defined]
        sys.modules[constants.__name__] = constants
        new = types.ModuleType(path.stem)
        sys.modules[new.__name__] = new
        exec(compile(SOURCE.format(first=first), str(path), "exec"), vars(new))
        return new

    yield module
    for name in ("parts_of_a_test", "constants_of_a_test"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "name", ["by_class", "by_value", "by_several", "by_fields", "by_module", "by_array", "by_what_stands_in_it"]
)
def test_constants_of_all_kinds_are_parts(name: str, made: Callable[..., Any]) -> None:
    """Found: members of an IntEnum were left out, and a kernel with the values of before was believed."""
    first, again, other = (parts_of(getattr(made(value), name)) for value in (3, 3, 4))
    assert first is not None
    assert first == again != other


def test_a_value_that_cannot_be_told_is_not_kept(made: Callable[..., Any]) -> None:
    assert parts_of(made(1).by_what_nobody_tells) is None


def test_members_of_an_enumeration_reach_the_machine_code(
    made: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kernel_choices.is_disabled():
        pytest.skip("kernels are not compiled in this run")
    monkeypatch.setattr(kernel_choices, "_chosen", replace(kernel_choices._chosen))
    kernel_choices.use_cache(tmp_path / "cache")
    kernels = [jit.kernel("int64(int64)")(made(value).by_class) for value in (3, 4, 3)]
    assert [kernel(10) for kernel in kernels] == [13, 14, 13]


def test_instructions_follow_from_what_writes_them(made: Callable[..., Any]) -> None:
    def parts(width: int) -> Any:
        def write(builder: Any, arguments: list[Any]) -> None:
            builder.something(width)

        def caller(a: Any) -> None:
            told(a)

        def told(a: Any) -> None:
            raise NotImplementedError

        told = jit._Instructions(told, write)  # type: ignore[assignment]
        return parts_of(caller)

    assert parts(8) == parts(8) != parts(16)


def test_every_kernel_can_be_kept() -> None:
    """One that cannot is compiled in each process."""
    if kernel_choices.is_disabled():
        pytest.skip("kernels are not compiled in this run")
    rooms = startup.modules_of(hop=True, writer=True, encoder=True, heads=True, lossless=True)
    things = [thing for room in rooms for thing in vars(importlib.import_module(room)).values()]
    kernels = [thing for thing in things if isinstance(thing, jit.Kernel)]
    assert len(kernels) > 50
    assert [kernel.py_func.__qualname__ for kernel in kernels if parts_of(kernel.py_func) is None] == []
