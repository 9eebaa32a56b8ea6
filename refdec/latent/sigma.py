"""The chain of sigma indices (3.2, 3.4): s0 -> s1 (gain, beta, quality map) -> s2 (RVS, GRFS) -> level.

In: s0 of the hyper-scale decoder, gains, header parameters.  Out: `SigmaMaps`, and the levels that the residual's
entropy coder takes.  Everything works on the whole component, on slices of channels and on aligned bands alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec import tables
from refdec.arithmetic.types import BoolArray, Int32Array, UInt8Array
from refdec.clauses import clause
from refdec.latent.errors import GainBeyondTable, LatentMismatch
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.variance import VarianceScaling, likely_blocks

__all__ = ["SigmaMaps", "base_index", "levels", "scale_maps", "scaler_q10"]

TABLE_REACH = 4096


@clause("3.2")
@dataclass(frozen=True, slots=True, eq=False)
class SigmaMaps:
    """(3.2) Sigma indices of one component, slice or band; unit 1/128 of a sigma level.

    `base`: s1 int32 [C, h, w], decides what is coded.  `final`: s2, for the entropy coder; the same array as `base`
    where RVS and GRFS are off.  `likely`: int32 [C, ceil(h/8), ceil(w/8)], per block.  `variance`: the tables of s2.
    """

    base: Int32Array
    final: Int32Array
    likely: Int32Array
    variance: VarianceScaling


@clause("3.4.2")
def scaler_q10(gain_log: Int32Array, beta: int) -> Int32Array:
    """(3.4.2) Return S [C], unit 2^-10, of gains G [C] and a beta displacement; raises GainBeyondTable."""
    v = gain_log.astype(np.int64) + beta
    wrong = np.flatnonzero(np.abs(v) > TABLE_REACH)
    if wrong.size:
        raise GainBeyondTable(int(wrong[0]), int(v[wrong[0]]))
    return tables.gain_scaler_q10()[v + TABLE_REACH]


@clause("3.2")
def base_index(s0: Int32Array, gain_log: Int32Array, beta: int, quality_steps: QualitySteps | None) -> Int32Array:
    """(3.2) Return s1 = s0 + G + B + Q, int32 [C, h, w]; G, B and Q of a legal stream stay within +-8192 together.

    `quality_steps` covers the same rows and columns as s0.  Raises LatentMismatch.
    """
    channels, h, w = s0.shape
    if gain_log.shape != (channels,):
        raise LatentMismatch("The gain vector", (channels,), gain_log.shape)
    offset = (gain_log.astype(np.int64) + beta).astype(np.int32)
    base = s0 + offset[:, None, None]
    if quality_steps is not None:
        if quality_steps.log.shape != (h, w):
            raise LatentMismatch("The quality map", (h, w), quality_steps.log.shape)
        base += quality_steps.log
    return base


@clause("3.2")
def scale_maps(
    s0: Int32Array,
    gain_log: Int32Array,
    beta: int,
    quality_steps: QualitySteps | None,
    rvs: bool,
    grfs_flags: BoolArray | None,
    model_id: int,
) -> SigmaMaps:
    """(3.2) Return the sigma indices of s0 int32 [C, h, w]: steps 2 to 4.

    `gain_log` [C] and `grfs_flags` [C] (None where GRFS is off) belong to the channels of s0, `quality_steps` (None
    where there is no map) to its rows and columns; a band begins at a multiple of 8 rows.
    Raises LatentMismatch, ModelUnknown.
    """
    variance = VarianceScaling.of(rvs, grfs_flags, model_id, s0.shape[0])
    base = base_index(s0, gain_log, beta, quality_steps)
    likely = likely_blocks(base)
    return SigmaMaps(base, _final_index(base, likely, variance), likely, variance)


def _final_index(base: Int32Array, likely: Int32Array, variance: VarianceScaling) -> Int32Array:
    """(3.6.3) Return s2 = s1 + R."""
    if not variance.active:
        return base
    from refdec.latent import kernels

    final = np.empty_like(base)
    kernels.final_index(base, likely, variance.thresholds, variance.log_offset, final)
    return final


@clause("2.6.2")
@clause("3.2")
def levels(final: Int32Array) -> UInt8Array:
    """(3.2) Return the sigma level of every sample, uint8 0..31: Clip(0, 31, (s2 + 64) >> 7)."""
    from refdec.latent import kernels

    out = np.empty(final.shape, np.uint8)
    kernels.levels(np.ascontiguousarray(final).reshape(-1), out.reshape(-1))
    return out
