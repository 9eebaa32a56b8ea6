"""What a bit is worth, and what an error counts (5.14.2): the trade by which filters are switched on.

In: the operating point, the format.  Out: squared error that one bit has to save; weights of the planes' errors.  An
error is squared, summed, and counted in units of 2^-12 on the 0..255 scale, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from refdec import tables
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause

__all__ = ["FINE", "Weights", "Worth", "squared_error", "to_fine"]

Weights: TypeAlias = tuple[int, int, int]
"""What the errors of Y, U and V count, in hundredths."""

FINE = 6
"""Fractional bits with which errors are reckoned."""
DROPPED = 18 - FINE
SLOPES = (340, 85, 22, 6)
"""Squared error of luma (0..255 scale) that a bit saves at displacement 0, by model_id.  That of model 1 is the slope
of the curves of Kodak pictures with the bundled weights; a model more stands for a quarter of the error."""
RGB_WEIGHTS = (100, 116, 90)
"""A third of the squared error of R, G and B that errors of Y, U and V make on their own."""
REACH = 4096
NEVER = 1 << 100


def to_fine(plane: Int32Array) -> Int64Array:
    """Return a plane Q18 in units of 2^-6, nearest, halves up."""
    rounded: Int64Array = (plane.astype(np.int64) + (1 << (DROPPED - 1))) >> DROPPED
    return rounded


def squared_error(first: Int32Array, second: Int32Array) -> int:
    """Return the sum of squared differences of two planes Q18, in units of 2^-12."""
    return int(np.square(to_fine(first) - to_fine(second)).sum())


@clause("5.14.2", kind="inferred", reason="how an encoder weighs errors against bits is its own affair")
@dataclass(frozen=True, slots=True)
class Worth:
    """(5.14.2) The trade at an operating point: `weights` of the planes, and what a bit has to save.

    `slope`: squared error, unit 2^-12, for one bit.  `room`: bits that there are at most, None: any number.
    """

    slope: int
    weights: Weights
    room: int | None = None

    @classmethod
    def of(cls, picture: PictureHeader) -> Worth:
        """(3.4.2) Return the trade at a header's model and displacement.

        Squared errors follow the square of the quantiser's step, so one measured slope serves every displacement.
        """
        at = min(max(picture.beta_log[0], -REACH), REACH)
        scale = int(tables.gain_scaler_q10()[at + REACH])
        slope = max(1, (SLOPES[picture.model_id] << (2 * FINE + 20)) // (scale * scale))
        area = 100 * picture.s_ver * picture.s_hor
        return cls(slope, RGB_WEIGHTS if picture.colour_transform_idx == 1 else (100, area, area))

    def error(self, errors: tuple[int, int, int]) -> int:
        """Return what the errors of three planes count together."""
        return sum(weight * error for weight, error in zip(self.weights, errors, strict=True)) // 100

    def cost(self, error: int, bits: int) -> int:
        """Return error and bits as one number, unit 2^-12 of squared error; one that never pays if there is no room."""
        if self.room is not None and bits > self.room:
            return NEVER
        return error + self.slope * bits
