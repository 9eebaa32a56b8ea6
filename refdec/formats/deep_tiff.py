"""TIFF pictures of 16-bit colour, which Pillow cuts to 8 bits: read by tifffile, an optional package.

In: the bytes of a file and the index of a picture in it.  Out: samples [rows, columns, channels], uint16.
"""

from __future__ import annotations

import numpy as np

from refdec.formats.errors import PictureUnsupported
from refdec.formats.pictures import require_pixels
from refdec.formats.tiff_page import SAVE_PLAIN, SEPARATE, opened_page
from refdec.limits import Limits
from refdec.picture.output import Codes

__all__ = ["deep_samples"]

RGB = 2
"""Value of the tag photometric interpretation."""


def deep_samples(data: bytes, index: int, limits: Limits) -> Codes:
    """Return R, G, B, and the channel of alpha if there is one.

    Raises PictureUnsupported where the package is missing, or for other kinds of TIFF; PictureDamaged,
    PictureTooLarge.
    """
    with opened_page(data, index, "16-bit colour") as page:
        height, width, channels = (int(n) for n in (page.imagelength, page.imagewidth, page.samplesperpixel))
        require_pixels(width, height, limits)
        require_pixels(int(page.tilewidth), int(page.tilelength), limits)
        sound = page.dtype == np.uint16 and page.photometric == RGB and int(page.imagedepth) == 1
        apart = int(page.planarconfig) == SEPARATE
        shape = (channels, height, width) if apart else (height, width, channels)
        if not sound or channels not in (3, 4) or page.shape != shape:
            raise PictureUnsupported("TIFF", f"samples of {page.dtype}, {page.axes}, {page.photometric}", SAVE_PLAIN)
        samples = np.asarray(page.asarray(), np.uint16)
    return np.moveaxis(samples, 0, 2) if apart else samples
