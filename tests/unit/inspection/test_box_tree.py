"""The boxes of a file as a tree: every bit under a name, in its place, and items where their bytes are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import boxed, write_box
from refdec.inspection.box_tree import box_tree
from refdec.inspection.render import box_lines
from tests.unit.heif.support import LIMITS, STREAM, whole_file


def test_leaves_cover_every_bit_once_and_in_order() -> None:
    longer = whole_file() + boxed("ispe", bytes(20))  # eight bytes more than its fields
    for data in (whole_file(), whole_file() + b"\0\0\0\1free" + (20).to_bytes(8, "big") + b"data", longer):
        tree = box_tree(data, LIMITS)
        at = 0
        for node in tree.root.leaves():
            assert node.at.bits == at, node.name
            at = node.end.bits
        assert at == 8 * len(data) == tree.root.n_bits


def test_numbers_are_those_that_lie_there() -> None:
    data = whole_file()
    for node in box_tree(data, LIMITS).root.leaves():
        if node.value is not None:
            last = node.end.bits
            found = int.from_bytes(data[node.at.bits // 8 : -(-last // 8)], "big") >> (-last % 8)
            assert found & ((1 << node.n_bits) - 1) == node.value, node.name


def test_items_stand_where_their_bytes_are() -> None:
    data = whole_file()
    tree = box_tree(data, LIMITS)
    assert data[tree.codestream_at :].startswith(STREAM)
    items = [node for node in tree.root.leaves() if node.name.startswith("item ")]
    assert [node.name for node in items] == ["item 2", "item 3", "item 4", "item 1", "item 5"]
    picture = items[3]
    assert data[picture.at.bits // 8 : picture.end.bits // 8] == STREAM and "jai0" in picture.note
    with_space = data + write_box(FileBox("mdat", {"data": b"nobody's"}))
    last = list(box_tree(with_space, LIMITS).root.leaves())[-1]
    assert (last.name, last.n_bits) == ("of no item", 64)


def test_lines_show_boxes_with_their_offsets() -> None:
    lines = list(box_lines(box_tree(whole_file(), LIMITS)))
    assert any(line.startswith("      4.0") and "ftyp" in line for line in lines)
    assert any("image_width = 65" in line for line in lines)
    assert any("irot" in line and "rotation" in line for line in lines)
    assert "codestream begins at byte" in lines[-1]


def test_the_command_shows_boxes_and_codestream(tmp_path: Path) -> None:
    file = tmp_path / "a.jaii"
    file.write_bytes(whole_file())

    def view(*options: str) -> str:
        command = [sys.executable, "-m", "refdec", "view", *options, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    both = view()
    assert both.index("HEIF file") < both.index("SOC (start of codestream)")
    shown = json.loads(view("--json"))
    assert shown["file"]["boxes"]["kind"] == "box" and shown["tree"]["kind"] == "codestream"
    chosen = view("--element", "model_id")
    assert "ftyp" not in chosen and "model_id = 1" in chosen
