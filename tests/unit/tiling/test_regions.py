"""Region grids (4.10.1 to 4.10.4) against the worked grids and the reference encoder's own rectangles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.limits import Limits, TooLarge
from refdec.tiling.errors import OverlapExceedsRegion, RegionsTooFine
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid

from .support import Partition


def worked_grids(examples: Path) -> list[dict[str, Any]]:
    return list(json.loads((examples / "tiling_grids.json").read_text())["grids"])


def partition_of(grid: dict[str, Any]) -> Partition:
    return Partition(
        grid["W"],
        grid["H"],
        grid["num_ver"],
        grid["num_hor"],
        bool(grid["region_residual_in_its_own_substream_flag"]),
        grid["hyper_decoder_overlap_in_latent_samples"],
        grid["mcm_overlap_in_latent_samples"],
    )


def rows_of(rects: list[Rect]) -> list[list[int]]:
    return [[r.x, r.y, r.w, r.h] for r in rects]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("component", [0, 1])
def test_example_10_7_region_grids(examples: Path, number: int, component: int) -> None:
    grid = worked_grids(examples)[number]
    expected = grid["regions_UV" if component else "regions_Y"]
    regions = RegionGrid.of(partition_of(grid), component).regions
    for name in ("img", "y", "y_core", "psi", "z"):
        ours = rows_of([getattr(r, "image" if name == "img" else name) for r in regions])
        assert ours == [rect for row in expected[name] for rect in row], name


def test_example_10_7_b_columns_and_rows() -> None:
    grid = RegionGrid.of(Partition(3840, 2160, 2, 3, False, 2, 8), 0)
    first_row, first_column = grid.regions[:3], grid.regions[::3]
    assert [(r.image.x, r.image.w) for r in first_row] == [(0, 1536), (1024, 1792), (2304, 1536)]
    assert [(r.image.y, r.image.h) for r in first_column] == [(0, 1280), (768, 1392)]
    assert [(r.y.x, r.y.w) for r in first_row] == [(0, 96), (64, 112), (144, 96)]
    assert [(r.psi.y, r.psi.h) for r in first_column] == [(0, 40), (24, 44)]
    assert [(r.z.x, r.z.w) for r in first_row] == [(0, 24), (16, 28), (36, 24)]


CORE_SCALES = ((16, "y_core"), (32, "psi_core"), (64, "z_core"))
CORES = [name for _, name in CORE_SCALES]


def extent(grid: RegionGrid, core: str) -> tuple[int, int]:
    """The size (h, w) of the frame that the cores of all regions cover."""
    cores = [getattr(region, core) for region in grid.regions]
    return max(core.y + core.h for core in cores), max(core.x + core.w for core in cores)


def test_example_10_7_d_everything_off() -> None:
    grid = RegionGrid.of(Partition(800, 600), 0)
    assert grid.psi_size == (19, 25)
    assert [extent(grid, name) for name in CORES] == [(38, 50), (19, 25), (10, 13)]
    (step,) = grid.hyper_steps()
    assert step.size == (600, 800) and step.z == Rect(0, 0, 13, 10) and step.psi == Rect(0, 0, 25, 19)
    (latent,) = grid.latent_steps()
    assert latent.keep == latent.at == latent.y == Rect(0, 0, 50, 38)


def test_example_10_7_a_chroma_of_an_odd_width_is_one_sample_wider() -> None:
    grid = RegionGrid.of(Partition(2001, 1500), 1)
    assert grid.regions[0].image == Rect(0, 0, 2002, 1500)
    assert grid.hyper_steps()[0].size == (750, 1001)


def test_the_trim_of_one_latent_sample_at_inner_seams() -> None:
    grid = RegionGrid.of(Partition(3840, 2160, 2, 3, False, 2, 8), 0)
    steps = grid.latent_steps()
    assert steps[0].y == Rect(0, 0, 96, 80) and steps[0].keep == Rect(0, 0, 95, 79) and steps[0].at == steps[0].keep
    assert steps[4].y == Rect(64, 48, 112, 87)
    assert steps[4].keep == Rect(1, 1, 110, 86) and steps[4].at == Rect(65, 49, 110, 86)


def test_no_trim_with_independent_regions() -> None:
    for step in RegionGrid.of(Partition(2500, 2100, 2, 2, True), 0).latent_steps():
        assert step.at == step.y and step.keep == Rect(0, 0, step.y.w, step.y.h)


def test_dependent_regions_without_overlap_leave_seams_unwritten() -> None:
    """(4.10.4) The interoperability note: both overlaps 0, the trim of 1 is unconditional."""
    grid = RegionGrid.of(Partition(512, 256, 1, 2, False, 0, 0), 0)
    frame = np.zeros((16, 32), np.int32)
    for step in grid.latent_steps():
        frame[step.at.rows, step.at.columns] = 1
    assert (frame[:, 15:17] == 0).all()
    assert frame.sum() == 16 * 30


def test_psi_is_written_shifted_where_the_overlaps_disagree() -> None:
    """(4.10.3) mc != 4 * hd: the output begins 4 * hd left of the region and is written mc left of it."""
    grid = RegionGrid.of(Partition(1024, 512, 1, 2, False, 2, 4), 0)
    step = grid.hyper_steps()[1]
    assert step.z == Rect(4, 0, 12, 8) and step.size == (512, 768)
    assert step.psi == Rect(12, 0, 20, 16)


def test_output_smaller_than_the_psi_rectangle_limits_what_is_written() -> None:
    grid = RegionGrid.of(Partition(1024, 512, 1, 2, False, 0, 8), 0)
    assert [s.psi for s in grid.hyper_steps()] == [Rect(0, 0, 16, 16), Rect(8, 0, 16, 16)]


def test_an_extension_beyond_a_short_last_region_is_clipped() -> None:
    grid = RegionGrid.of(Partition(600, 128, 1, 5, False, 1, 4), 0)
    assert grid.regions[4].image_core == Rect(512, 0, 88, 128)
    assert grid.regions[3].image == Rect(256, 0, 344, 128)
    assert grid.regions[3].z.right == extent(grid, "z_core")[1] == 10


pictures = st.builds(
    Partition,
    st.integers(64, 1400),
    st.integers(64, 1400),
    st.integers(1, 4),
    st.integers(1, 4),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 12),
)


def grid_or_none(partition: Partition, component: int) -> RegionGrid | None:
    try:
        return RegionGrid.of(partition, component)
    except (RegionsTooFine, OverlapExceedsRegion):
        return None


@given(partition=pictures, component=st.sampled_from([0, 1]))
def test_cores_tile_every_frame_and_steps_stay_inside(partition: Partition, component: int) -> None:
    grid = grid_or_none(partition, component)
    if grid is None:
        return
    height, width = partition.img_height, partition.img_width
    if component == 1:
        height, width = 2 * ceil_div(height, 2), 2 * ceil_div(width, 2)
    assert extent(grid, "psi_core") == grid.psi_size
    for down, name in CORE_SCALES:
        size = ceil_div(height, down), ceil_div(width, down)
        assert extent(grid, name) == size
        frame = np.zeros(size, np.int32)
        for region in grid.regions:
            rect = getattr(region, name)
            frame[rect.rows, rect.columns] += 1
        assert (frame == 1).all(), name
    whole_psi, whole_y = (Rect(0, 0, s[1], s[0]) for s in (grid.psi_size, extent(grid, "y_core")))
    for hyper, latent in zip(grid.hyper_steps(), grid.latent_steps(), strict=True):
        assert whole_psi.contains(hyper.psi) and whole_psi.contains(latent.psi) and whole_y.contains(latent.y)
        assert latent.y.contains(latent.at) and latent.keep.size_hw == latent.at.size_hw
        assert latent.psi.size_hw == (ceil_div(latent.y.h, 2), ceil_div(latent.y.w, 2))
        assert hyper.z.size_hw == tuple(ceil_div(n, 64 >> component) for n in hyper.size)


@given(partition=pictures)
def test_luma_and_chroma_latents_have_the_same_grid(partition: Partition) -> None:
    luma, chroma = grid_or_none(partition, 0), grid_or_none(partition, 1)
    assert (luma is None) == (chroma is None)
    if luma is not None and chroma is not None:
        assert luma.latent_steps() == chroma.latent_steps()
        assert [s.z for s in luma.hyper_steps()] == [s.z for s in chroma.hyper_steps()]
        assert [s.psi for s in luma.hyper_steps()] == [s.psi for s in chroma.hyper_steps()]


def test_regions_are_bounded_by_limits() -> None:
    with pytest.raises(TooLarge):
        RegionGrid.of(Partition(4096, 4096, 8, 8), 0, limits=Limits(regions=63))


REFERENCE_NAMES = (("hd.image_tiles", "image"), ("mcm.latent_tiles", "y"), ("mcm.latent_tiles_psi", "psi"))


@pytest.mark.parametrize(
    "case",
    ["bop_depreg_2x1_600x400", "bop_depreg_3x2_768x512", "bop_indreg_2x1_600x400", "hop_depreg_2x2_320x256"],
)
@pytest.mark.parametrize("component", [0, 1])
def test_reference_rectangles_of_the_vectors(shared: Path, case: str, component: int) -> None:
    folder = shared / "vectors" / case
    head = dict(json.loads((folder / "syntax.json").read_text())["picture_header"]["region_0"]["elements"])
    tiles = json.loads((folder / "case.json").read_text())["tiles"]
    partition = Partition(
        head["img_width_minus64"] + 64,
        head["img_height_minus64"] + 64,
        head["num_ver_splits_minus1"] + 1,
        head["num_hor_splits_minus1"] + 1,
        bool(head["region_residual_in_its_own_substream_flag"]),
        head.get("hyper_decoder_overlap_in_latent_samples", 0),
        head.get("mcm_overlap_in_latent_samples", 0),
    )
    regions = RegionGrid.of(partition, component).regions
    names = (*REFERENCE_NAMES, ("hd.latent_tiles_z", "z"), ("res.latent_tiles_entropy_coding", "y_core"))
    for theirs, ours in names:
        expected = [
            [int(n) for n in re.findall(r"\d+", area)] for area in tiles[f"{['Y', 'UV'][component]}.tiles.{theirs}"]
        ]
        assert rows_of([getattr(r, ours) for r in regions]) == expected, theirs
