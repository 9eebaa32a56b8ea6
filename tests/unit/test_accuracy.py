"""Float intermediates of the reference decoder against the integer decoder (6.5 item 2), so that no error can hide
behind a final rounding.

Some streams of every transform always; all of them, and the table in docs/accuracy.md, if REFDEC_ALL_VECTORS is set.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.unit.accuracy_support import TOLERANCE, distances, group_of, table

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    "sop_tools_on",
    "sop_off_m1",
    "bop_tools_on",
    "bop_c420_tools_on_target",
    "bop_depreg_2x1_600x400",
    "bop_EFElinear_target_m1",
    "bop_yuv420_10bit",
    "bop_qmap_roi",
    "hop_tools_on",
    "hop_tiles128",
]
pytestmark = pytest.mark.shared


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


@cache
def measured(folder: Path) -> dict[str, float]:
    return distances(folder / "stream.jai", folder / "tensors.npz", pack())


def require_within(folder: Path) -> None:
    found = measured(folder)
    for name, distance in found.items():
        assert distance <= TOLERANCE[group_of(name)][folder.name[:3].upper()], (folder.name, name, distance)


@pytest.mark.parametrize("case", CASES)
def test_float_intermediates(case: str, shared: Path) -> None:
    require_within(shared / "vectors" / case)
    assert measured(shared / "vectors" / case), "the file holds no float intermediate"


@pytest.mark.skipif("REFDEC_ALL_VECTORS" not in os.environ, reason="several minutes: set REFDEC_ALL_VECTORS to run it")
def test_float_intermediates_of_all_vectors_and_the_table(shared: Path) -> None:
    folders = sorted(path.parent for path in (shared / "vectors").glob("*/tensors.npz"))
    assert len(folders) == 111
    for folder in folders:
        require_within(folder)
    found = {folder.name: measured(folder) for folder in folders}
    assert table(found) in (ROOT / "docs" / "accuracy.md").read_text()
