"""Boxes are written by the table, and what no field holds is refused."""

from __future__ import annotations

import pytest

from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import write_box
from refdec.heif.errors import BoxUnwritable


def test_bytes_of_a_size_and_of_an_association() -> None:
    assert write_box(FileBox("ispe", {"image_width": 2, "image_height": 3})).hex() == (
        "00000014" + b"ispe".hex() + "00000000" + "00000002" + "00000003"
    )
    entries = [{"item_ID": 1, "associations": [{"essential": 1, "property_index": 5}]}]
    assert write_box(FileBox("ipma", {"entries": entries})).hex().endswith("00000001" + "0001" + "01" + "85")


@pytest.mark.parametrize(
    "box",
    [
        FileBox("ispe", {"image_width": -1, "image_height": 1}),
        FileBox("imir", {"axis": 2}),
        FileBox("ftyp", {"major_brand": "five5"}),
        FileBox("ftyp", {"major_brand": "jai\u0177"}),
        FileBox("auxC", {"aux_type": "a\0b"}),
        FileBox("mdcv", {"display_primaries": [{"x": 1, "y": 2}]}),
    ],
)
def test_what_does_not_fit_is_refused(box: FileBox) -> None:
    with pytest.raises(BoxUnwritable, match=box.kind):
        write_box(box)
