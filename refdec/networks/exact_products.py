"""The stencils as float64 matrix products that carry exact integers (6.6), the only floats of decoding.

In: int32 maps [h, w, C] and a `Stencil`.  Out: the same int32 maps as the integer loops of `kernels`, bit for bit.

Why that is allowed: a sum of integers of which no partial sum reaches 2^53 is exact in float64, in any order, fused
or not. `winograd` proves that per layer for all inputs up to a largest magnitude; here every block of a map measures
its own magnitude while it is loaded.  A block beyond the limit of one form of the products is left to the next form,
and in the end to the integer loop.  Adding the start value, scaling by a power of two, floor and clamp are exact as
well.

Here a stencil gets its forms: `exact_tiles` has the fast ones, `exact_sums` those with the largest limits.  Blocks are
small enough for the cache of a core, and each thread keeps the room that they need from one to the next.
"""

from __future__ import annotations

from refdec.networks.exact_forms import ExactProducts
from refdec.networks.exact_sums import DirectProducts, TapProducts
from refdec.networks.exact_tiles import FastProducts, WideProducts
from refdec.networks.stencil import THREE, Stencil
from refdec.networks.winograd import fast_side

__all__ = ["exact_products", "spare_products"]

MOST_WIDE_BYTES = 8_000_000
"""Filters that would be larger for tiles of 4 x 4 stay with those of 2 x 2."""
FEW_OUTPUTS, FEW_INPUTS = 4, 6
"""Up to so many output channels, all taps at once beat the fast algorithms; of layers that halve the size, also below
so many input channels."""


def exact_products(stencil: Stencil) -> ExactProducts | None:
    """Return the first form to try for a stencil, None where there is none (then the integer loop does it all)."""
    if stencil.is_depthwise:
        return None
    wide = stencil.vertical == stencil.horizontal == THREE and stencil.out_channels > FEW_OUTPUTS
    if wide and 8 * 36 * stencil.taps[0, 0].size <= MOST_WIDE_BYTES:
        return WideProducts.of(stencil)
    return _fast_or_direct(stencil)


def _fast_or_direct(stencil: Stencil) -> ExactProducts | None:
    """Return the form for a stencil that takes no tiles of 4 x 4."""
    side = fast_side(stencil)
    few = stencil.out_channels <= FEW_OUTPUTS or (stencil.vertical.stride > 1 and stencil.in_channels < FEW_INPUTS)
    if side is not None and not few:
        return FastProducts.of(stencil, side)
    return _direct(stencil)


def spare_products(stencil: Stencil, form: ExactProducts) -> ExactProducts | None:
    """Return the form to try for a block that is beyond the limit of another one; None where there is no more."""
    if isinstance(form, WideProducts):
        return _fast_or_direct(stencil)
    return _direct(stencil) if isinstance(form, FastProducts) else None


def _direct(stencil: Stencil) -> ExactProducts | None:
    """Return the form with the largest limit: direct sums; None for stencils with groups."""
    if stencil.groups > 1:
        return None
    directions = (stencil.vertical, stencil.horizontal)
    strided = any(d.stride > 1 for d in directions)
    same_samples = all(len({tuple(o for _, o in phase) for phase in d.phases}) == 1 for d in directions)
    several_taps = stencil.taps.shape[:2] != (1, 1)
    if strided or (same_samples and not (several_taps and stencil.out_channels <= FEW_OUTPUTS)):
        return DirectProducts.of(stencil)
    return TapProducts.of(stencil)
