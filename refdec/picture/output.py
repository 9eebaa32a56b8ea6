"""Sample codes of planes (5.11, 6.4.14), and the planes that a kind of file wants.

In: planes int32 Q18 in 0..255.  Out: integer codes of a bit depth, uint8 up to 8 bits, uint16 above.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array, IntArray
from refdec.clauses import clause
from refdec.networks.sharing import in_parts
from refdec.picture.errors import BitDepthOutOfRange

__all__ = ["Codes", "as_codes", "code_type", "codes", "png_samples"]

Codes: TypeAlias = npt.NDArray[np.unsignedinteger]
"""Codes of a component, uint8 or uint16."""
MAX_BITS = 16
LEAST_ROWS = 32
"""What threads that share the work take at least."""


def code_type(bits: int) -> np.dtype[Any]:
    """Return the type of codes of a bit depth: uint8 up to 8 bits, else uint16."""
    return np.dtype(np.uint8 if bits <= 8 else np.uint16)


def as_codes(values: IntArray, bits: int) -> Codes:
    """Return values 0..2^bits - 1 in the type of codes of that depth."""
    return np.ascontiguousarray(values, code_type(bits))


@clause("5.11")
@clause("6.4.14")
def codes(plane_q18: Int32Array, bits: int) -> Codes:
    """(5.11, 6.4.14) Codes 0..2^bits - 1 of a plane, rounded half to even; the same shape, uint8 or uint16.

    Raises BitDepthOutOfRange unless 1 <= bits <= 16.
    """
    from refdec.picture.kernels import codes_of_plane

    if not 1 <= bits <= MAX_BITS:
        raise BitDepthOutOfRange(bits)
    out = np.empty(plane_q18.shape, np.uint16)
    plane, most = np.ascontiguousarray(plane_q18), (1 << bits) - 1
    in_parts(lambda top, bottom: codes_of_plane(plane[top:bottom], most, out[top:bottom]), len(plane), LEAST_ROWS)
    return as_codes(out, bits)


@clause("5.11")
def png_samples(code: Codes, bits: int) -> Codes:
    """(5.11) What a PNG holds: codes up to 8 bits as they are, others in the high bits of 16 above ones."""
    if bits <= 8:
        return code
    unused = MAX_BITS - bits
    return (code.astype(np.uint16) << np.uint16(unused)) | np.uint16((1 << unused) - 1)
