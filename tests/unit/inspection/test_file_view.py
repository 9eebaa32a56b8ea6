"""A HEIF file on a page: one tree over all of its bytes, the codestreams inside, and items in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from refdec.api.view import ViewRequest
from refdec.api.view_page import write_page
from refdec.heif.boxes import FileBox
from refdec.inspection.box_tree import box_tree
from refdec.inspection.file_view import MOST_CODESTREAMS, MOST_NODES, FileView, codestream_places, file_view
from refdec.inspection.nodes import Node, NodeKind
from refdec.inspection.tree import build_tree
from tests.unit.heif.clips import clip_data, with_clip_box
from tests.unit.heif.support import LIMITS, SMALL, STREAM, setting, whole_file, with_box
from tests.unit.inspection.test_html import material


def view_of(data: bytes) -> FileView:
    boxes = box_tree(data, LIMITS)
    shown = build_tree(STREAM)
    trees = {
        place: (name, shown if place[0] == boxes.codestream_at else build_tree(data[place[0] : sum(place)]))
        for place, name in codestream_places(boxes)
    }
    return file_view(boxes, shown, trees)


def named(root: Node, name: str) -> list[Node]:
    return [node for _, node in root.walk() if node.name == name]


def test_the_leaves_cover_every_bit_of_the_file_once() -> None:
    for data in (whole_file(), clip_data()):
        view, at = view_of(data), 0
        for node in view.root.leaves():
            assert node.at.bits == at, node.name
            at = node.end.bits
        assert at == 8 * len(data)


def test_elements_stand_where_they_lie_in_the_file() -> None:
    data = whole_file()
    view = view_of(data)
    assert view.shown_at == data.find(STREAM)
    width, thumbnail = sorted(named(view.root, "img_width_minus64"), key=lambda node: -(node.value or 0))
    assert (width.value, thumbnail.value) == (1, 0)
    assert width.at.bits // 8 == view.shown_at + STREAM.find(data[width.at.bits // 8 : width.at.bits // 8 + 8])
    assert data.find(SMALL) < thumbnail.at.bits // 8 < data.find(SMALL) + len(SMALL)
    above = [node.name for node in view.root.path_to(width.at.bits)]
    assert above[:4] == ["HEIF file", "mdat", "item 1", "codestream"]


def test_items_are_told_with_their_properties_and_relations() -> None:
    data = whole_file()
    rows = {row.name: row for row in view_of(data).items}
    assert rows["item 1"].relations == "what the file shows"
    assert rows["item 4"].relations == "thumbnail of item 1"
    assert rows["item 5"].relations == "auxiliary image of item 1"
    words = {each.kind: each for each in rows["item 1"].properties}
    assert words["ispe"].words == "image_width 65, image_height 79"
    assert words["pixi"].words == "bits_per_channel 8 8 8"
    assert data[words["irot"].bit // 8 + 4 :][:4] == b"irot"
    track = next(row for row in view_of(clip_data()).items if row.name == "track 1")
    assert track.relations == "4 frames; 200/1000 s; played 3 times"


def test_frames_of_the_same_bytes_are_laid_open_once() -> None:
    boxes = box_tree(clip_data(), LIMITS)
    assert [name for _, name in codestream_places(boxes)] == ["item 1", "frame 2", "frame 3"]


def test_long_clips_are_laid_open_at_their_beginning(tmp_path: Path) -> None:
    (tmp_path / "long.jaii").write_bytes(clip_data((40,) * 40))
    write_page(tmp_path / "long.jaii", tmp_path / "long.html", pictures=False)
    page = (tmp_path / "long.html").read_text()
    assert "23 more codestreams are not laid open here" in page
    rows = material(page)["nodes"]
    assert sum(row[1] == NodeKind.CODESTREAM for row in rows) == MOST_CODESTREAMS
    assert len(rows) <= MOST_NODES


def test_problems_lead_to_their_place_in_the_file(tmp_path: Path) -> None:
    broken = bytearray(whole_file())
    at = bytes(broken).find(STREAM) + 6
    broken[at] = 0x03  # decoder_profile_id
    (tmp_path / "bad.jaii").write_bytes(broken)
    seen = write_page(tmp_path / "bad.jaii", tmp_path / "bad.html", pictures=False)
    page = (tmp_path / "bad.html").read_text()
    (problem,) = seen.tree.problems
    assert problem.at is not None and problem.at.bits // 8 == 6
    assert f'data-bit="{8 * at + problem.at.bits % 8}">byte.bit {at}.{problem.at.bits % 8}' in page


def test_problems_of_the_thumbnail_are_named_as_such(tmp_path: Path) -> None:
    broken = bytearray(whole_file())
    broken[bytes(broken).find(SMALL) + 6] = 0x03
    (tmp_path / "bad.jaii").write_bytes(broken)
    write_page(tmp_path / "bad.jaii", tmp_path / "bad.html", pictures=False)
    page = (tmp_path / "bad.html").read_text()
    assert "item 4: " in page and "1 problem</span>" in page


def test_a_codestream_in_several_parts_has_no_place_and_that_is_said(tmp_path: Path) -> None:
    def halved(box: FileBox) -> FileBox:
        items = []
        for item in box.values["items"]:
            (extent,) = item["extents"]
            first, length = extent["extent_offset"], extent["extent_length"]
            both = ((first, length // 2), (first + length // 2, length - length // 2))
            parts = [{"extent_offset": start, "extent_length": count} for start, count in both]
            items.append({**item, "extents": parts if item["item_ID"] == 1 else [extent]})
        return replace(box, values={**box.values, "items": items})

    def moved(box: FileBox) -> FileBox:
        items = [
            {**item, "extents": [{**each, "extent_offset": each["extent_offset"] + 8} for each in item["extents"]]}
            for item in box.values["items"]
        ]
        return replace(box, values={**box.values, "items": items})

    (tmp_path / "two.jaii").write_bytes(with_box("meta/iloc", lambda box: moved(halved(box))))
    seen = write_page(tmp_path / "two.jaii", tmp_path / "two.html", pictures=False)
    page = (tmp_path / "two.html").read_text()
    assert not seen.tree.problems and "lies in several parts" in page
    assert sum(row[2] == "item 1" for row in material(page)["nodes"]) == 2


def test_a_frame_has_a_page_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "clip.jaii").write_bytes(clip_data())
    write_page(tmp_path / "clip.jaii", tmp_path / "frame.html", ViewRequest(frame=2), pictures=False)
    page = (tmp_path / "frame.html").read_text()
    assert material(page)["length"] == len(STREAM) and "What is in the file" not in page


def test_types_of_boxes_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    for kind, name in ((b"x<y&", "x<y&"), (b"\xff\0\n\x7f", "\u00ff???")):
        (tmp_path / "b.jaii").write_bytes(whole_file() + b"\0\0\0\x0a" + kind + b"da")
        write_page(tmp_path / "b.jaii", tmp_path / "b.html", pictures=False)
        page = (tmp_path / "b.html").read_text()
        assert material(page)["nodes"][-4][2] == name and "x<y" not in page


def test_numbers_that_a_script_would_round_are_text(tmp_path: Path) -> None:
    (tmp_path / "c.jaii").write_bytes(
        with_clip_box("moov/trak/tkhd", setting(matrix=[{"value": 1}] * 9, reserved_again=(1 << 53) + 1))
    )
    write_page(tmp_path / "c.jaii", tmp_path / "c.html", pictures=False)
    rows = material((tmp_path / "c.html").read_text())["nodes"]
    assert {row[5] for row in rows if row[2] == "reserved_again" and row[4] == 64} == {str((1 << 53) + 1)}
