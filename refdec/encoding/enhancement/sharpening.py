"""LEF (5.9, 5.14.2): the channel whose scale indices are large where sharpening lowers the error of luma.

In: the planes before LEF, and the scale indices of the luma channels.  Out: a channel, None where none pays.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.worth import Worth, to_fine
from refdec.limits import Check, unchecked
from refdec.picture.filters.lef import lef, lef_index_reach, lef_reach
from refdec.picture.resample import nearest_indices
from refdec.tables import integer_constants

__all__ = ["choose_sharpening"]

CHANNEL_BITS = 8


@clause("5.9")
@clause("5.14.2", kind="inferred", reason="how an encoder finds the channel is its own affair")
def choose_sharpening(before: Unfiltered, look: Look, worth: Worth, *, check: Check = unchecked) -> int | None:
    """(5.9, 5.14.2) Return LEF_chIdx, None where no channel saves more error than its bits are worth.

    What each factor saves at each position of the latent is found once; a channel is then a sum over positions.
    """
    saved = _saved(before, look, check)
    thresholds = integer_constants()["lef_thresholds"][before.picture.model_id]
    frame = before.decoder.latent_frame
    best, least = None, 0
    for channel in range(COMPONENT_CHANNELS[0]):
        check()
        factor = np.searchsorted(thresholds, before.hyper.scale_index(channel, frame), side="right")
        gain = int(np.take_along_axis(saved, factor[None], axis=0).sum())
        cost = worth.cost(-gain * worth.weights[0] // 100, CHANNEL_BITS)
        if cost < least:
            best, least = channel, cost
    return best


def _saved(before: Unfiltered, look: Look, check: Check) -> Int64Array:
    """Return the squared error that each factor saves where the map shows a position, int64 [4, rows, columns].

    The first factor is 1: what clamping to 0..255 alone saves.
    """
    picture = before.picture
    thresholds = integer_constants()["lef_thresholds"][picture.model_id]
    frame, shown = before.decoder.latent_frame, before.decoder.shown
    rows, columns = nearest_indices(frame.h, shown.h), nearest_indices(frame.w, shown.w)
    saved = np.zeros((1 + len(thresholds), frame.h, frame.w), np.int64)
    for band in before.bands():
        check()
        held = lef_reach(band, picture)
        luma, target = look(held).y, to_fine(before.target(band).y)
        inside, maps = band.seen_from(held), lef_index_reach(held, picture)
        error = np.square(to_fine(luma[inside.rows, inside.columns]) - target)
        for factor, threshold in enumerate([0, *thresholds]):
            index: Int32Array = np.full(maps.size_hw, threshold, np.int32)
            made = lef(luma, index, picture, held=held, index_held=maps)[inside.rows, inside.columns]
            less = error - np.square(to_fine(made) - target)
            _add_by_position(saved[factor], less, rows[band.rows], columns[band.columns])
    return saved


def _add_by_position(total: Int64Array, values: Int64Array, rows: Int64Array, columns: Int64Array) -> None:
    """Add samples to the positions that they belong to, which ascend with rows and columns."""
    tops, lefts = (np.flatnonzero(np.diff(at, prepend=-1)) for at in (rows, columns))
    sums = np.add.reduceat(np.add.reduceat(values, tops, axis=0), lefts, axis=1)
    total[np.ix_(rows[tops], columns[lefts])] += sums
