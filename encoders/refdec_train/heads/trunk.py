"""The trunk of heads that look at a whole picture: from the latents to one vector.

In: a sketch.  Out: the name of the vector.  Half of the work is the first layer's, at each position; three times the
map is halved, so that the last layers see squares of 128 samples and more.
"""

from __future__ import annotations

from refdec_train.heads.design import Sketch

__all__ = ["whole_picture"]


def whole_picture(sketch: Sketch, widths: tuple[int, int, int, int]) -> str:
    """Add a trunk of four widths: of the latent's size, of a half, of a quarter, and of the vector."""
    first, half, quarter, vector = widths
    x = sketch.unit(sketch.both(), first, side=1)
    x = sketch.unit(x, half, stride=2)
    x = sketch.residual(x, half // 4)
    x = sketch.unit(sketch.step("mean2", x), quarter, side=1)
    x = sketch.residual(x, quarter // 4)
    return sketch.step("mean", sketch.unit(x, vector, side=1))
