"""Samples of floating point, as the bit patterns that they are (7.8): nothing here computes with them.

In: patterns of IEEE 754 binary16 (half) or binary32 (single).  Out: `FloatPlanes`, which files hold and layers code; a
NaN keeps its payload, a zero its sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import UInt32Array
from refdec.clauses import clause

__all__ = ["FloatPlanes", "Patterns", "half_of_single", "single_of_half"]

Patterns: TypeAlias = npt.NDArray[np.unsignedinteger]
"""Bit patterns of a component, uint16 of half and uint32 of single."""
HALF, SINGLE = 16, 32
HALF_ONE, SINGLE_ONE = 0x3C00, 0x3F800000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FloatPlanes(ShortRepr):
    """Bit patterns [rows, columns] of each component: gray or R, G, B, and transparency last where there are 2 or 4.

    `bits`: 16 (half, uint16) or 32 (single, uint32).  `premultiplied`: colours are multiplied by their transparency.
    """

    planes: tuple[Patterns, ...]
    bits: int
    premultiplied: bool = False

    def __post_init__(self) -> None:
        kind = np.uint16 if self.bits == HALF else np.uint32
        if self.bits not in (HALF, SINGLE) or not 1 <= len(self.planes) <= 4:
            raise ValueError(f"{len(self.planes)} components of {self.bits} bits")
        if any(plane.dtype != kind or plane.shape != self.planes[0].shape for plane in self.planes):
            raise ValueError("patterns of another type or size")

    @property
    def colours(self) -> tuple[Patterns, ...]:
        """The components without transparency."""
        return self.planes[: len(self.planes) - self.has_alpha]

    @property
    def has_alpha(self) -> bool:
        """Whether the last component is transparency."""
        return len(self.planes) in (2, 4)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.planes[0].shape[1])

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """The same bytes as arrays of NumPy's float16 or float32."""
        kind = np.dtype("f2" if self.bits == HALF else "f4")
        return tuple(plane.view(kind) for plane in self.planes)

    @property
    def array(self) -> npt.NDArray[Any]:
        """The floats as [rows, columns, components], of one component as [rows, columns]."""
        return self.arrays[0] if len(self.planes) == 1 else np.stack(self.arrays, axis=-1)

    def without_opaque(self) -> FloatPlanes:
        """Return it without transparency that is 1 everywhere."""
        one = HALF_ONE if self.bits == HALF else SINGLE_ONE
        opaque = self.has_alpha and bool(np.all(self.planes[-1] == one))
        return FloatPlanes(self.colours, self.bits) if opaque else self

    def mapped(self, change: Callable[[Patterns], Patterns]) -> FloatPlanes:
        """Return it with every plane changed, in its place or size."""
        return replace(self, planes=tuple(np.ascontiguousarray(change(plane)) for plane in self.planes))

    def as_single(self) -> FloatPlanes:
        """Return the same values as singles: every half is one."""
        if self.bits == SINGLE:
            return self
        return replace(self, planes=tuple(single_of_half(plane) for plane in self.planes), bits=SINGLE)


@clause("7.8.1")
def _widened() -> UInt32Array:
    """(7.8.1) Return the pattern of single of the value of each pattern of half; a NaN keeps its payload."""
    half = np.arange(1 << HALF, dtype=np.uint32)
    sign, exponent, fraction = (half & 0x8000) << 16, (half >> 10) & 31, half & 1023
    single = sign | ((exponent + 112) << 23) | (fraction << 13)
    single[exponent == 31] = (sign | 0x7F800000 | (fraction << 13))[exponent == 31]
    for place in np.flatnonzero(exponent == 0):
        below = int(fraction[place])
        length = below.bit_length()  # a subnormal half is a normal single: below * 2^-24
        moved = 0 if not below else ((length + 102) << 23) | ((below << (24 - length)) & 0x7FFFFF)
        single[place] = int(sign[place]) | moved
    return np.asarray(single, np.uint32)


_SINGLES: UInt32Array = _widened()
_ORDER = np.argsort(_SINGLES, kind="stable").astype(np.uint16)
_SORTED: UInt32Array = _SINGLES[_ORDER]


@clause("7.8.1")
def single_of_half(plane: Patterns) -> UInt32Array:
    """(7.8.1) Return patterns of half as the patterns of single of the same values."""
    return _SINGLES[plane]


@clause("7.8.1")
def half_of_single(plane: Patterns) -> Patterns | None:
    """(7.8.1) Return patterns of single as those of half, None where one of them has no half of its value."""
    place = np.minimum(np.searchsorted(_SORTED, plane), len(_SORTED) - 1)
    return _ORDER[place] if np.array_equal(_SORTED[place], plane) else None
