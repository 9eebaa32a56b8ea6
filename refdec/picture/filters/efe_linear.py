"""EFE linear, the luma-aided chroma filter (5.6, 6.4.9).

In: planes in the output format, Q18, and the parameters of TON.  Out: new chroma planes; luma never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.fixed import Q, rdiv, rhe
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.picture.errors import EfeKernelShape
from refdec.picture.planes import PictureFormat, Planes, chroma_rect, chroma_size, even_window, shown_rect
from refdec.tables import efe_splits, integer_constants
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.bitstream.tools import EfeFilterSet, EfeLinear

__all__ = [
    "ALTERNATIVE",
    "MAIN",
    "UNIT_BITS",
    "ZERO_WEIGHT",
    "Phase",
    "base_kernel",
    "efe_linear",
    "efe_linear_reach",
    "is_resampled",
    "mean_q18",
    "phases_of",
    "rectangle_bound",
    "rectangles",
]

ALTERNATIVE, MAIN = 0, 1
"""Indices of the two filter sets."""
UNIT_BITS = 11
ZERO_WEIGHT = 32767
BASE_HALF, BASE_EVEN = (-1, 9, 9, -1), (0, 16, 0, 0)


@clause("6.4.9")
def mean_q18(b1: int) -> int:
    """(6.4.9) mu of a component from B1, in hundredths."""
    return int(rdiv(b1 << Q, 100))


@clause("5.6.3")
@clause("6.4.9")
def rectangle_bound(hundredths: int, extent: int) -> int:
    """(5.6.3, 6.4.9) b(f, s) for f in hundredths: a multiple of 32, not yet limited to the extent."""
    return 32 * int(rhe(hundredths * (extent + 31), 3200))


@clause("5.6.3")
def rectangles(best_cand_idx: int, height: int, width: int) -> list[Int64Array]:
    """(5.6.1, 5.6.3) Rectangles [top, bottom, left, right] of a pattern (1..8; 0: the whole plane) in coded order.

    They cover a phase plane of height x width once; a rectangle may be empty where the plane is small.
    """
    if best_cand_idx == 0:
        return [np.array([0, height, 0, width], np.int64)]
    hundredths = integer_constants()["efe_fraction_hundredths"]
    made = []
    for pattern in efe_splits()["patterns"][best_cand_idx - 1]:
        fractions = [hundredths[f"{fraction:g}"] for fraction in pattern]
        extents = (height, height, width, width)
        bounds = [min(rectangle_bound(f, s), s) for f, s in zip(fractions, extents, strict=True)]
        made.append(np.array(bounds, np.int64))
    return made


@dataclass(frozen=True, slots=True)
class _Phases:
    """How a plane of `size` samples falls into phase planes of `extent`, in one direction.

    `step` 2 if it is split, 1 if all phases share it.  Of the phase planes, samples first .. first + count - 1 are
    made, from a part of the plane that begins at sample `origin`.
    """

    step: int
    extent: int
    size: int
    first: int
    count: int
    origin: int

    def sources(self, phase: int) -> Int64Array:
        """Return the part's sample at each phase sample first - 1 .. first + count + 1, borders repeated (5.6.2)."""
        wanted = np.arange(self.first - 1, self.first + self.count + 2, dtype=np.int64)
        inside = np.clip(wanted, 0, self.extent - 1)
        return np.minimum(self.step * inside + (phase if self.step == 2 else 0), self.size - 1) - self.origin


@clause("5.6.2")
def _phase_plane(plane: Int32Array, rows: _Phases, columns: _Phases, i: int, j: int) -> Int32Array:
    """(5.6.2) Phase p = 2*i + j of a plane with one repeated sample above and left, two below and right."""
    return np.ascontiguousarray(plane[rows.sources(i)][:, columns.sources(j)])


def _taps(kernel: Int64Array, anchor: int) -> Iterator[tuple[int, int, int]]:
    """Give (row, column, weight) of every weight that is not 0; row and column 1 stand for offset 0."""
    for r, c in zip(*np.nonzero(kernel), strict=True):
        yield int(r) + 1 - anchor, int(c) + 1 - anchor, int(kernel[r, c])


