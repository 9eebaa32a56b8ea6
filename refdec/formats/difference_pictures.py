"""Pictures of differences: |A - B|, amplified so that it can be seen; and planes of several sizes in one picture.

In: two pictures of one size, depth and colour.  Out: a picture for a writer.
"""

from __future__ import annotations

import numpy as np

from refdec.formats.pictures import CodePicture, Colour

__all__ = ["difference_picture", "fitting_scale", "in_one_picture"]


def fitting_scale(a: CodePicture, b: CodePicture) -> int:
    """Return the largest whole factor that keeps every difference within the codes, 1 at least."""
    largest = max(
        int(np.abs(one.astype(np.int32) - two.astype(np.int32)).max())
        for one, two in zip(a.components, b.components, strict=True)
    )
    return max(((1 << a.bits) - 1) // max(largest, 1), 1)


def difference_picture(a: CodePicture, b: CodePicture, scale: int) -> CodePicture:
    """Return |A - B| times `scale` in every component, cut at the largest code; black is equal."""
    top = (1 << a.bits) - 1
    apart = tuple(
        np.minimum(np.abs(one.astype(np.int64) - two.astype(np.int64)) * scale, top).astype(one.dtype)
        for one, two in zip(a.components, b.components, strict=True)
    )
    return CodePicture(apart, a.bits, a.colour)


def in_one_picture(picture: CodePicture) -> CodePicture:
    """Return RGB and gray as they are; of YUV one gray picture, luma above, the chroma planes below it."""
    if picture.colour is not Colour.YUV:
        return picture
    width = picture.components[0].shape[1]
    rows = [np.pad(plane, ((0, 0), (0, width - plane.shape[1]))) for plane in picture.components]
    return CodePicture((np.concatenate(rows),), picture.bits, Colour.GRAY)
