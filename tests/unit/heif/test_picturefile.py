"""A codestream with all that stands beside it goes into a file and comes out as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.api.enclosing import enclosed, headers_of
from refdec.bitstream.picture_header import PictureHeader
from refdec.heif.parts import NO_PARTS
from refdec.heif.picturefile import (
    alpha_of,
    first_elements,
    metadata_of,
    picture_orientation,
    shown_item,
    with_codestream,
)
from refdec.heif.writing import write_heif
from tests.encodable import GOLDEN
from tests.unit.heif.support import LIMITS, SMALL, STREAM, alpha_plane, heif_of, parts, whole_file


def header() -> PictureHeader:
    return headers_of(STREAM, None).picture


def test_first_elements_stand_as_in_the_codestream() -> None:
    stated = first_elements(header())
    pih = STREAM.index(b"\xff\x82") + 2
    size_bytes = 1 if STREAM[pih] & 0x80 else 2
    bits = 12 + 4 * len(header().synthesis_transform_id) + 8
    where = STREAM.index(stated[: bits // 8], pih)
    assert where <= pih + 2 * size_bytes + 2
    assert len(stated) == -(-bits // 8)


def test_all_parts_come_out_as_they_went_in() -> None:
    file, went_in = heif_of(whole_file()), parts()
    assert bytes(shown_item(file).data) == STREAM
    assert picture_orientation(file) == 6
    assert metadata_of(file) == went_in.metadata
    alpha = alpha_of(file, LIMITS)
    assert alpha is not None and np.array_equal(alpha.samples, alpha_plane().samples) and not alpha.premultiplied
    (small,) = file.pointing_at("thmb", 1)
    assert bytes(small.data) == SMALL
    assert [each.box.kind for each in shown_item(file).properties] == ["jaih", "ispe", "pixi", "colr", "irot"]


def test_premultiplied_transparency_is_said_by_a_reference() -> None:
    data = enclosed(STREAM, headers_of(STREAM, None), parts(alpha=alpha_plane(16, premultiplied=True)))
    alpha = alpha_of(heif_of(data), LIMITS)
    assert alpha is not None and alpha.premultiplied and alpha.bits == 16


def test_a_file_without_parts_has_one_item() -> None:
    file = heif_of(enclosed(STREAM, headers_of(STREAM, None), NO_PARTS))
    assert [item.kind for item in file.items] == ["jai0"] and not file.references
    assert not metadata_of(file).names() and alpha_of(file, LIMITS) is None and picture_orientation(file) == 1


def test_another_codestream_keeps_what_stands_beside_the_first() -> None:
    other = (GOLDEN / "kodim14_m1_+0_96x333.jai").read_bytes()
    changed = heif_of(write_heif(with_codestream(heif_of(whole_file()), other, headers_of(other, None))))
    picture = shown_item(changed)
    size = picture.property_of("ispe")
    assert bytes(picture.data) == other
    assert size is not None and (size.values["image_width"], size.values["image_height"]) == (96, 333)
    assert metadata_of(changed) == parts().metadata and picture_orientation(changed) == 6
    assert len(changed.items) == len(heif_of(whole_file()).items)


@pytest.mark.parametrize("offset", [0, 6, 400])
def test_exif_begins_where_its_first_number_says(offset: int) -> None:
    start = offset.to_bytes(4, "big") + b"Exif\0\0".ljust(offset, b"\0")[:offset]
    file = heif_of(whole_file())
    item = file.item(2)
    assert item is not None
    found = metadata_of(file.with_item(replace(item, data=start + b"MM\0*some Exif")))
    assert found.exif == b"MM\0*some Exif"
