"""Pictures of what the decoder sees: channels of latents, scale indices and symbols, the mask, the decoded picture.

In: integer arrays as the decoder's stages show them.  Out: small PNG files in memory, each with the range of values
that its colours stand for.  Large maps are reduced by an integer factor; the result says by which.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refdec.arithmetic.types import Int64Array, IntArray, UInt8Array
from refdec.inspection.errors import ChannelMissing

__all__ = ["ChannelMaps", "Preview", "channel_maps", "coded_map", "preview"]

LONGEST_MAP = 160
LONGEST_PREVIEW = 1280
DIVERGING = ((0x1B, 0x4F, 0x9C), (0x7F, 0xB2, 0xE5), (0xF7, 0xF7, 0xF5), (0xF2, 0xA0, 0x72), (0xA8, 0x1E, 0x2C))
SEQUENTIAL = ((0x1C, 0x10, 0x44), (0x4B, 0x2C, 0x87), (0x25, 0x74, 0x8E), (0x3F, 0xB4, 0x72), (0xFB, 0xE6, 0x3A))


@dataclass(frozen=True, slots=True)
class ChannelMaps:
    """Maps of one array [C,h,w]: `images` are PNG files, `labels` say which channel; `low`..`high` is the colour scale.

    The first image is an overview over all channels, with a scale of its own (0..`overview_high`).
    """

    title: str
    component: str
    shape: tuple[int, int, int]
    labels: tuple[str, ...]
    images: tuple[bytes, ...]
    low: str
    high: str
    overview_high: str
    factor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The decoded picture as a PNG file, reduced by `factor` (1: sample by sample, 8 bits)."""

    image: bytes
    width: int
    height: int
    factor: int


def _palette(anchors: Sequence[tuple[int, int, int]]) -> list[int]:
    """Return 256 RGB triples between colours at equal distances."""
    steps = np.linspace(0, len(anchors) - 1, 256)
    columns = [np.interp(steps, range(len(anchors)), [anchor[c] for anchor in anchors]) for c in range(3)]
    colours: list[int] = np.stack(columns, axis=1).round().astype(int).reshape(-1).tolist()
    return colours


def _png(levels: UInt8Array, anchors: Sequence[tuple[int, int, int]]) -> bytes:
    from PIL import Image

    image = Image.fromarray(levels, "L")
    image.putpalette(_palette(anchors))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _factor(h: int, w: int, longest: int) -> int:
    return -(-max(h, w) // longest)


def _reduced(plane: IntArray, factor: int) -> Int64Array:
    """Return the means of squares of `factor` positions a side; incomplete squares at the edges count too."""
    wide = plane.astype(np.int64)
    if factor == 1:
        return wide
    h, w = plane.shape
    rows, columns = np.arange(0, h, factor), np.arange(0, w, factor)
    sums = np.add.reduceat(np.add.reduceat(wide, rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff([*rows, h]), np.diff([*columns, w]))
    reduced: Int64Array = sums // counts
    return reduced


def _levels(plane: Int64Array, low: int, high: int) -> UInt8Array:
    """Return 0..255 for low..high."""
    span = max(high - low, 1)
    return ((np.clip(plane, low, high) - low) * 255 // span).astype(np.uint8)


def _strongest(array: IntArray, most: int) -> list[int]:
    """Return the channels with most absolute deviation from their mean, strongest first."""
    wide = array.reshape(len(array), -1).astype(np.int64)
    strength = np.abs(wide - wide.mean(axis=1, keepdims=True).astype(np.int64)).sum(axis=1)
    order: list[int] = np.argsort(-strength, kind="stable")[:most].tolist()
    return order


def channel_maps(
    title: str,
    component: str,
    array: IntArray,
    *,
    channels: Sequence[int] | None = None,
    most: int = 16,
    signed: bool = True,
    shift: int = 0,
) -> ChannelMaps:
    """Return maps of an array [C,h,w]: an overview (mean magnitude), then `channels` (None: the `most` strongest).

    `signed`: zero is in the middle of the colours.  `shift`: values are shown divided by 2**shift.
    Raises ChannelMissing.
    """
    count, h, w = array.shape
    for channel in channels or ():
        if not 0 <= channel < count:
            raise ChannelMissing(channel, count)
    chosen = list(channels) if channels is not None else _strongest(array, most)
    factor = _factor(h, w, LONGEST_MAP)
    planes = [_reduced(array[channel], factor) for channel in chosen]
    values = np.concatenate([plane.reshape(-1) for plane in planes]) if planes else np.zeros(1, np.int64)
    low, high = _span(values, signed)
    overview = _reduced(np.abs(array.astype(np.int64)).sum(axis=0) // max(count, 1), factor)
    top = int(overview.max(initial=1))
    anchors = DIVERGING if signed else SEQUENTIAL
    images = [_png(_levels(overview, 0, top), SEQUENTIAL), *(_png(_levels(p, low, high), anchors) for p in planes)]
    labels = ["mean magnitude of all channels", *(f"channel {channel}" for channel in chosen)]
    low_text, high_text, top_text = (_scaled(value, shift) for value in (low, high, top))
    return ChannelMaps(
        title, component, (count, h, w), tuple(labels), tuple(images), low_text, high_text, top_text, factor
    )


def _span(values: Int64Array, signed: bool) -> tuple[int, int]:
    """Return the range of the colours: all but the outermost 0.5 % of the values, around zero if signed."""
    if signed:
        edge = max(int(np.percentile(np.abs(values), 99.5)), 1)
        return -edge, edge
    low, high = (int(np.percentile(values, share)) for share in (0.5, 99.5))
    return low, max(high, low + 1)


def _scaled(value: int, shift: int) -> str:
    return f"{value / (1 << shift):.3g}" if shift else str(value)


def coded_map(component: str, mask: Any) -> ChannelMaps:
    """Return one map of a mask [C,h,w]: how many channels are coded at each position."""
    count, h, w = mask.shape
    factor = _factor(h, w, LONGEST_MAP)
    image = _png(_levels(_reduced(mask.sum(axis=0), factor), 0, count), SEQUENTIAL)
    label = "coded channels at each position"
    return ChannelMaps(
        "coded symbols", component, (count, h, w), (label,), (image,), "0", str(count), str(count), factor
    )


def preview(planes: Sequence[Any], bits: int) -> Preview:
    """Return an RGB picture (three equal planes of codes of `bits` bits) as a PNG of 8 bits, at most 1280 a side."""
    from PIL import Image

    shift = max(bits - 8, 0)
    stacked = np.stack([(plane >> shift).astype(np.uint8) for plane in planes], axis=-1)
    height, width = stacked.shape[:2]
    factor = _factor(height, width, LONGEST_PREVIEW)
    image = Image.fromarray(stacked)
    out = io.BytesIO()
    (image.reduce(factor) if factor > 1 else image).save(out, "PNG", optimize=factor == 1)
    return Preview(out.getvalue(), width, height, factor)
