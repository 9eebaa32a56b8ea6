"""Encoder side of the scale path (3.B, 6.7): residual symbols, cube flags, parameters.

In: latents and predictions int32 Q18, the decoder's own indices.  Out: int16 symbols, flags, and parameters that are
legal.  What a decoder repeats (indices, dequantisation) is not here: an encoder calls the decoder's functions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refdec import tables
from refdec.arithmetic.fixed import Q, sat32
from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.latent.dequant import require_likely
from refdec.latent.errors import LatentMismatch
from refdec.latent.qualitysteps import NO_MAP_Q4, QualitySteps
from refdec.latent.skip import cube_grid
from refdec.latent.variance import VarianceScaling, model_table

__all__ = [
    "ALL_PHASES",
    "choose_grfs_flags",
    "cube_flags",
    "prediction_error",
    "quantise_residual",
]

ALL_PHASES = (0, 1, 2, 3)
COMPONENTS = ("primary", "secondary")


@clause("6.7")
def prediction_error(latent: Int32Array, prediction: Int32Array, num_chs: int) -> Int32Array:
    """(6.7) Return e = sat32(y - mu), Q18 [C, h, w], 0 for channels from `num_chs` on."""
    error = sat32(latent.astype(np.int64) - prediction)
    error[num_chs:] = 0
    return error


@clause("3.B.3")
@clause("6.7")
def quantise_residual(
    error: Int32Array,
    coded: BoolArray,
    likely: Int32Array,
    variance: VarianceScaling,
    scaler_q10: Int32Array,
    quality_steps: QualitySteps | None = None,
    *,
    origin: tuple[int, int] = (0, 0),
) -> Int16Array:
    """(6.7, 3.B.3) Return the symbols int16 [C, h, w] of an error Q18; 0 where `coded` is False.

    Arguments as of `residual_from_symbols`, its inverse.  Raises LatentMismatch.
    """
    from refdec.latent import kernels

    channels, h, w = error.shape
    if coded.shape != error.shape:
        raise LatentMismatch("The mask", error.shape, coded.shape)
    if scaler_q10.shape != (channels,) or variance.scale_q7.shape[0] != channels:
        raise LatentMismatch("The scaler", (channels,), scaler_q10.shape)
    require_likely(likely, channels, h, w, origin)
    linear = NO_MAP_Q4 if quality_steps is None else quality_steps.linear_q4
    if quality_steps is not None and linear.shape != (h, w):
        raise LatentMismatch("The quality map", (h, w), linear.shape)
    out = np.empty(error.shape, np.int16)
    kernels.quantise(
        np.ascontiguousarray(error),
        np.ascontiguousarray(coded),
        np.ascontiguousarray(likely),
        variance.thresholds,
        variance.scale_q7,
        scaler_q10,
        linear,
        *origin,
        out,
    )
    return out


@clause("3.B.4")
def cube_flags(error: Int32Array, reconstructed: Int32Array, *, phases: Sequence[int] = ALL_PHASES) -> UInt8Array:
    """(3.B.4) Return cube flags uint8 [4, ch, cw]: 0 where |e' - e| > 3 somewhere in a cube of the given phases.

    Both arguments are Q18 [C, h, w] of the whole picture; `reconstructed` is the residual that the decoder would get
    with the skip mask alone.  Flags of other phases are 1.
    """
    from refdec.latent import kernels

    if reconstructed.shape != error.shape:
        raise LatentMismatch("The reconstructed residual", error.shape, reconstructed.shape)
    chosen = np.zeros(4, np.bool_)
    chosen[list(phases)] = True
    flags = np.ones((4, *cube_grid(*error.shape[1:])), np.uint8)
    threshold = tables.model_constants()["common"]["skip_cube_thr_encoder"] << Q
    kernels.cubes_exceeding(np.ascontiguousarray(error), np.ascontiguousarray(reconstructed), threshold, chosen, flags)
    return flags


@clause("3.B.2")
def choose_grfs_flags(totals: Int64Array, component: int, model_id: int, num_chs: int) -> BoolArray:
    """(3.B.2) Return channel flags [C], set for the channels with the largest mean of s1; ties go to the lower number.

    `totals` int64 [C]: the sums of s1 over all positions.  Only channels below `num_chs` take part: no others can be
    signalled.
    """
    model = model_table(model_id)["model_id"]
    count = tables.model_constants()["common"]["grfs_encoder_flagged_channels"][COMPONENTS[component]][model]
    flags = np.zeros(totals.size, np.bool_)
    flags[np.argsort(-totals[:num_chs], kind="stable")[:count]] = True
    return flags