@clause("5.6.4")
def base_kernel(i: int, j: int, resampled: bool) -> Int64Array:
    """(5.6.4, 6.4.9) Return the base term of phase (i, j) as a kernel with anchor 1, in units of 2^-11 (6.4.9)."""
    if not resampled:
        identity = np.zeros((4, 4), np.int64)
        identity[1, 1] = 1 << UNIT_BITS
        return identity
    down = np.array(BASE_HALF if i else BASE_EVEN, np.int64)
    across = np.array(BASE_HALF if j else BASE_EVEN, np.int64)
    return 8 * down[:, None] * across[None, :]


@dataclass(frozen=True, slots=True)
class _LinearFilter:
    """The filter of one chroma plane: pattern, kernels in units of 2^-11 ([rect, phase, L, L] and [rect, L, L])."""

    pattern: int
    chroma: Int64Array
    luma: Int64Array

    @property
    def anchor(self) -> int:
        edge: int = self.luma.shape[-1]
        return (edge - 1) >> 1

    def chroma_taps(self, part: int, i: int, j: int, resampled: bool) -> Int64Array:
        """Return [n, 3] (row, column, weight) for phase (i, j) of a rectangle, the base term included."""
        taps = list(_taps(base_kernel(i, j, resampled), 1))
        if self.pattern:
            phase = 2 * i + j if resampled else 0
            taps += _taps(self.chroma[part, phase], self.anchor)
        return np.array(taps, np.int64).reshape(-1, 3)

    def luma_taps(self, part: int) -> Int64Array:
        """Return [n, 3] (row, column, weight) of a rectangle's luma kernel."""
        taps = list(_taps(self.luma[part], self.anchor)) if self.pattern else []
        return np.array(taps, np.int64).reshape(-1, 3)


def _weights(name: str, coded: Int32Array | None, shape: tuple[int, ...], min_symbol: int) -> Int64Array:
    if coded is None or coded.shape != shape:
        raise EfeKernelShape(name, None if coded is None else coded.shape, shape)
    return coded.astype(np.int64) + (min_symbol - ZERO_WEIGHT)


@clause("5.6.1")
def _filter_of(parameters: EfeFilterSet, m: int, resampled: bool) -> _LinearFilter:
    """(5.6.1) The filter of plane m (0 = U, 1 = V) of a set, with its weights de-integerised."""
    pattern, edge = parameters.best_cand_idx[m], parameters.fL[m]
    if pattern == 0:
        nothing = np.zeros((0, 1, 1), np.int64)
        return _LinearFilter(0, nothing, nothing)
    parts = len(efe_splits()["patterns"][pattern - 1])
    shape = (parts, 4 if resampled else 1, edge, edge)
    if not 1 <= edge <= 4:
        raise EfeKernelShape(f"fL[{m}]", (edge,), (4,))
    chroma = _weights(f"weightC[{m}]", parameters.weightC[m], shape, parameters.minSymbol)
    luma = _weights(f"weightY[{m}]", parameters.weightY[m], (parts, edge, edge), parameters.minSymbol)
    return _LinearFilter(pattern, chroma, luma)


@clause("5.6.1")
def is_resampled(header: PictureFormat) -> bool:
    """(5.6.1) Tell whether chroma is put out in another format than it is coded in: then each phase has its kernel."""
    return (header.c_ver, header.c_hor) != (header.s_ver, header.s_hor)


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """Phase p = 2 * i + j of a chroma plane and of luma, each with the samples around it that kernels reach.

    `chroma` and `luma` have one more row and column before, two more behind; borders of the picture are repeated.
    """

    i: int
    j: int
    chroma: Int32Array
    luma: Int32Array


@dataclass(frozen=True, slots=True)
class _Work:
    """What one call filters: `wanted` of the picture, from windows of the planes that hold `held`; luma samples."""

    header: PictureFormat
    held: Rect
    wanted: Rect

    @property
    def resampled(self) -> bool:
        """Whether chroma was coded smaller than it is put out."""
        return is_resampled(self.header)

    def phases(self, steps: tuple[int, int], size: tuple[int, int], part: Rect) -> tuple[_Phases, _Phases]:
        """Return rows and columns of the phase planes of a plane of `size` whose window is `part`."""
        extents, wanted = self.extents, self.phase_rect
        rows = _Phases(steps[0], extents[0], size[0], wanted.y, wanted.h, part.y)
        return rows, _Phases(steps[1], extents[1], size[1], wanted.x, wanted.w, part.x)

    @property
    def extents(self) -> tuple[int, int]:
        """Size of the phase planes of the whole picture."""
        return ceil_div(self.header.display_height, 2), ceil_div(self.header.display_width, 2)

    @property
    def phase_rect(self) -> Rect:
        """What is made of the phase planes."""
        return chroma_rect(self.wanted, (2, 2))


