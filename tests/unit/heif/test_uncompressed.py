"""Transparency comes back sample for sample, and nothing is unpacked beyond what it states."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.errors import AlphaDamaged, AlphaUnreadable
from refdec.heif.heiffile import HeifFile, Item, Property
from refdec.heif.parts import AlphaPlane
from refdec.heif.uncompressed import alpha_item, read_alpha
from refdec.heif.writing import write_heif
from refdec.limits import Limits, TooLarge, TooMuchMemory
from tests.unit.heif.support import LIMITS, alpha_plane


def read(item: Item, limits: Limits = LIMITS) -> AlphaPlane:
    return read_alpha(item, premultiplied=False, limits=limits)


def with_property(item: Item, box: FileBox | None, kind: str) -> Item:
    """Return an item with another property of a kind, or without it."""
    kept = [each for each in item.properties if each.box.kind != kind]
    return replace(item, properties=tuple(kept if box is None else [*kept, Property(box)]))


@pytest.mark.parametrize("bits", [1, 4, 8, 10, 12, 16])
def test_every_sample_comes_back(bits: int) -> None:
    plane = alpha_plane(bits)
    found = read(through_bytes(alpha_item(7, plane, ())))
    assert np.array_equal(found.samples, plane.samples)
    assert (found.samples.dtype, found.bits, found.premultiplied) == (plane.samples.dtype, bits, False)


def test_plain_samples_and_those_of_the_other_order_of_bytes() -> None:
    plane = alpha_plane(16)
    item = alpha_item(7, plane, ())
    layout = {"components": [{"component_bit_depth_minus_one": 15}], "components_little_endian": 1}
    little = with_property(item, FileBox("uncC", layout), "uncC")
    plain = replace(with_property(little, None, "cmpC"), data=plane.samples.astype("<u2").tobytes())
    assert np.array_equal(read(through_bytes(plain)).samples, plane.samples)
    raw = zlib.compressobj(wbits=-15)
    packed = raw.compress(plane.samples.astype("<u2").tobytes()) + raw.flush()
    deflated = FileBox("cmpC", {"compression_type": "defl", "compressed_unit_type": 0})
    assert np.array_equal(
        read(through_bytes(replace(with_property(little, deflated, "cmpC"), data=packed))).samples, plane.samples
    )


def through_bytes(item: Item) -> Item:
    """Return an item whose properties were written and read again, so that they have all their fields."""
    boxes = (read_boxes(write_box(each.box), limits=LIMITS)[0] for each in item.properties)
    return replace(item, properties=tuple(map(Property, boxes)))


@pytest.mark.parametrize(
    ("kind", "values", "error"),
    [
        ("cmpC", {"compression_type": "brot"}, AlphaUnreadable),
        ("cmpC", {"compressed_unit_type": 3}, AlphaUnreadable),
        ("uncC", {"num_tile_cols_minus_one": 1}, AlphaUnreadable),
        ("uncC", {"components": []}, AlphaUnreadable),
        ("uncC", {"components": [{"component_bit_depth_minus_one": 31}]}, AlphaUnreadable),
        ("uncC", {"components": [{"component_bit_depth_minus_one": 6, "component_align_size": 1}]}, AlphaDamaged),
        ("ispe", {"image_width": 66}, AlphaDamaged),
        ("ispe", {"image_width": 0}, AlphaDamaged),
        ("ispe", {"image_height": 79 * 3000}, AlphaDamaged),
    ],
)
def test_what_is_wrong_is_named(kind: str, values: dict[str, object], error: type[Exception]) -> None:
    item = through_bytes(alpha_item(7, alpha_plane(), ()))
    box = item.property_of(kind)
    assert box is not None
    with pytest.raises(error, match="item 7"):
        read(through_bytes(with_property(item, replace(box, values={**box.values, **values}), kind)))


def test_damage_and_limits() -> None:
    item = through_bytes(alpha_item(7, alpha_plane(), ()))
    changed = bytearray(item.data)
    changed[-1] ^= 1  # the checksum
    with pytest.raises(AlphaDamaged):
        read(replace(item, data=bytes(changed)))
    with pytest.raises(AlphaDamaged):
        read(replace(item, data=bytes(item.data)[: len(item.data) // 2]))
    with pytest.raises(AlphaUnreadable, match="av01"):
        read(replace(item, kind="av01"))
    with pytest.raises(TooLarge):
        read(item, Limits(pixels=1000))
    with pytest.raises(TooMuchMemory):
        read(item, Limits(memory_bytes=1000))


# -- judged by another decoder

LIBHEIF = os.environ.get("LIBHEIF") or ctypes.util.find_library("heif")
"""The library to judge by: that of the system, or the one whose path is in the environment."""
MONOCHROME, LUMA, UNSUPPORTED = (2, 0), 0, 4


class HeifError(ctypes.Structure):
    """What every call of libheif returns."""

    _fields_ = (("code", ctypes.c_int), ("subcode", ctypes.c_int), ("message", ctypes.c_char_p))


def decoded_by_libheif(data: bytes) -> np.ndarray[Any, Any]:
    """Return the samples of a monochrome picture; skips the test where the library does not read such items."""
    if LIBHEIF is None:
        pytest.skip("libheif is not installed, which would decode the item")
    library = ctypes.CDLL(LIBHEIF)
    for name in ("heif_context_read_from_memory", "heif_context_get_primary_image_handle", "heif_decode_image"):
        getattr(library, name).restype = HeifError
    for name in ("heif_context_alloc", "heif_image_get_plane_readonly"):
        getattr(library, name).restype = ctypes.c_void_p
    context, handle, image = ctypes.c_void_p(library.heif_context_alloc()), ctypes.c_void_p(), ctypes.c_void_p()
    error = library.heif_context_read_from_memory(context, data, ctypes.c_size_t(len(data)), None)
    if not error.code:
        error = library.heif_context_get_primary_image_handle(context, ctypes.byref(handle))
    if not error.code:
        error = library.heif_decode_image(handle, ctypes.byref(image), *MONOCHROME, None)
    if error.code:
        version = ctypes.c_uint32(library.heif_get_version_number()).value
        reads = version >= 0x01130000 and b"unci" not in error.message and b"codec" not in error.message
        assert not reads, error.message
        pytest.skip(
            f"this libheif ({version >> 24}.{version >> 16 & 255}) does not read uncompressed items: {error.message!r}"
        )
    height, width, stride = (
        library.heif_image_get_height(image, LUMA),
        library.heif_image_get_width(image, LUMA),
        ctypes.c_int(),
    )
    bits = library.heif_image_get_bits_per_pixel_range(image, LUMA)
    plane = library.heif_image_get_plane_readonly(image, LUMA, ctypes.byref(stride))
    rows = ctypes.string_at(plane, stride.value * height)
    kind = np.dtype(np.uint8 if bits <= 8 else np.uint16)
    return np.frombuffer(rows, kind).reshape(height, -1)[:, :width]


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_libheif_decodes_the_same_samples(bits: int) -> None:
    """The item alone, as a picture: libheif does not know the one that it belongs to."""
    plane = alpha_plane(bits)
    item = alpha_item(1, plane, ())
    shown = replace(item, hidden=False, properties=tuple(each for each in item.properties if each.box.kind != "auxC"))
    data = write_heif(HeifFile("mif1", ("mif1", "miaf"), 1, (shown,)))
    assert np.array_equal(decoded_by_libheif(data), plane.samples)
