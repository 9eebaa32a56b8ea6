"""The syntax tree (1.3 to 1.5): worked examples, all bits under one name each, damaged streams."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import Substream, read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.rule_errors import TooManyRegions
from refdec.entropy.threads import read_sizes
from refdec.errors import BitOffset
from refdec.inspection.nodes import Node, NodeKind
from refdec.inspection.payload_layout import payload_nodes
from refdec.inspection.tree import SyntaxTree, build_tree
from tests.headers import picture_header

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
HEADERS = json.loads((GOLDEN / "examples" / "01-codestream-headers.json").read_text())["examples"]
FRAMING = json.loads((GOLDEN / "examples" / "01-codestream-framing.json").read_text())["examples"]
STREAMS = sorted((GOLDEN / "vectors").glob("*.jai"))
DRAFTS = sorted((GOLDEN / "draft").glob("*.jai"))

# The table of Example A in 1.11: bit in PIH, element, width, value.
EXAMPLE_A = """
0 stream_profile_idc 4 0
4 decoder_profile_id 4 1
8 num_synthesis_transforms_minus1 4 1
12 synthesis_transform_id[0] 4 1
16 synthesis_transform_id[1] 4 0
20 level_idc 8 52
28 img_width_minus64 16 936
44 img_height_minus64 16 636
60 diff_display_img_width 6 0
66 diff_display_img_height 6 0
72 bit_depth_idc 3 0
75 s_ver_minus1 1 0
76 s_hor_minus1 1 0
77 c_ver_minus1 1 0
78 c_hor_minus1 1 0
79 colour_transform_idx 2 1
81 model_id 4 2
85 multi_threading_z 1 0
86 beta_displacement_log_plus_2048[0] 12 2011
98 region_partitioning_flag 1 0
99 independent_beta_uv 1 0
100 multi_threading_r[0] 1 0
101 num_chs[0] 8 160
109 use_cube_flags[0] 1 0
110 rvs_enable_flag[0] 1 0
111 grfs_enable_flag[0] 1 0
112 synthesis_tile_enable[0] 1 0
113 multi_threading_r[1] 1 0
114 num_chs[1] 8 96
122 use_cube_flags[1] 1 0
123 rvs_enable_flag[1] 1 0
124 grfs_enable_flag[1] 1 0
125 synthesis_tile_enable[1] 1 0
126 gain_3D_enable_flag 1 0
"""


def require_every_bit_once(tree: SyntaxTree) -> None:
    """Leaves lie end to end from the first to the last bit; inner nodes cover what their children do."""
    position = 0
    for leaf in tree.root.leaves():
        assert leaf.at.bits == position, f"{leaf.name} begins at {leaf.at}, expected {BitOffset(position)}"
        position = leaf.end.bits
    assert position == 8 * len(tree.data)
    for _, node in tree.root.walk():
        if node.children:
            assert node.at == node.children[0].at
            assert node.end == node.children[-1].end


def require_problems_shown(tree: SyntaxTree) -> None:
    shown = [problem for _, node in tree.root.walk() for problem in node.problems]
    assert len(shown) == len(tree.problems)
    assert set(map(id, shown)) == set(map(id, tree.problems))


def find(tree: SyntaxTree, name: str) -> Node:
    return next(node for _, node in tree.root.walk() if node.name == name)


def test_example_1_11_a_table() -> None:
    tree = build_tree(bytes.fromhex(HEADERS[0]["codestream_hex"]))
    payload = find(tree, "PIH payload")
    start = payload.at.bits
    rows = [
        f"{node.at.bits - start} {node.name} {node.n_bits} {node.value}"
        for node in payload.children
        if node.kind is NodeKind.ELEMENT
    ]
    assert rows == EXAMPLE_A.strip().splitlines()
    padding = payload.children[-1]
    assert (padding.kind, padding.n_bits, padding.value) == (NodeKind.PADDING, 1, 0)
    assert [(node.n_bits, node.value) for node in find(tree, "TON payload").children] == [(1, 0)] * 6 + [(2, 0)]
    assert [(node.n_bits, node.value) for node in find(tree, "RDI payload").children] == [(1, 0)] * 4 + [(4, 0)]


def test_example_1_11_b_flags() -> None:
    tree = build_tree(bytes.fromhex(HEADERS[1]["codestream_hex"]))
    zero = [n.name for _, n in tree.root.walk() if n.base == "cube_flag" and n.value == 0]
    assert zero == ["cube_flag[1][84]", "cube_flag[1][251]"]
    assert sum(n.base == "cube_group_flag" for _, n in tree.root.walk()) == 32
    assert [n.value for _, n in tree.root.walk() if n.base == "grfs_channel_flag"] == [1, 0, 0, 1, 1]
    assert find(tree, "LEF_chIdx").value == 37
    assert [n.value for _, n in tree.root.walk() if n.base == "UDI_data"] == [0xDE, 0xAD, 0xBE]


def test_example_1_11_c_thread_table() -> None:
    unit = bytes.fromhex("9500") + bytes([1]) * 42
    assert read_sizes(unit, 4) == (2, 10, 12, 9, 11)
    example = next(e for e in FRAMING if "threads" in e["name"])
    tree = build_tree(bytes.fromhex(example["codestream_hex"]))
    for substream in (n for n in tree.root.children if n.name in ("SORP", "SORS", "SOZ")):
        for unit_node in (n for _, n in substream.walk() if n.kind is NodeKind.UNIT):
            deltas = [n.value for n in unit_node.children if n.kind is NodeKind.ELEMENT]
            sizes = [n.n_bits // 8 for n in unit_node.children if n.kind is NodeKind.DATA]
            mean = sum(sizes) // len(sizes)
            assert deltas == [mean - size for size in sizes[:-1]]


def test_example_1_11_d_region_table() -> None:
    picture = picture_header(768, 128, regions=(1, 3), synthesis_transforms=(1, 0))
    payload = bytes.fromhex("05a120") + bytes([1]) * (44 + 17 + 30)
    part = Substream(Marker.SORP, memoryview(payload), 100, 105)
    nodes = payload_nodes(part, picture, {}, legal=True)
    assert [(n.name, n.value, n.n_bits) for n in nodes[:3]] == [
        ("region_size[0]", 44, 11),
        ("region_size[1]", 17, 9),
        ("byte_align", 0, 4),
    ]
    assert [(n.name, n.n_bits // 8) for n in nodes[3:]] == [
        ("region_data[0]", 44),
        ("region_data[1]", 17),
        ("region_data[2]", 30),
    ]
    assert nodes[3].at == BitOffset.of_byte(108)


def test_region_tables_of_real_payloads() -> None:
    example = next(e for e in FRAMING if "dependent" in e["name"] and "independent" not in e["name"])
    tree = build_tree(bytes.fromhex(example["codestream_hex"]))
    payload = find(tree, "SORP payload")
    sizes = [n.value for n in payload.children if n.base == "region_size"]
    units = [n.n_bits // 8 for n in payload.children if n.kind is NodeKind.UNIT]
    assert len(units) == 4
    assert sizes == units[:3]


@pytest.mark.parametrize("example", FRAMING, ids=[e["name"] for e in FRAMING])
def test_framing_examples(example: dict[str, object]) -> None:
    tree = build_tree(bytes.fromhex(str(example["codestream_hex"])))
    require_every_bit_once(tree)
    require_problems_shown(tree)


@pytest.mark.parametrize("example", HEADERS, ids=[e["name"] for e in HEADERS])
def test_header_examples(example: dict[str, object]) -> None:
    tree = build_tree(bytes.fromhex(str(example["codestream_hex"])))
    require_every_bit_once(tree)
    require_problems_shown(tree)
    assert {"RD0114"} <= {problem.code for problem in tree.problems} or tree.findings.headers is None


def test_every_vector_has_a_tree() -> None:
    """All 111 streams: no problem, every bit under exactly one leaf, nothing unread.

    Four have more regions than the published standard allows (1.6.4), which is all that is wrong with them.
    """
    assert len(STREAMS) == 111
    finer = set()
    for path in STREAMS:
        tree = build_tree(path.read_bytes())
        assert all(isinstance(problem, TooManyRegions) for problem in tree.problems), path.name
        finer |= {path.stem} if tree.problems else set()
        require_every_bit_once(tree)
        assert not [node for _, node in tree.root.walk() if node.kind is NodeKind.UNREAD], path.name
    assert finer == {"bop_depreg_3x2_768x512", "bop_depreg_threads8", "bop_depreg_tools_on", "hop_depreg_2x2_320x256"}


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_every_draft_vector_has_a_tree(path: Path) -> None:
    """1.12: the elements are those of the published stream, but for stream_profile_idc; the draft is a warning."""
    tree = build_tree(path.read_bytes())
    assert tree.problems == ()
    assert [type(warning) for warning in tree.findings.warnings] == [DraftHeader]
    require_every_bit_once(tree)
    assert build_tree(path.read_bytes(), edition=Edition.DRAFT).findings.warnings == ()
    mine = [(node.name, node.value) for node in find(tree, "PIH payload").children if node.kind is NodeKind.ELEMENT]
    published = build_tree((GOLDEN / "vectors" / path.name).read_bytes())
    theirs = [
        (node.name, node.value) for node in find(published, "PIH payload").children if node.kind is NodeKind.ELEMENT
    ]
    assert theirs == [("stream_profile_idc", 0), *mine]


def test_independent_regions_show_their_index() -> None:
    tree = build_tree((GOLDEN / "vectors" / "hop_indreg_2x1_600x400.jai").read_bytes())
    regions = [n.value for _, n in tree.root.walk() if n.name == "region_idx"]
    assert regions == [0, 1, 0, 1]
    notes = [n.note for _, n in tree.root.walk() if n.name == "region_data[1]"]
    assert all(note.startswith("latent rows") for note in notes)


def small() -> bytes:
    return min(STREAMS, key=lambda path: path.stat().st_size).read_bytes()


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 10, 20, 25, 30, 100, 1000])
def test_cut_streams_are_shown_as_far_as_they_read(length: int) -> None:
    tree = build_tree(small()[:length])
    require_every_bit_once(tree)
    require_problems_shown(tree)
    assert tree.problems
    if length > 4:
        assert tree.root.children[1].name == "PIH"


def test_a_cut_element_is_unread_and_carries_its_problem() -> None:
    codestream = read_codestream(small())
    parts = [
        (p.marker, bytes(p.payload)[:7] if p.marker is Marker.PIH else bytes(p.payload)) for p in codestream.substreams
    ]
    tree = build_tree(write_codestream(parts))
    require_every_bit_once(tree)
    require_problems_shown(tree)
    payload = find(tree, "PIH payload")
    assert payload.children[-1].kind is NodeKind.UNREAD
    assert payload.children[-1].problems[0].code == "RD0119"
    assert find(tree, "SOZ payload").children[0].kind is NodeKind.UNREAD


def test_an_illegal_value_is_marked_at_its_element() -> None:
    data = bytearray(small())
    data[6] |= 3  # decoder_profile_id
    tree = build_tree(bytes(data))
    element = find(tree, "decoder_profile_id")
    assert not element.legal
    assert [problem.code for problem in element.problems] == ["RD0120"]


def test_several_problems_are_all_there() -> None:
    data = bytearray(small())
    data[6] |= 3
    data[7] = data[7] & 0xF0 | 9  # synthesis_transform_id[0]
    tree = build_tree(bytes(data) + b"tail")
    assert sum(problem.code == "RD0120" for problem in tree.problems) == 2
    assert tree.root.children[-1].kind is NodeKind.TRAILING
    assert tree.root.children[-1].n_bits == 32


def test_duplicates_do_not_end_the_tree() -> None:
    codestream = read_codestream(small())
    parts = [(p.marker, bytes(p.payload)) for p in codestream.substreams]
    tree = build_tree(write_codestream([*parts, parts[-1]]))
    assert [problem.code for problem in tree.problems] == ["RD0109"]
    assert tree.root.children[-2].children[0].problems
    require_every_bit_once(tree)


def test_lenient_skips_unknown_words() -> None:
    data = small()
    end = read_codestream(data).end - 2
    odd = data[:end] + bytes.fromhex("ff90") + data[end:]
    assert [problem.code for problem in build_tree(odd).problems] == ["RD0105"]
    tree = build_tree(odd, lenient=True)
    assert not tree.problems
    assert [node.name for node in tree.root.children][-2:] == ["skipped", "marker"]
    require_every_bit_once(tree)


def test_mutated_streams_keep_every_bit() -> None:
    random.seed(7)
    sources = sorted(STREAMS, key=lambda path: path.stat().st_size)[:20]
    originals = [path.read_bytes() for path in sources]
    for _ in range(600):
        data = bytearray(random.choice(originals))
        for _ in range(random.choice([1, 2, 5])):
            data[random.randrange(min(len(data), random.choice([60, 300, len(data)])))] = random.randrange(256)
        if random.random() < 0.3:
            del data[random.randrange(len(data)) :]
        tree = build_tree(bytes(data))
        require_every_bit_once(tree)
        require_problems_shown(tree)


def test_no_compiled_code_is_loaded() -> None:
    import subprocess

    code = (
        "import sys; from refdec.inspection.tree import build_tree; from refdec.inspection import render;"
        f"t = build_tree(open({str(STREAMS[0])!r}, 'rb').read()); list(render.text_lines(t));"
        "assert 'numba' not in sys.modules and 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=GOLDEN.parents[1], env={"PYTHONPATH": ".:spec_tables"})
