"""Text and JSON of syntax trees, and the choice of parts of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refdec.errors import BitOffset
from refdec.inspection.errors import BadOffset, NothingSelected
from refdec.inspection.nodes import NodeKind
from refdec.inspection.render import as_json, raw_bits, text_lines, text_of_paths
from refdec.inspection.selection import at_offset, by_name, compacted, parse_offset
from refdec.inspection.sizes import size_chart
from refdec.inspection.tree import SyntaxTree, build_tree

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
EXAMPLE_A = "ff80ff820880011103403a8027c0000091f6c5001800ff834000ff844000ff81"


@pytest.fixture(scope="module")
def tree() -> SyntaxTree:
    return build_tree(bytes.fromhex(EXAMPLE_A))


@pytest.fixture(scope="module")
def tools() -> SyntaxTree:
    return build_tree((GOLDEN / "vectors" / "bop_depreg_tools_on.jai").read_bytes())


def test_a_line_holds_everything(tree: SyntaxTree) -> None:
    line = next(line for line in text_lines(tree) if "img_width_minus64" in line)
    assert line.split() == ["9.4", "0000001110101000", "img_width_minus64", "=", "936", "u(16)", "0..65535", "1.5.1"]


def test_problems_stand_in_their_place(tree: SyntaxTree) -> None:
    lines = list(text_lines(tree))
    assert any("!!" in line and "RD0114" in line for line in lines)
    assert "EOC" in lines[-4]


def test_raw_bits_of_every_kind(tools: SyntaxTree) -> None:
    texts = {node.name: raw_bits(tools.data, node) for _, node in tools.root.walk()}
    assert texts["marker"] == "ff81"
    assert texts["model_id"] == "0001"
    assert texts["beta_displacement_log_plus_2048[0]"] == "100000000000"
    assert texts["thread_data[0]"].endswith("...") and len(texts["thread_data[0]"]) == 19


def test_bits_of_all_leaves_give_the_file_again(tree: SyntaxTree) -> None:
    bits = ""
    for node in tree.root.leaves():
        raw = raw_bits(tree.data, node)
        bits += f"{int(raw, 16):0{node.n_bits}b}" if node.kind is NodeKind.MARKER else raw
    assert int(bits, 2).to_bytes(len(tree.data), "big") == tree.data


def test_long_runs_are_one_line(tools: SyntaxTree) -> None:
    short, long = list(text_lines(tools)), list(text_lines(tools, everything=True))
    assert sum("grfs_channel_flag[0]" in line for line in short) == 1
    assert sum("grfs_channel_flag[0]" in line for line in long) == 160
    assert any("160 elements: 0000100000" in line for line in short)


def test_a_run_covers_its_elements(tools: SyntaxTree) -> None:
    def bits(node: object) -> int:
        return sum(leaf.n_bits for leaf in compacted(tools.root).leaves())

    assert bits(None) == 8 * len(tools.data)


def test_an_illegal_element_is_shown_although_its_run_is_closed() -> None:
    data = bytearray((GOLDEN / "vectors" / "bop_depreg_tools_on.jai").read_bytes())
    data[101] |= 0x01  # first mask value: 01 becomes 11
    data[102] |= 0x80
    lines = list(text_lines(build_tree(bytes(data))))
    assert any("W5[1][0][0] = 3" in line for line in lines)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("num_chs", ["num_chs[0]", "num_chs[1]"]),
        ("num_chs[1]", ["num_chs[1]"]),
        ("rvs_*", ["rvs_enable_flag[0]", "rvs_enable_flag[1]"]),
        ("img_", ["img_width_minus64", "img_height_minus64"]),
        ("RDI", ["RDI"]),
        ("s_???_minus1", ["s_ver_minus1", "s_hor_minus1"]),
        ("substream_size", ["substream_size"] * 3),
    ],
)
def test_choice_by_name(tree: SyntaxTree, pattern: str, names: list[str]) -> None:
    assert [path[-1].name for path in by_name(tree.root, pattern)] == names


def test_a_name_that_is_not_there(tree: SyntaxTree) -> None:
    with pytest.raises(NothingSelected, match="no_such_element"):
        by_name(tree.root, "no_such_element")


@pytest.mark.parametrize(("text", "bits"), [("0", 0), ("29.2", 234), ("0x1d.2", 234), ("0X10", 128)])
def test_places(text: str, bits: int) -> None:
    assert parse_offset(text) == BitOffset(bits)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.8", "1.", "1.2.3", "0x", "\u0661"])
def test_places_that_are_none(text: str) -> None:
    with pytest.raises(BadOffset):
        parse_offset(text)


def test_choice_by_place(tree: SyntaxTree) -> None:
    path = at_offset(tree.root, parse_offset("16.7"))
    assert [node.name for node in path] == ["codestream", "PIH", "PIH payload", "beta_displacement_log_plus_2048[0]"]
    assert (path[-1].n_bits, str(path[-1].at)) == (12, "16.6")
    lines = list(text_of_paths(tree, [path], whole=False))
    assert len(lines) == 5
    with pytest.raises(BadOffset, match="32 bytes"):
        at_offset(tree.root, parse_offset("32"))


def test_json_is_plain_and_complete(tree: SyntaxTree) -> None:
    made = json.loads(json.dumps(as_json(tree)))
    assert made["bytes"] == 32 and made["legal"] is False
    assert [problem["code"] for problem in made["problems"]] == ["RD0115", "RD0115", "RD0114"]
    pih = made["tree"]["children"][1]
    model = next(node for node in pih["children"][-1]["children"] if node["name"] == "model_id")
    assert model == {
        "name": "model_id",
        "kind": "element",
        "at": "16.1",
        "n_bits": 4,
        "bits": "0010",
        "value": 2,
        "descriptor": "u(4)",
        "range": [0, 3],
        "legal": True,
        "clause": "1.5.1",
    }


def test_json_of_a_choice(tree: SyntaxTree) -> None:
    made = as_json(tree, by_name(tree.root, "model_id"))
    assert [one["path"] for one in made["selected"]] == [["codestream", "PIH", "PIH payload"]]


def test_chart_of_sizes(tools: SyntaxTree) -> None:
    chart = size_chart(tools.root)
    assert [bar.name for bar in chart.bars] == ["PIH", "TON", "RDI", "SORP", "SORS", "SOZ"]
    assert sum(bar.size_bytes for bar in chart.bars) == len(tools.data) - 4
    assert all(bar.x == sum(one.width for one in chart.bars[:k]) for k, bar in enumerate(chart.bars))


def test_chart_of_very_many_parts_stays_small() -> None:
    from refdec.bitstream.framing import read_codestream, write_codestream
    from refdec.bitstream.markers import Marker

    codestream = read_codestream((GOLDEN / "vectors" / "hop_indreg_2x1_600x400.jai").read_bytes())
    parts = [(p.marker, bytes(p.payload)) for p in codestream.substreams]
    many = write_codestream([*parts, *[(Marker.SORS, bytes([7, 0, 0, 0]))] * 100])
    chart = size_chart(build_tree(many).root)
    assert len(chart.bars) == 24
    assert chart.bars[-1].name == "others"
    assert sum(bar.size_bytes for bar in chart.bars) == len(many) - 4
