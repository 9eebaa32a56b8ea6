"""HEIC pictures of more than 8 bits, which the plugin of Pillow cuts to 8: read by pillow-heif itself.

In: the bytes of a file, the index of a picture in it, and the depth that its boxes state.  Out: samples [rows, columns,
channels], uint16.
"""

from __future__ import annotations

import numpy as np

from refdec.formats.foreign_readers import damage_named
from refdec.picture.output import Codes

__all__ = ["deep_heif_samples"]


def deep_heif_samples(data: bytes, index: int, bits: int) -> Codes:
    """Return gray or R, G, B, and the channel of alpha if there is one: codes of `bits` bits, 9..16.

    The package is there: the file was opened with it.  Raises PictureDamaged.
    """
    import pillow_heif

    with damage_named("HEIF"):
        image = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)[index]
        spread = np.asarray(image, np.uint16)  # over 16 bits
    samples = np.right_shift(spread, 16 - bits, dtype=np.uint16)
    return samples if samples.ndim == 3 else samples[:, :, None]
