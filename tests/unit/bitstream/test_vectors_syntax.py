"""Element values of the conformance streams, as the reference software prints them (`syntax.json` of each vector).

It was that of the draft: its prints are compared with the stream of each vector in the draft's layout (1.12), and this
one with the published stream, element for element.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from refdec.bitstream import syntax
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Edition, environment, field_list_name, read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, residual_units

STREAMS = sorted((Path(__file__).resolve().parents[2] / "golden" / "vectors").glob("*.jai"))
SECTIONS = {
    "picture_header": Marker.PIH,
    "tool_header": Marker.TON,
    "rendering_information": Marker.RDI,
    "udi": Marker.UDI,
}
# The reference software prints some names without the set or with other words.
RENAMED = {
    "minSymbol": ("minSymbol", "efe_nl_minSymbol"),
    "maxSymbol": ("maxSymbol", "efe_nl_maxSymbol"),
    "weightsU": ("weightC",),
    "weightsV": ("weightC",),
    "weightsU2": ("weightY",),
    "weightsV2": ("weightY",),
    "ce.post_filters.eICCI.tile_manager enabled": ("icci_tile_enable",),
    "ri_reserved_zero_4bits": ("ri_reserved_zero_4bits", "ri_reserved_zero_4bits_2"),
}


def printed(elements: list[list[Any]]) -> list[tuple[tuple[str, ...], int]]:
    """(possible base names, value) of each printed element, rows of values one by one."""
    found: list[tuple[tuple[str, ...], int]] = []
    for name, value in elements:
        base = name.partition("[")[0]
        for axis in "xy":
            base = base.replace(f"primaries_{axis}_", f"primaries_{axis}[").partition("[")[0]
        names = RENAMED.get(name, (base,))
        found += [(names, single) for single in (value if isinstance(value, list) else [value])]
    return found


@pytest.mark.parametrize("path", STREAMS, ids=lambda p: p.stem)
def test_elements_are_those_of_the_reference_software(path: Path, shared: Path) -> None:
    expected = json.loads((shared / "vectors" / path.stem / "syntax.json").read_text())
    published = read_codestream(path.read_bytes())
    codestream = read_codestream((shared / "vectors" / path.stem / "stream_dis.jai").read_bytes())
    headers = read_headers(codestream)
    assert headers.edition is Edition.DRAFT
    for section, marker in SECTIONS.items():
        part = codestream.only(marker)
        assert (section in expected) == (part is not None)
        if part is None:
            continue
        assert expected[section]["region_0"]["bytes"] == len(part.payload)
        known = environment(marker.name, headers.picture, part.payload)
        records = syntax.annotate(field_list_name(marker, Edition.DRAFT), part.payload, known)
        mine = [(record.name.partition("[")[0], record.value) for record in records]
        now = published.only(marker)
        assert now is not None
        if marker is Marker.PIH:
            first, *others = syntax.annotate("PIH", now.payload)
            assert (first.name, first.value) == ("stream_profile_idc", 0)
            assert [(record.name, record.value) for record in others] == [(r.name, r.value) for r in records]
        else:
            assert now.payload == part.payload
        theirs = printed(expected[section]["region_0"]["elements"])
        if any(
            names == ("dm_data_byte",) for names, _ in theirs
        ):  # printed as one integer, first byte most significant
            data = bytes(value for name, value in mine if name == "dm_data_byte")
            mine = [pair for pair in mine if pair[0] != "dm_data_byte"] + [
                ("dm_data_byte", int.from_bytes(data, "big"))
            ]
        if marker is Marker.TON:
            compare_tools(mine, theirs)
            continue
        assert len(mine) == len(theirs)
        for (name, value), (names, other) in zip(mine, theirs, strict=True):
            assert name in names and value == other


def compare_tools(mine: list[tuple[str, int]], theirs: list[tuple[tuple[str, ...], int]]) -> None:
    """TON: per name the same values in the same order (the print groups weights in its own way)."""
    ours: dict[str, list[int]] = defaultdict(list)
    printed_values: dict[str, list[int]] = defaultdict(list)
    kinds = {"efe_nl_minSymbol": "minSymbol", "efe_nl_maxSymbol": "maxSymbol"}
    for name, value in mine:
        ours[kinds.get(name, name)].append(value)
    for names, value in theirs:
        printed_values[names[0]].append(value)
    assert dict(ours) == dict(printed_values)


@pytest.mark.parametrize("path", STREAMS, ids=lambda p: p.stem)
def test_substream_sizes_are_those_of_the_reference_software(path: Path, shared: Path) -> None:
    expected = json.loads((shared / "vectors" / path.stem / "syntax.json").read_text())
    codestream = read_codestream(path.read_bytes())
    headers = read_headers(codestream)
    for component, section in enumerate(("r_prim_substream", "r_sec_substream")):
        sizes = [expected[section][f"region_{r}"]["bytes"] for r in range(len(expected[section]))]
        if len(sizes) == headers.picture.num_regions > 1:
            units = residual_units(codestream, headers, component)
            prefix = int(headers.picture.independent_regions)
            assert [prefix + len(unit.data) for unit in units if unit is not None] == sizes
        else:
            assert [len(part.payload) for part in codestream.all(RESIDUAL_MARKERS[component])] == sizes


def test_headers_are_read_without_numba() -> None:
    """`refdec info` stays quick: nothing in this package loads the compiler."""
    script = (
        "import sys\nfrom refdec.bitstream.framing import read_codestream\n"
        "from refdec.bitstream.headers import read_headers\n"
        f"read_headers(read_codestream(open({str(STREAMS[0])!r}, 'rb').read()))\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)})
