"""Transparency comes back sample for sample, and nothing is unpacked beyond what it states."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest

from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.errors import AlphaDamaged, AlphaUnreadable
from refdec.heif.heiffile import Item, Property
from refdec.heif.parts import AlphaPlane
from refdec.heif.uncompressed import alpha_item, read_alpha
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
