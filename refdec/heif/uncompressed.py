"""Transparency as an uncompressed item, packed by zlib (ISO/IEC 23001-17 with its generic compression).

In: `AlphaPlane`; or an item of type unci.  Out: the item; or the plane, sample for sample.  Of what the standard allows
the reader takes what an alpha plane needs: one component of 1 to 16 bits in whole bytes, without tiles, plain or packed
as a whole by zlib or deflate.  The size is compared with the limits, and the bytes with the size, before anything is
unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from refdec.heif.boxes import FileBox
from refdec.heif.errors import AlphaDamaged, AlphaUnreadable
from refdec.heif.heiffile import Item, Property
from refdec.heif.parts import AlphaPlane, Samples
from refdec.limits import Limits

__all__ = ["ALPHA_TYPES", "alpha_item", "read_alpha"]

ALPHA_TYPES = ("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1")
"""What auxiliary images call themselves that are transparency; the first is written."""
MONOCHROME = 0
UNSIGNED = 0
WHOLE_ITEM = 0
LEVEL = 9
WINDOW_BITS: Mapping[str, int] = {"zlib": zlib.MAX_WBITS, "defl": -zlib.MAX_WBITS}
BEST_DEFLATE = 1032
"""No deflate stream grows by more than this factor."""
PACKED_BY = "zlib"
MOST_SAMPLE_BYTES = 6
"""Of a sample while it is read: unpacked, in the machine's order of bytes, and turned upright."""
PLAIN = (
    *("block_size", "block_pad_lsb", "block_little_endian", "block_reversed", "pixel_size", "row_align_size"),
    *("tile_align_size", "num_tile_cols_minus_one", "num_tile_rows_minus_one", "sampling_type"),
)
"""Fields of uncC that are 0 where samples stand one after the other."""


def alpha_item(number: int, plane: AlphaPlane, transforms: tuple[Property, ...]) -> Item:
    """Return the item of a plane, turned as the picture is."""
    height, width = plane.samples.shape
    wide = plane.bits > 8
    component = {"component_bit_depth_minus_one": plane.bits - 1, "component_align_size": 0}
    if plane.bits % 8:
        component["component_align_size"] = 2 if wide else 1
    properties = (
        Property(FileBox("ispe", {"image_width": width, "image_height": height})),
        Property(FileBox("pixi", {"channels": [{"bits_per_channel": plane.bits}]})),
        Property(FileBox("cmpd", {"components": [{"component_type": MONOCHROME}]}), essential=True),
        Property(FileBox("uncC", {"components": [component]}), essential=True),
        Property(FileBox("cmpC", {"compression_type": PACKED_BY, "compressed_unit_type": WHOLE_ITEM}), essential=True),
        Property(FileBox("auxC", {"aux_type": ALPHA_TYPES[0]})),
        *transforms,
    )
    samples = np.ascontiguousarray(plane.samples, dtype=">u2" if wide else np.uint8)
    return Item(number, "unci", zlib.compress(samples.tobytes(), LEVEL), properties, name="alpha", hidden=True)


def read_alpha(item: Item, *, premultiplied: bool, limits: Limits) -> AlphaPlane:
    """Return the plane of an item.  Raises AlphaUnreadable, AlphaDamaged, TooLarge."""
    if item.kind != "unci":
        raise AlphaUnreadable(item.id, f"it is coded as {item.kind}, not as uncompressed samples (unci)")
    size, layout = item.property_of("ispe"), item.property_of("uncC")
    if size is None or layout is None:
        raise AlphaDamaged(item.id, "it does not say its size and the layout of its samples (ispe, uncC)")
    width, height = size.values["image_width"], size.values["image_height"]
    limits.require("number of pixels", width * height, limits.pixels)
    bits, order = _layout(item.id, layout)
    limits.require_memory(MOST_SAMPLE_BYTES * width * height)
    kind = np.dtype(np.uint8) if bits <= 8 else np.dtype(order)
    wanted = width * height * kind.itemsize
    raw = _unpacked(item, wanted)
    if len(raw) < wanted or not wanted:
        raise AlphaDamaged(item.id, f"{width} x {height} samples of {bits} bits are {wanted} bytes, it has {len(raw)}")
    samples = np.frombuffer(raw, kind, width * height).reshape(height, width)
    native: Samples = samples.astype(np.uint8) if bits <= 8 else samples.astype(np.uint16)
    if bits % 8 and int(native.max()) >> bits:
        raise AlphaDamaged(item.id, f"a sample is above {bits} bits")
    return AlphaPlane(native, bits, premultiplied)


def _layout(number: int, box: FileBox) -> tuple[int, str]:
    """Return bits and order of the bytes of a sample.  Raises AlphaUnreadable for what is not read here."""
    values = box.values
    components = values.get("components", ())
    if box.version or len(components) != 1:
        raise AlphaUnreadable(number, f"it has {len(components)} components or a layout of its own, not one component")
    (component,) = components
    bits, align = component["component_bit_depth_minus_one"] + 1, component["component_align_size"]
    taken = 1 if bits <= 8 else 2
    whole_bytes = align == taken or (align == 0 and bits in (8, 16))
    if component["component_format"] != UNSIGNED or bits > 16 or not whole_bytes:
        raise AlphaUnreadable(number, f"its samples have {bits} bits, not whole bytes of unsigned numbers")
    if unusual := [name for name in PLAIN if values[name] not in (0, taken if name == "pixel_size" else 0)]:
        raise AlphaUnreadable(number, f"its samples are not simply one after the other ({', '.join(unusual)})")
    return bits, "<u2" if values["components_little_endian"] else ">u2"


def _unpacked(item: Item, wanted: int) -> bytes | memoryview:
    """Return the samples of an item, not many more bytes than are wanted."""
    packing = item.property_of("cmpC")
    if packing is None:
        return item.data
    kind, unit = packing.values["compression_type"], packing.values["compressed_unit_type"]
    if kind not in WINDOW_BITS or unit != WHOLE_ITEM:
        raise AlphaUnreadable(item.id, f"it is packed by {kind}, unit {unit}; zlib and defl as a whole are read")
    if wanted > BEST_DEFLATE * len(item.data):
        raise AlphaDamaged(item.id, "its bytes are too few for its size")
    inflate = zlib.decompressobj(WINDOW_BITS[kind])
    try:
        raw = inflate.decompress(item.data, wanted)
        if not inflate.eof:
            inflate.decompress(inflate.unconsumed_tail, 1)  # reads on to the checksum
    except zlib.error as reason:
        raise AlphaDamaged(item.id, str(reason)) from reason
    return raw
