"""Wrong colours: another matrix, none at all, or an error that was made in luma and chroma and shows in R, G and B.

In: three planes of one size, the right ones and those that a decoder wrote.  Out: a clause of a sentence, "" if the
picture looks like nothing known.  The right planes are R, G, B of 5.10, or Y, U, V.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array
from refdec.metrics.luma import BT709

__all__ = ["colour_likeness"]

Floats: TypeAlias = npt.NDArray[np.float64]
MOST_SAMPLES = 1 << 16
NEAR = 2.5
"""Codes that rounding may move a sample by, on its way through two matrices, at 8 bits."""

SHARE = 0.98
REACH = 3
OTHERS = {"BT.601": (0.299, 0.587, 0.114), "BT.2020": (0.2627, 0.678, 0.0593)}


def _to_ycc(red: float, green: float, blue: float) -> Floats:
    """Return the matrix from R, G, B to Y, Cb, Cr of full range with these weights of luma."""
    luma = np.array([red, green, blue])
    blues, reds = (np.array([0.0, 0.0, 1.0]) - luma) / (2 - 2 * blue), (np.array([1.0, 0, 0]) - luma) / (2 - 2 * red)
    return np.stack([luma, blues, reds])


TO_YCC = _to_ycc(*BT709)
MIXTURES = {
    **{f"as by the colour matrix of {name}": np.linalg.inv(_to_ycc(*k)) @ TO_YCC for name, k in OTHERS.items()},
    **{
        f"as by the colour matrix of {name} on the way back": np.linalg.inv(TO_YCC) @ _to_ycc(*k)
        for name, k in OTHERS.items()
    },
    "Y'CbCr in the place of RGB: the colour transform is missing": TO_YCC,
    "RGB in the place of Y'CbCr: a colour transform too many": np.linalg.inv(TO_YCC),
}


def colour_likeness(want: Sequence[Int32Array], got: Sequence[Int32Array], top: int) -> str:
    """Return what happened to the colours."""
    if len(want) != 3 or len({plane.shape for plane in want}) != 1:
        return ""
    right, found = (np.stack(planes).astype(np.float64) for planes in (want, got))
    near = NEAR * max(top / 255, 1)
    return _in_chroma(right, found, top, near) or _mixture(right, found, top, near)


def _mixture(right: Floats, found: Floats, top: int, near: float) -> str:
    """Return which matrix makes one picture of the other."""
    x, y = right.reshape(3, -1), found.reshape(3, -1)
    every = max(x.shape[1] // MOST_SAMPLES, 1)
    x, y = x[:, ::every], y[:, ::every]
    inner = np.all((y > 0) & (y < top) & (x > 0) & (x < top), axis=0)
    if np.count_nonzero(inner) < 256:
        return ""
    x, y = x[:, inner], y[:, inner]
    matrix, *_ = np.linalg.lstsq(np.vstack([x, np.ones(x.shape[1])]).T, y.T, rcond=None)
    apart = np.abs(matrix.T @ np.vstack([x, np.ones(x.shape[1])]) - y)
    if np.quantile(apart, 0.99) > near:
        return ""
    for text, known in MIXTURES.items():
        if np.abs(matrix[:3].T - known).max() < 0.03:
            return f"the picture is {text}" if text[0] in "YR" else f"the colours are {text}"
    if np.abs(matrix[:3].T - np.eye(3)).max() < 0.03:
        return ""
    return "every sample is a mixture of the right three: another colour matrix"


def _in_chroma(right: Floats, found: Floats, top: int, near: float) -> str:
    """Return what happened to Cb and Cr before the colour transform, where luma is right."""
    a, b = (np.tensordot(TO_YCC, planes, axes=1) for planes in (right, found))
    open_ = np.all((right > 0) & (right < top) & (found > 0) & (found < top), axis=0)
    if np.count_nonzero(open_) < 256 or not _agree(a[0], b[0], open_, near):
        return ""
    if _agree(a[1], b[2], open_, near) and _agree(a[2], b[1], open_, near):
        return "Cb and Cr are exchanged before the colour transform"
    for name, sign in (("Cb", (-1, 1)), ("Cr", (1, -1)), ("Cb and Cr", (-1, -1))):
        if all(_agree(s * a[k], b[k], open_, near) for k, s in zip((1, 2), sign, strict=True)):
            return f"{name} have the wrong sign" if " " in name else f"{name} has the wrong sign"
    h, w = open_.shape
    for size in range(1, REACH):
        for dy, dx, way in ((0, size, "right"), (0, -size, "left"), (size, 0, "down"), (-size, 0, "up")):
            to, of = _overlap(h, w, dy, dx)
            known = open_[to] & open_[of]
            if all(_agree(a[k][of], b[k][to], known, near) for k in (1, 2)):
                what = "column" if dx else "row"
                count = f"one {what}" if size == 1 else f"{size} {what}s"
                return f"chroma is shifted by {count} {'to the ' if dx else ''}{way} before the colour transform"
    return ""


def _overlap(h: int, w: int, dy: int, dx: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where (to) and from where (of) samples came that moved by dy rows and dx columns, edges left out."""
    m = REACH
    to = (slice(m, h - m), slice(m, w - m))
    return to, (slice(m - dy, h - m - dy), slice(m - dx, w - m - dx))


def _agree(a: Floats, b: Floats, where: npt.NDArray[np.bool_], near: float) -> bool:
    """Tell whether nearly all samples there are near each other."""
    apart = np.abs(a - b)[where]
    return apart.size >= 256 and float(np.count_nonzero(apart <= near)) >= SHARE * apart.size