@clause("5.6.4")
@clause("5.6.5")
@clause("6.4.9")
def _filter_plane(plane: Int32Array, luma: Int32Array, chosen: _LinearFilter, mean: int, work: _Work) -> Int32Array:
    """(5.6.4, 5.6.5, 6.4.9) A window of one chroma plane: split into phases, filter each, put the phases together."""
    from refdec.picture.filters.kernels import efe_linear_rectangle

    header = work.header
    output, made = (header.s_ver, header.s_hor), work.phase_rect
    places = [_within(rectangle, made) for rectangle in rectangles(chosen.pattern, *work.extents)]
    result = np.empty(chroma_rect(work.wanted, output).size_hw, np.int32)
    for phase in phases_of(plane, luma, header, work.held, work.wanted):
        i, j = phase.i, phase.j
        out = np.empty(made.size_hw, np.int32)
        for part, place in enumerate(places):
            if place is not None:
                taps = chosen.chroma_taps(part, i, j, work.resampled), chosen.luma_taps(part)
                efe_linear_rectangle(out, phase.chroma, phase.luma, mean, *taps, place)
        target = result[i :: 3 - output[0], j :: 3 - output[1]]
        target[:] = out[: target.shape[0], : target.shape[1]]
    return result


@clause("5.6.2")
@clause("5.6.5")
def phases_of(plane: Int32Array, luma: Int32Array, header: PictureFormat, held: Rect, wanted: Rect) -> Iterator[Phase]:
    """(5.6.2, 5.6.5) Yield the phases of which the window `wanted` of a chroma plane is put together.

    `plane` and `luma` are the window `held` (luma samples, even corner) and hold the reach of `wanted`.
    """
    work = _Work(header, held, wanted)
    output, shown = (header.s_ver, header.s_hor), (header.display_height, header.display_width)
    split = 3 - output[0], 3 - output[1]
    rows, columns = work.phases(split, chroma_size(header), chroma_rect(held, output))
    luma_rows, luma_columns = work.phases((2, 2), shown, held)
    for i in range(split[0]):
        for j in range(split[1]):
            source = _phase_plane(plane, rows, columns, i, j)
            yield Phase(i, j, source, _phase_plane(luma, luma_rows, luma_columns, i, j))


def _within(rectangle: Int64Array, made: Rect) -> Int64Array | None:
    """Return the part of [top, bottom, left, right] that is made, counted from the corner of `made`; None: nothing."""
    origin, extent = np.array([made.y, made.x], np.int64).repeat(2), np.array(made.size_hw, np.int64).repeat(2)
    place = np.clip(rectangle - origin, 0, extent)
    return place if place[0] < place[1] and place[2] < place[3] else None


@clause("5.6.4")
def efe_linear_reach(wanted: Rect, header: PictureFormat) -> Rect:
    """(5.6.4) The window of the planes that a window (luma samples, even corner) of the filtered planes follows from.

    Taps look at offsets -1 to 2 of phase planes, a sample of which stands for 2x2 of the picture.
    """
    grown = Rect.between(wanted.x - 2, wanted.y - 2, wanted.right + 6, wanted.bottom + 6)
    return even_window(grown, header)


@clause("5.6")
def efe_linear(
    planes: Planes,
    header: PictureFormat,
    parameters: EfeLinear,
    which: int,
    *,
    held: Rect | None = None,
    wanted: Rect | None = None,
) -> Planes:
    """(5.6, 6.4.9) The planes filtered with set `which` (ALTERNATIVE or MAIN); luma is the one handed in.

    `planes` may be windows `held` (luma samples, even corner), of which `wanted` is made; they must hold its reach.
    Raises EfeKernelShape if weights and pattern do not fit (a parsed TON always fits).
    """
    held = held or shown_rect(header)
    work = _Work(header, held, wanted or held)
    made = []
    for m, plane in enumerate((planes.u, planes.v)):
        chosen = _filter_of(parameters.sets[which], m, work.resampled)
        made.append(_filter_plane(plane, planes.y, chosen, mean_q18(parameters.B1[m]), work))
    inside = work.wanted.seen_from(held)
    return Planes(planes.y[inside.rows, inside.columns], made[0], made[1])
