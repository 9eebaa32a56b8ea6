"""The table of boxes compiles, and every box of it can be written and read back."""

from __future__ import annotations

import pytest

from refdec import tables
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxtable import BoxField, Records, box_layout, four_cc, known_boxes
from refdec.heif.boxwriter import write_box
from refdec.limits import Limits

DEEP = {"meta", "iinf", "iprp", "ipco", "iref"}


@pytest.mark.parametrize("kind", sorted(known_boxes()))
def test_every_box_of_the_table_is_read_as_it_is_written(kind: str) -> None:
    layout = box_layout(kind)
    for version in layout.versions or (0,):
        values: dict[str, object] = {
            row.name: "abcd" for row in layout.rows if isinstance(row, BoxField) and row.kind == "4cc"
        }
        for row in layout.rows:
            if isinstance(row, Records) and row.count is not None and row.count.constant:
                values[row.name] = [{}] * row.count.constant
        data = write_box(FileBox(kind, values, version=version))
        (box,) = read_boxes(data, limits=Limits())
        assert (box.kind, box.version, box.size) == (kind, version, len(data))
        assert write_box(box) == data
        assert layout.title


def test_counts_follow_from_their_lists() -> None:
    counted = {row.name: row.counts for row in box_layout("pixi").rows if isinstance(row, BoxField)}
    assert counted == {"num_channels": "channels"}
    assert {row.counts for row in box_layout("ispe").rows if isinstance(row, BoxField)} == {None}


def test_a_four_cc_is_a_number() -> None:
    assert four_cc("mime") == 0x6D696D65
    assert set(tables.boxes()["boxes"]) >= DEEP
