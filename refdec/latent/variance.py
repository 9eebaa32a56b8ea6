"""Residual variance scaling (RVS) and channel-wise residual scaling (GRFS): block index and class tables (3.6).

In: s1, the header's flags, the model.  Out: `likely` per 8x8 block, and per channel the thresholds, log offsets,
inverse and forward scales.  `likely` is kept per block, not per sample: 64 times smaller, and the same for all uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refdec import tables
from refdec.arithmetic.types import BoolArray, Int32Array
from refdec.clauses import clause
from refdec.latent.errors import LatentMismatch, ModelUnknown

__all__ = ["BLOCK", "VarianceScaling", "block_count", "likely_blocks", "model_table"]

BLOCK = 8
UNSCALED_Q7, UNSCALED_Q16 = 128, 1 << 16


def model_table(model_id: int) -> Mapping[str, Any]:
    """Return the constants of a model 0..3; raises ModelUnknown."""
    models = tables.model_constants()["models"]
    if not 0 <= model_id < len(models):
        raise ModelUnknown(model_id)
    entry: Mapping[str, Any] = models[model_id]
    return entry


@clause("3.6.2")
@dataclass(frozen=True, slots=True, eq=False)
class VarianceScaling:
    """(3.6.2) Class tables of one component; all arrays int32.

    `thresholds` [0 or 3]: class k = number of them that `likely` exceeds.  `log_offset`, `inverse_q16`, `scale_q7`
    [C, 1 or 4]: R, INV and a, by channel and class.  `active`: whether RVS or GRFS is on.
    """

    active: bool
    thresholds: Int32Array
    log_offset: Int32Array
    inverse_q16: Int32Array
    scale_q7: Int32Array

    @classmethod
    def of(cls, rvs: bool, grfs_flags: BoolArray | None, model_id: int, channels: int) -> VarianceScaling:
        """Return the tables for `rvs_enable_flag` and the channel flags [C] (None: GRFS off).  Raises ModelUnknown."""
        if grfs_flags is not None and grfs_flags.shape != (channels,):
            raise LatentMismatch("grfs_channel_flag", (channels,), grfs_flags.shape)
        model = model_table(model_id)
        none = np.zeros(0, np.int32)
        thresholds = np.array(model["rvs_thresholds_index"], np.int32) if rvs else none
        if not rvs and grfs_flags is None:
            one = np.ones((channels, 1), np.int32)
            return cls(False, thresholds, 0 * one, UNSCALED_Q16 * one, UNSCALED_Q7 * one)
        groups = ("off",) if grfs_flags is None else ("flag0", "flag1")
        rows = [model["rvs_tables"][f"rvs{int(rvs)}_{group}"] for group in groups]
        group_of = np.zeros(channels, np.intp) if grfs_flags is None else grfs_flags.astype(np.intp)
        offset, inverse, scale = (
            np.ascontiguousarray(np.array([row[name] for row in rows], np.int32)[group_of])
            for name in ("log_offset", "inverse_65536", "scale_128")
        )
        return cls(True, thresholds, offset, inverse, scale)

    def part(self, channels: slice) -> VarianceScaling:
        """Return the tables of a slice of channels."""
        return VarianceScaling(
            self.active,
            self.thresholds,
            self.log_offset[channels],
            self.inverse_q16[channels],
            self.scale_q7[channels],
        )


def block_count(samples: int) -> int:
    """Return the number of blocks that cover so many rows or columns."""
    return -(-samples // BLOCK)


@clause("3.6.1")
def likely_blocks(base: Int32Array) -> Int32Array:
    """(3.6.1) Return `likely` per block, int32 [C, ceil(h/8), ceil(w/8)], 0..4351, of s1 [C, h, w].

    `base` may be a window: one that begins at multiples of 8 rows and columns of the picture and ends at such or at the
    picture's end.  Only there the padding with 1411 takes part.
    """
    from refdec.latent import kernels

    channels, h, w = base.shape
    out = np.empty((channels, block_count(h), block_count(w)), np.int32)
    kernels.block_means(np.ascontiguousarray(base), out)
    return out
