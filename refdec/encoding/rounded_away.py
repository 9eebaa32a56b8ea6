"""What rounding took away from latents that are decoded (6.7): how much of it there was, told by the scales.

In: luma as it is coded.  Out: sizes of its latent as they were before, on average, which a hyper encoder asks for; and
the step of every symbol.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.decoding.scales import SigmaWindow
from refdec.encoding.encoder import Coded
from refdec.encoding.outcome import symbols_of
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.sigma import scaler_q10
from refdec.limits import Check
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect

__all__ = ["filled_up", "luma_steps"]

FILLING_WINDOW = (16, 64)
"""Latent positions at a time where sizes are put together, which takes int64 several times."""
LACKING_Q10 = (19, 29, 45, 68, 102, 139, 173, 202, 216, 231, 253, 261, 272, 278, 283, 287, 287)
"""What rounding to 0 takes away (root of the mean square), in 1/1024 of a step, at scale indices 128 apart.

From -512 on; measured with the bundled weights on kodim13 and kodim20 at displacements -550 and 300, which agree.
"""
LEAST_INDEX, INDEX_STEP_LOG2 = -512, 7
LACKING_CODED_Q10 = 296
"""The same of other symbols: 1024 / sqrt(12)."""


@clause("6.7", kind="added", reason="what an encoder takes a picture for is left to it")
def filled_up(coded: Coded, strength_q8: int, check: Check) -> Int32Array:
    """Return |y| of luma as it was before rounding, on average: the size of y and of what rounding takes away.

    Where the scale is the least that there is, nothing was ever to be seen, and y is as it is.
    """
    frame, y = coded.frame, coded.prepared.y[0]
    made = np.empty_like(y)
    lowest = min(int(coded.hyper.sigma(0, part).maps.final.min()) for part in even_windows(frame, FILLING_WINDOW, 8))
    for window in even_windows(frame, FILLING_WINDOW, 2):
        check()
        sigma = coded.hyper.sigma(0, window)
        inside = window.seen_from(sigma.rect)
        index = sigma.maps.final[:, inside.rows, inside.columns]
        zero = symbols_of(coded, 0)[:, window.rows, window.columns] == 0
        share = np.where(zero, np.where(index > lowest, _lacking_q10(index), 0), LACKING_CODED_Q10)
        lacking = wide(luma_steps(coded, sigma, window)) * share * strength_q8 >> 18
        there = abs(wide(y[:, window.rows, window.columns]))
        made[:, window.rows, window.columns] = sat32(_size(there, lacking))
    return made


def _lacking_q10(index: Int32Array) -> Int64Array:
    """Return LACKING_Q10 between its points."""
    points = np.array(LACKING_Q10, np.int64)
    place = np.clip(wide(index) - LEAST_INDEX, 0, (len(points) - 2) << INDEX_STEP_LOG2)
    below, rest = place >> INDEX_STEP_LOG2, place & ((1 << INDEX_STEP_LOG2) - 1)
    return np.asarray(points[below] + ((points[below + 1] - points[below]) * rest >> INDEX_STEP_LOG2))


def _size(first: Int64Array, second: Int64Array) -> Int64Array:
    """Return about the root of the sum of two squares, within 2 %; both are from 0 on, and below 2^32."""
    larger, smaller = np.maximum(first, second), np.minimum(first, second)
    return np.asarray(larger + smaller * (smaller * 27 >> 6) // np.maximum(larger, 1))


@clause("6.3.3")
def luma_steps(coded: Coded, sigma: SigmaWindow, window: Rect) -> Int32Array:
    """(6.3.3) Return what a symbol 1 of luma adds to the latent at each place of a window, which the scales hold."""
    picture, models = coded.headers.picture, coded.prepared.models
    steps = coded.prepared.hyper.latents.quality_steps
    return residual_from_symbols(
        np.ones((COMPONENT_CHANNELS[0], *window.size_hw), np.int16),
        sigma.maps.likely,
        sigma.maps.variance,
        scaler_q10(models.gain(0), picture.beta_log[0]),
        None if steps is None else steps.window(window.rows, window.columns),
        origin=(window.y - sigma.rect.y, window.x - sigma.rect.x),
    )
