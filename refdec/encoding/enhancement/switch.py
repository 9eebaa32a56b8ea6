"""The on/off switch of EFE non-linear (5.8.2, 5.14.2): blocks that keep what was before EFE linear, or half of it.

In: EFE linear and the curve as they were chosen.  Out: both with masks, None where masks do not pay.  The alternative
picture is the one without any chroma filter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import Int64Array, UInt8Array
from refdec.bitstream.tools import EfeLinear, EfeNonlinear
from refdec.clauses import clause
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.curve import HEAD_BITS, NO_CURVE
from refdec.encoding.enhancement.linear import EDGE_BITS, identity_set
from refdec.encoding.enhancement.worth import Worth, to_fine
from refdec.limits import Check, unchecked
from refdec.picture.filters.efe_linear import MAIN, is_resampled
from refdec.picture.filters.efe_nonlinear import offset_curve
from refdec.picture.planes import chroma_rect, chroma_size
from refdec.tiling.geometry import ceil_div

__all__ = ["choose_switch"]

SMALLEST_BLOCK = 32
BLOCK_EDGES = (32, 64, 128, 256)
"""Edges of blocks that are tried, in chroma samples."""
MOST_BLOCKS = 1023
SIZES_BITS, BLOCK_BITS = 30, 2
CHOICES = 3


@clause("5.14.2", kind="inferred", reason="how an encoder finds masks is its own affair")
def choose_switch(
    before: Unfiltered,
    look: Look,
    linear: EfeLinear,
    curve: EfeNonlinear | None,
    worth: Worth,
    *,
    check: Check = unchecked,
) -> tuple[EfeLinear, EfeNonlinear] | None:
    """(5.14.2) Return EFE linear with its alternative, and the masks beside the curve; None where they do not pay.

    `look` gives the planes before the curve.  Where chroma is resampled no set leaves the picture as it is (I-4), and
    there is no switch.
    """
    if is_resampled(before.picture):
        return None
    errors = _errors(before, look, curve, check)
    head = 2 * EDGE_BITS + SIZES_BITS + (HEAD_BITS if curve is None else 0)
    best, least = None, 0
    for edge in BLOCK_EDGES:
        grouped = _grouped(errors, edge // SMALLEST_BLOCK)
        if max(grouped.shape[2:]) > MOST_BLOCKS:
            continue
        masks = grouped.argmin(axis=1).astype(np.uint8)
        saved = [int((grouped[m, 0] - grouped[m].min(axis=0)).sum()) * worth.weights[1 + m] // 100 for m in (0, 1)]
        for count in (1, 2):
            cost = worth.cost(-sum(saved[:count]), head + BLOCK_BITS * count * masks[0].size)
            if cost < least:
                best, least = (edge, masks[:count]), cost
    return None if best is None else _with_masks(linear, curve or NO_CURVE, *best)


def _with_masks(linear: EfeLinear, curve: EfeNonlinear, edge: int, masks: UInt8Array) -> tuple[EfeLinear, EfeNonlinear]:
    """Return the parameters with masks of U, or of U and V."""
    second = masks[1] if len(masks) > 1 else None
    switched = replace(curve, mask1=1, mask2=int(second is not None), bS=edge, W5=(masks[0], second))
    return replace(linear, sets=(identity_set(), linear.sets[MAIN])), switched


def _errors(before: Unfiltered, look: Look, curve: EfeNonlinear | None, check: Check) -> Int64Array:
    """Return the errors of every smallest block, int64 [U and V, choice, rows, columns]."""
    picture = before.picture
    size, output = chroma_size(picture), (picture.s_ver, picture.s_hor)
    rows, columns = (ceil_div(n, SMALLEST_BLOCK) for n in size)
    errors = np.zeros((2, CHOICES, rows, columns), np.int64)
    for band in before.bands():
        check()
        small = chroma_rect(band, output)
        made = look(band)
        if curve is not None:
            made = offset_curve(made, picture, curve, small)
        other, target = before.window(band), before.target(band)
        triples = ((made.u, other.u, target.u), (made.v, other.v, target.v))
        first = small.y // SMALLEST_BLOCK
        for m, (filtered, kept, wanted) in enumerate(triples):
            for choice in range(CHOICES):
                mixed = to_fine((kept * np.int64(choice) + (2 - choice) * filtered.astype(np.int64) + 1) >> 1)
                squares = np.square(mixed - to_fine(wanted))
                blocks = _block_sums(squares)
                errors[m, choice, first : first + len(blocks)] += blocks
    return errors


def _block_sums(values: Int64Array) -> Int64Array:
    """Return the sums over the smallest blocks, the first of which begins with the array."""
    tops, lefts = (np.arange(0, n, SMALLEST_BLOCK) for n in values.shape)
    return np.add.reduceat(np.add.reduceat(values, tops, axis=0), lefts, axis=1)


def _grouped(errors: Int64Array, times: int) -> Int64Array:
    """Return the errors of blocks that many times as large in both directions."""
    rows, columns = (np.arange(0, n, times) for n in errors.shape[2:])
    return np.add.reduceat(np.add.reduceat(errors, rows, axis=2), columns, axis=3)
