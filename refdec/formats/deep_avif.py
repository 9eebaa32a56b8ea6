"""AVIF pictures of more than 8 bits, which Pillow cuts to 8: read by imagecodecs, an optional package around libavif.

In: the bytes of a file, the index of a picture in it, and its size.  Out: samples [rows, columns, channels], uint16, as
they are stored: what turns them is for others.
"""

from __future__ import annotations

import numpy as np

from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.foreign_readers import damage_named
from refdec.picture.output import Codes

__all__ = ["deep_avif_samples"]


def deep_avif_samples(data: bytes, index: int, bits: int, size: tuple[int, int]) -> Codes:
    """Return gray or R, G, B, and the channel of alpha if there is one: codes of `bits` bits, 10 or 12.

    `size`: width and height that the file states, which were compared with the limits.

    Raises PictureUnsupported where the package is missing, PictureDamaged.
    """
    try:
        from imagecodecs import avif_decode
    except ImportError:
        raise PictureUnsupported("AVIF", f"colour of {bits} bits (pip install 'refdec[avif]' reads it)") from None
    with damage_named("AVIF"):
        samples = np.asarray(avif_decode(data, index, numthreads=1))
    found = samples if samples.ndim == 3 else samples[:, :, None]
    if found.dtype != np.uint16 or found.shape[:2] != size[::-1]:
        raise PictureDamaged("AVIF", f"its samples are {found.shape[1]} x {found.shape[0]} of {found.dtype}")
    return found
