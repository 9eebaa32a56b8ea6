"""What a wrong picture looks like beside the right one: shifted, mirrored, exchanged planes, another range, and so on.

In: the planes of two pictures of one size.  Out: a clause of a sentence, "" where it looks like nothing known.  Each
explanation is tried on every plane for itself, so that one that holds for chroma only is found as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array
from refdec.conformance.colour_mixtures import colour_likeness
from refdec.formats.pictures import Colour

__all__ = ["likeness", "shift_of"]

Planes = Sequence[Int32Array]
MARGIN = 4
"""Shifts are looked for up to so many rows and columns."""

SHIFTS = tuple(
    sorted(
        ((dy, dx) for dy in range(-MARGIN, MARGIN + 1) for dx in range(-MARGIN, MARGIN + 1) if dy or dx),
        key=lambda shift: (abs(shift[0]) + abs(shift[1]), shift),
    )
)
MOST_SAMPLES = 1 << 16
"""Straight lines are fitted to so many samples of a plane."""

LIMITED = {
    "in limited range (16..235) in place of full": (219 / 255, 16 / 255),
    "in the limited range of chroma (16..240) in place of full": (224 / 255, 16 / 255),
    "stretched as if it had come in limited range (16..235)": (255 / 219, -16 / 219),
    "stretched as if it had come in the limited range of chroma (16..240)": (255 / 224, -16 / 224),
}
"""Slope, and offset as a share of the largest code."""


def likeness(want: Planes, got: Planes, bits: int, colour: Colour) -> str:
    """Return what the difference looks like, an empty text if like nothing known."""
    if all(a.min() == a.max() for a in got) and any(a.min() != a.max() for a in want):
        return "every plane has one value only"
    top = (1 << bits) - 1
    step = _one_step(want, got, top)
    if step:
        return f"every sample is off by {step}"
    explained = _plane_by_plane(want, got, top, colour)
    if explained:
        return explained
    mixed = colour_likeness(want, got, top) if colour is Colour.RGB or len({a.shape for a in want}) == 1 else ""
    return mixed or _where(want, got, colour)


def _one_step(want: Planes, got: Planes, top: int) -> int:
    """Return by how much every sample is off, 0 if not by the same; the ends may be clipped."""
    steps = {
        int(n) for a, b in zip(want, got, strict=True) for n in np.unique((b - a)[(a > 0) & (a < top)]).tolist()[:3]
    }
    return steps.pop() if len(steps) == 1 else 0


# -- plane by plane


def _plane_by_plane(want: Planes, got: Planes, top: int, colour: Colour) -> str:
    """Return how the wrong planes differ, "" unless every one of them is explained."""
    wrong = [k for k, (a, b) in enumerate(zip(want, got, strict=True)) if not np.array_equal(a, b)]
    exchanged = _exchange(want, got)
    if exchanged:
        return exchanged
    found: dict[str, list[int]] = {}
    for k in wrong:
        text = next(_changes(want[k], got[k], top), "")
        if not text:
            return ""
        found.setdefault(text, []).append(k)
    if len(found) == 1:
        (text,) = found
        return f"the picture is {text}" if len(wrong) == len(want) else f"only {_subject(wrong, colour)} wrong: {text}"
    return "; ".join(f"{_subject(planes, colour)} {text}" for text, planes in found.items())


def _subject(planes: Sequence[int], colour: Colour) -> str:
    """Return "planes 1 and 2 (chroma) are"."""
    plural = len(planes) > 1
    chroma = " (chroma)" if colour is Colour.YUV and 0 not in planes else ""
    return f"plane{'s' if plural else ''} {' and '.join(map(str, planes))}{chroma} {'are' if plural else 'is'}"


def _exchange(want: Planes, got: Planes) -> str:
    """Return which planes stand in the place of which others."""
    for order in list(permutations(range(len(want))))[1:]:
        if all(np.array_equal(want[source], b) for source, b in zip(order, got, strict=True)):
            moved = [k for k, source in enumerate(order) if k != source]
            if len(moved) == 2:
                return f"planes {moved[0]} and {moved[1]} are exchanged"
            return f"the planes stand in the order {', '.join(map(str, order))}"
    return ""


def _changes(a: Int32Array, b: Int32Array, top: int) -> Iterator[str]:
    """Yield what was done to a plane to become another one, the simplest first."""
    if b.min() == b.max():
        yield "of one value only"
    step = _one_step([a], [b], top)
    if step:
        yield f"off by {step} in every sample"
    moved = shift_of(a, b)
    if moved is not None:
        yield f"shifted by {_way(*moved)}"
    for text, turned in (
        ("mirrored left to right", a[:, ::-1]),
        ("upside down", a[::-1]),
        ("turned by 180 degrees", a[::-1, ::-1]),
        ("transposed (rows and columns are exchanged)", a.T),
        ("turned by 90 degrees", np.rot90(a)),
        ("turned by 90 degrees", np.rot90(a, -1)),
        ("inverted", top - a),
    ):
        if turned.shape == b.shape and np.array_equal(turned, b):
            yield text
    if np.array_equal(b.reshape(b.shape[::-1]).T, a):
        yield "written column by column"
    low, high = int(b.min()), int(b.max())
    if (a.min() < low or a.max() > high) and np.array_equal(np.clip(a, low, high), b):
        yield f"clipped to {low}..{high}"
    for lost in (2, 3, 4):
        coarse = a >> lost
        if np.array_equal(coarse << lost, b) or np.abs(b * (top >> lost) - coarse * top).max() <= (top >> lost):
            yield f"without its lowest {lost} bits"
    half = _half_shift(a, b)
    if half is not None:
        yield f"shifted by half a {half}"
    line = _straight_line(a, b, top)
    if line:
        yield line


def shift_of(a: Int32Array, b: Int32Array) -> tuple[int, int] | None:
    """Return by how many rows and columns the inside of `a` stands elsewhere in `b`, None if nowhere near."""
    h, w = a.shape
    if min(h, w) < 4 * MARGIN or a.min() == a.max():
        return None
    inside = b[MARGIN : h - MARGIN, MARGIN : w - MARGIN]
    middle = len(inside) // 2
    for dy, dx in SHIFTS:
        moved = a[MARGIN - dy : h - MARGIN - dy, MARGIN - dx : w - MARGIN - dx]
        if np.array_equal(moved[middle], inside[middle]) and np.array_equal(moved, inside):
            return dy, dx
    return None


def _way(rows: int, columns: int) -> str:
    """Return "one column to the left" and the like."""
    parts = []
    for count, name, way in (
        (rows, "row", "down" if rows > 0 else "up"),
        (columns, "column", f"to the {'right' if columns > 0 else 'left'}"),
    ):
        if count:
            parts.append(f"{'one' if abs(count) == 1 else abs(count)} {name}{'s' if abs(count) > 1 else ''} {way}")
    return " and ".join(parts)


def _half_shift(a: Int32Array, b: Int32Array) -> str | None:
    """Return the direction if each sample is the mean of two neighbours, within a step."""
    if min(a.shape) < 4 * MARGIN or a.min() == a.max():
        return None
    inside = b[1:-1, 1:-1]
    for (dy, dx), text in (
        ((0, 1), "column to the left"),
        ((0, -1), "column to the right"),
        ((1, 0), "row up"),
        ((-1, 0), "row down"),
    ):
        h, w = a.shape
        beside = a[1 + dy : h - 1 + dy, 1 + dx : w - 1 + dx]
        if np.abs(2 * inside - a[1:-1, 1:-1] - beside).max() <= 2:
            return text
    return None


def _straight_line(a: Int32Array, b: Int32Array, top: int) -> str:
    """Return which range or depth makes `b` of `a` by one slope and offset, "" if none does."""
    every = max(a.size // MOST_SAMPLES, 1)
    x, y = a.reshape(-1)[::every].astype(np.float64), b.reshape(-1)[::every].astype(np.float64)
    inner = (y > 0) & (y < top)
    if np.count_nonzero(inner) < 64 or np.ptp(x[inner]) < 8:
        return ""
    slope, offset = (float(part) for part in np.polyfit(x[inner], y[inner], 1))
    if abs(slope) < 0.02 or np.abs(np.clip(slope * x + offset, 0, top) - y).max() > 1.5:
        return ""
    for text, (known, share) in LIMITED.items():
        if abs(slope - known) < 0.01 and abs(offset - share * top) < 0.01 * top:
            return text
    for power in (-6, -4, -2, 2, 4, 6):
        if abs(slope / 2.0**power - 1) < 0.02 and abs(offset) < 2:
            times = f"1/{2**-power}" if power < 0 else str(2**power)
            return f"{times} times what it should be, as by another bit depth"
    if abs(slope - 1) < 0.002:
        return f"off by about {offset:.2g} in every sample" if abs(offset) > 0.75 else ""
    return f"{slope:.2g} times what it should be, plus {offset:.0f}"


# -- where


def _where(want: Planes, got: Planes, colour: Colour) -> str:
    """Return which planes, rows or columns are wrong where others are right, and that rounding is a likely cause."""
    pairs = [(k, a, b) for k, (a, b) in enumerate(zip(want, got, strict=True)) if not np.array_equal(a, b)]
    wrong = [k for k, _, _ in pairs]
    parts = [] if len(wrong) == len(want) else [f"only {_subject(wrong, colour)} wrong"]
    edges = {_edge(a != b) for _, a, b in pairs}
    if len(edges) == 1 and (edge := edges.pop()):
        parts.append(f"only {edge} wrong")
    if max(int(np.abs(b - a).max()) for _, a, b in pairs) == 1:
        parts.append("steps of 1 only, as by another rounding")
    return ", ".join(parts)


def _edge(differs: BoolArray) -> str:
    """Return "the last column is" where all that differs lies in a quarter at one edge; "" where it does not."""
    for name, places, count in zip(("row", "column"), np.nonzero(differs), differs.shape, strict=True):
        first, last = int(places.min()), int(places.max())
        for which, size in (("first", last + 1), ("last", count - first)):
            if size * 4 <= count:
                return f"the {which} {name} is" if size == 1 else f"the {which} {size} {name}s are"
    return ""
