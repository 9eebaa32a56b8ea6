"""The trunk of heads that look at a whole picture: from the latents to a map of what is where.

In: a sketch.  Out: the name of the map, of a quarter of the latent's size.  All such heads have the same trunk, so that
one can begin with what another has learnt.  Its 3 x 3 are of each channel alone: a third of the products is the first
layer's, at each position.
"""

from __future__ import annotations

from refdec_train.heads.design import Sketch

__all__ = ["whole_picture"]

WIDTHS = (144, 192, 272)
"""Channels at the latent's size, at a half, at a quarter."""
DEPTHS = (1, 3, 1)


def whole_picture(sketch: Sketch) -> str:
    """Add the trunk: 320,000 weights."""
    x = sketch.both()
    for number, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True)):
        x = sketch.unit(sketch.step("mean2", x) if number else x, width, side=1)
        for _ in range(depth):
            x = sketch.separable(x)
    return x
