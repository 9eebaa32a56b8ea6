"""Regions of interest: the mask that a user draws becomes the quality map of the codestream (3.B.2).

In: a mask, an array or a picture file.  Out: quality steps, one for each latent position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.api.concerning import concerning
from refdec.api.errors import MaskWrong
from refdec.clauses import clause
from refdec.formats.errors import PictureDamaged, PictureUnrecognised, PictureUnsupported
from refdec.plugins.errors import RequestInvalid

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.arithmetic.types import Int32Array
    from refdec.formats.files import Source
    from refdec.limits import Limits

__all__ = ["quality_map_of_mask", "read_mask"]

INSIDE, OUTSIDE = 6, -3
"""(3.B.2) Quality steps inside and outside of a region of interest."""


def read_mask(roi: npt.NDArray[Any] | Source, *, limits: Limits | None) -> npt.NDArray[Any]:
    """Return a mask [rows, columns]: an array as it is, of a picture file where its first component is white.

    White is the upper half of its range.  Raises RequestInvalid for an array that is none, MaskWrong,
    FileError, and what is beyond the limits.
    """
    from refdec.formats.files import name_of, read_picture
    from refdec.formats.orientation import upright

    if not isinstance(roi, np.ndarray):
        with concerning(roi):
            try:
                picture = upright(read_picture(roi, limits=limits))[0]
            except (PictureDamaged, PictureUnsupported, PictureUnrecognised) as problem:
                raise MaskWrong(name_of(roi), problem) from problem
        return np.asarray(picture.components[0] >= (1 << (picture.bits - 1)))
    if roi.ndim != 2 or not roi.size or roi.dtype.kind not in "bu":
        found = f"{roi.dtype} {list(roi.shape)}"
        raise RequestInvalid("roi", found, "a mask [rows, columns] of booleans or unsigned codes")
    return roi


@clause("3.B.2")
def quality_map_of_mask(mask: npt.NDArray[Any], height: int, width: int) -> Int32Array:
    """(3.B.2) Return the quality map [h,w] of a region of interest for a picture of height x width samples.

    `mask` [rows, columns] of any size, white (from half of its range on) inside: it is resized by nearest neighbour to
    16 samples a latent position, and a position is inside where any of its samples is.
    """
    h, w = (-(-max(side, 64) // 16) for side in (height, width))
    rows = np.arange(16 * h) * mask.shape[0] // (16 * h)
    columns = np.arange(16 * w) * mask.shape[1] // (16 * w)
    half = (int(np.iinfo(mask.dtype).max) + 1) // 2 if mask.dtype != np.bool_ else 1
    inside = (mask[rows][:, columns] >= half).reshape(h, 16, w, 16).any(axis=(1, 3))
    return np.where(inside, INSIDE, OUTSIDE).astype(np.int32)
