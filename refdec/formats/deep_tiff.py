"""TIFF pictures that Pillow cuts to 8 bits, or does not read at all: by tifffile, an optional package.

In: the bytes of a file and the index of a picture in it.  Out: samples [rows, columns, channels], uint8 or uint16.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from refdec.formats.colour_points import rendering_of
from refdec.formats.description import PROFILE, SourceDescription
from refdec.formats.float_tiff import tiff_description
from refdec.formats.icc import read_icc
from refdec.formats.pictures import require_pixels
from refdec.formats.tiff_page import SEPARATE, opened_page, page_unread
from refdec.limits import Limits
from refdec.picture.output import Codes

__all__ = ["OtherTiff", "deep_samples", "other_tiff"]

BLACK_IS_ZERO, RGB = 1, 2
"""Values of the tag photometric interpretation."""
CHANNELS = {BLACK_IS_ZERO: (1, 2), RGB: (3, 4)}
ASSOCIATED, UNASSOCIATED = 1, 2
"""Extra samples that are transparency."""
NO_EXTRA = {1: 1, 2: 1, 3: 3, 4: 3}
"""Channels of colour, of all channels."""


class OtherTiff(NamedTuple):
    """A picture that Pillow does not read; `multiplied`: its colours are, by its transparency."""

    samples: Codes
    bits: int
    multiplied: bool
    description: SourceDescription


def deep_samples(data: bytes, index: int, limits: Limits) -> Codes:
    """Return R, G, B, and the channel of alpha if there is one, of 16 bits.

    Raises PictureUnsupported where the package is missing, or for other kinds of TIFF; PictureDamaged,
    PictureTooLarge.
    """
    return _samples(data, index, limits, "16-bit colour", photometrics=(RGB,), kinds=("uint16",))[0]


def other_tiff(data: bytes, index: int, limits: Limits) -> OtherTiff:
    """Return a picture of a mode that Pillow has not: gray of 16 bits with transparency, for instance.

    A further channel that is no transparency is named as left behind.  Raises what `deep_samples` does.
    """
    kinds = ("uint8", "uint16")
    samples, extra = _samples(data, index, limits, "samples that Pillow does not read", tuple(CHANNELS), kinds)
    description, _ = tiff_description(data)
    points = read_icc(description.metadata.icc).code_points if description.metadata.icc else None
    if points is not None:
        left = tuple(name for name in description.left_behind if PROFILE not in name)
        description = replace(description, rendering=rendering_of(*points), left_behind=left)
    colours = NO_EXTRA[samples.shape[2]]
    if samples.shape[2] > colours and extra not in (ASSOCIATED, UNASSOCIATED):
        left = (*description.left_behind, "1 further channel beside its colours")
        samples, description = samples[:, :, :colours], replace(description, left_behind=left)
    return OtherTiff(samples, 8 * samples.itemsize, extra == ASSOCIATED, description)


def _samples(
    data: bytes, index: int, limits: Limits, what: str, photometrics: tuple[int, ...], kinds: tuple[str, ...]
) -> tuple[Codes, int]:
    """Return samples of these kinds, and what the first further channel is, 0 for nothing that is known."""
    with opened_page(data, index, what) as page:
        height, width, channels = (int(n) for n in (page.imagelength, page.imagewidth, page.samplesperpixel))
        require_pixels(width, height, limits)
        require_pixels(int(page.tilewidth), int(page.tilelength), limits)
        photometric = int(page.photometric)
        sound = str(page.dtype) in kinds and photometric in photometrics and int(page.imagedepth) == 1
        apart = int(page.planarconfig) == SEPARATE and channels > 1
        shape: tuple[int, ...] = (channels, height, width) if apart else (height, width, channels)
        shape = (height, width) if channels == 1 else shape
        if not sound or channels not in CHANNELS[photometric] or page.shape != shape:
            raise page_unread(page)
        samples = np.asarray(page.asarray())
        extra = [int(kind) for kind in page.extrasamples]
    whole = samples.reshape(height, width, 1) if channels == 1 else np.moveaxis(samples, 0, 2) if apart else samples
    return whole.astype(whole.dtype.newbyteorder("=")), extra[0] if extra else 0
