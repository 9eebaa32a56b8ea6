"""Transparency of pictures in files: brought to the depth of the colours, and colours that were multiplied by it.

In: an `AlphaPlane`, planes of codes.  Out: codes of another depth, rounded to the nearest; nothing is rounded where the
new depth holds all old codes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from refdec.arithmetic.types import Int64Array, IntArray
from refdec.formats.colours import EIGHT_BIT_SUFFIXES
from refdec.heif.parts import AlphaPlane
from refdec.picture.output import Codes, as_codes

__all__ = [
    "ALPHA_SUFFIXES",
    "AlphaKind",
    "at_depth",
    "common_depth",
    "file_depth",
    "kind_in",
    "pixels_of",
    "with_alpha",
    "with_key",
]

AlphaKind: TypeAlias = Literal["straight", "premultiplied"]
"""Whether the colours of a picture are multiplied by its transparency."""

ALPHA_SUFFIXES = (".png", ".webp", ".tif", ".tiff", ".npy")
"""Formats that hold transparency."""
HOLDS_MULTIPLIED = (".tif", ".tiff")
"""Those that can say that colours are multiplied by it."""
STRAIGHT = ".png"
"""One that cannot, as pixels of arrays and of Pillow's modes."""
NARROW, DEEP = 8, 16


def common_depth(bits: int, alpha_bits: int) -> int:
    """Return the depth in which codes of colours and of transparency can both be written: 8, or 16 of anything more.

    In 16 bits all codes of 8 stand exactly; others are rounded to a 65535th.
    """
    return NARROW if max(bits, alpha_bits) <= NARROW else DEEP


def file_depth(bits: int, alpha_bits: int, suffix: str) -> int:
    """Return the depth of a file of colours and transparency: that of the colours, unless transparency has more.

    Then it is that of `common_depth`, and 8 in formats that have no more.
    """
    wanted = bits if alpha_bits <= bits else common_depth(bits, alpha_bits)
    return min(wanted, NARROW) if suffix in EIGHT_BIT_SUFFIXES else wanted


def at_depth(codes: Codes, old: int, new: int) -> Codes:
    """Return codes of `old` bits as codes of `new` bits: 0 stays 0, the largest the largest."""
    if old == new:
        return codes
    most = (1 << old) - 1
    scaled: Int64Array = (2 * codes.astype(np.int64) * ((1 << new) - 1) + most) // (2 * most)
    return as_codes(scaled, new)


def with_alpha(
    planes: tuple[Codes, ...], bits: int, alpha: AlphaPlane, suffix: str, *, is_ycc: bool = False
) -> tuple[Codes, ...]:
    """Return planes of `bits` bits, and transparency of their depth behind them, as a suffix's format holds them.

    `is_ycc`: all planes but the first are chroma.
    """
    fitted = replace(alpha, samples=at_depth(alpha.samples, alpha.bits, bits), bits=bits)
    if alpha.premultiplied and suffix not in HOLDS_MULTIPLIED:
        zeros = (0, *((1 << (bits - 1) if is_ycc else 0),) * (len(planes) - 1))
        planes = tuple(_straightened(plane, fitted, zero) for plane, zero in zip(planes, zeros, strict=True))
    return (*planes, fitted.samples)


def pixels_of(
    planes: tuple[Codes, ...], bits: int, depth: int, alpha: AlphaPlane | None, *, is_ycc: bool = False
) -> Codes:
    """Return planes of `bits` bits as pixels of `depth`, [rows, columns] of one, else [rows, columns, channels].

    Transparency is the last channel, and colours are not multiplied by it.  `is_ycc`: they are luma and chroma.
    """
    planes = tuple(at_depth(plane, bits, depth) for plane in planes)
    if alpha is not None:
        planes = with_alpha(planes, depth, alpha, STRAIGHT, is_ycc=is_ycc)
    return np.ascontiguousarray(planes[0] if len(planes) == 1 else np.stack(planes, axis=-1))


def with_key(samples: Codes, key: IntArray) -> Codes:
    """Return samples [rows, columns, 1 or 3] with transparency behind them where some have the one transparent colour;
    as they are where none has.
    """
    found = np.all(samples == key, axis=2, keepdims=True)
    if not found.any():
        return samples
    opaque = np.where(found, 0, np.iinfo(samples.dtype).max).astype(samples.dtype)
    return np.concatenate((samples, opaque), axis=2)


def kind_in(alpha: AlphaPlane, suffix: str) -> AlphaKind:
    """Return what transparency is to the colours beside it in a file of the format of a suffix."""
    return "premultiplied" if alpha.premultiplied and suffix in HOLDS_MULTIPLIED else "straight"


def _straightened(plane: Codes, alpha: AlphaPlane, zero: int) -> Codes:
    """Return a colour without the transparency that it is multiplied by, of its depth; where nothing is, `zero`.

    `zero` is the code that no transparency changes: 0 of light, the middle of chroma, as Y'CbCr is a sum of multiplied
    R'G'B'.  Chroma of fewer samples stays, since no format with transparency takes it.
    """
    if plane.shape != alpha.samples.shape:
        return plane
    most = (1 << alpha.bits) - 1
    divisor = np.maximum(alpha.samples.astype(np.int64), 1)
    divided: Int64Array = zero + (2 * (plane.astype(np.int64) - zero) * most + divisor) // (2 * divisor)
    return as_codes(np.where(alpha.samples, np.clip(divided, 0, most), zero), alpha.bits)
