"""Planes that a task has made as the codes of a picture: in the colours of the codestream that they belong to (5.10).

In: Y, U, V int32 Q18 of one size, and the header fields of a bundle.  Out: codes of 8 bits.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, UInt8Array
from refdec.bundles import BundleHeaders
from refdec.clauses import clause
from refdec.picture.colour import CUSTOM, clamped, rgb_from_yuv
from refdec.picture.errors import CustomColourUnsupported
from refdec.picture.output import codes
from refdec.picture.planes import Planes

__all__ = ["shown_codes"]

BITS = 8


@clause("5.10", kind="added", reason="planes of a task are no decoded picture; they take the same way to colours")
def shown_codes(headers: BundleHeaders, planes_q18: Int32Array) -> UInt8Array:
    """(5.10) Return R, G, B of planes [3, rows, columns], uint8 [rows, columns, 3]; of a gray picture its luma.

    That is three equal channels, or [rows, columns] where the source had gray alone.  Raises CustomColourUnsupported.
    """
    luma = codes(clamped(planes_q18[0]), BITS)
    if headers.gray_components == 1:
        return luma.astype(np.uint8)
    if headers.gray_components:
        return np.stack([luma] * 3, axis=-1).astype(np.uint8)
    if headers.colour_transform_idx == CUSTOM:
        raise CustomColourUnsupported
    y, u, v = (np.ascontiguousarray(clamped(plane)) for plane in planes_q18)
    return np.stack([codes(plane, BITS) for plane in rgb_from_yuv(Planes(y, u, v))], axis=-1).astype(np.uint8)
