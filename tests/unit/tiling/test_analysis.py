"""Analysis tiles (4.10.6) and the tile sizes that writers choose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refdec.tiling.analysis import (
    Tiling,
    analysis_tiles,
    official_synthesis_tiling,
    usual_analysis_tiling,
    usual_regions,
    usual_synthesis_tiling,
)
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid

from .support import Partition


def test_usual_sizes() -> None:
    small, large = Partition(1024, 1024), Partition(1025, 1024)
    assert usual_synthesis_tiling(small) == Tiling(0, 0)
    assert usual_synthesis_tiling(large) == Tiling(1024, 64)
    assert usual_analysis_tiling(large, 0) == Tiling(1024, 64)
    assert usual_analysis_tiling(large, 1) == Tiling(512, 32)
    assert usual_analysis_tiling(small, 1) == Tiling(0, 0)


@pytest.mark.parametrize(
    ("size", "independent", "regions"),
    [
        ((2048, 2048), False, (1, 1)),
        ((2049, 2048), False, (2, 2)),
        ((3000, 4000), True, (2, 3)),
        ((9000, 12000), False, (8, 11)),
        ((64, 65599), False, (1, 64)),
        ((19953, 19953), False, (19, 19)),
        ((19953, 19953), True, (9, 9)),  # 361 could not be numbered
    ],
)
def test_usual_regions_are_about_a_megapixel(
    size: tuple[int, int], independent: bool, regions: tuple[int, int]
) -> None:
    assert usual_regions(*size, independent=independent) == regions


@given(height=st.integers(64, 65599), width=st.integers(64, 65599), independent=st.booleans())
def test_usual_regions_are_legal(height: int, width: int, independent: bool) -> None:
    assume(height * width <= 398_131_200)
    rows, columns = usual_regions(height, width, independent=independent)
    assert rows <= ceil_div(height, 256) and columns <= ceil_div(width, 512)  # 1.6.4
    assert not independent or rows * columns <= 256
    RegionGrid.of(Partition(width, height, rows, columns, independent), 0)  # raises where overlaps do not fit


def test_independent_regions_get_a_tile_that_nests() -> None:
    assert usual_synthesis_tiling(Partition(2048, 2048, 2, 2, True)) == Tiling(1024, 128)
    assert usual_synthesis_tiling(Partition(2500, 2100, 2, 2, True)) == Tiling(256, 128)
    assert usual_analysis_tiling(Partition(2500, 2100, 2, 2, True), 1) == Tiling(128, 64)
    assert usual_synthesis_tiling(Partition(2500, 2100, 1, 1, True)) == Tiling(1024, 128)
    assert usual_synthesis_tiling(Partition(1408, 1024, 1, 11, True)) == Tiling(0, 0)


@pytest.mark.parametrize(
    ("partition", "tiling"),
    [
        (Partition(2096, 1400, 1, 2, True), Tiling(640, 128)),  # v = 5 * 128; u = 17 * 128 exceeds 2096
        (Partition(1400, 2096, 2, 1, True), Tiling(640, 128)),  # the same, turned
        (Partition(840, 520, 1, 2, True), Tiling(256, 128)),
        (Partition(3840, 2160, 2, 3, True), Tiling(640, 128)),  # gcd(5 * 128, 15 * 128)
        (Partition(2048, 2048, 2, 2, True), Tiling(1024, 128)),
        (Partition(2500, 2100, 1, 1, True), Tiling(0, 0)),  # 17 * 128 and 20 * 128: neither fits
        (Partition(1408, 1024, 1, 11, True), Tiling(1408, 128)),  # v = 8 // 11 = 0 divides nothing
        (Partition(8192, 8192, 1, 1, True), Tiling(8192, 128)),  # more than the element can say
        (Partition(2500, 2100), Tiling(1024, 64)),
    ],
)
def test_tiles_of_the_official_writer(partition: Partition, tiling: Tiling) -> None:
    assert official_synthesis_tiling(partition) == tiling


@pytest.mark.parametrize("component", [0, 1])
@pytest.mark.parametrize(
    "partition",
    [
        Partition(2001, 1500),
        Partition(1500, 1101, 2, 2, False, 1, 4),
        Partition(2500, 2100, 2, 2, True),
        Partition(99, 65),
    ],
)
def test_pieces_cover_both_tensors(partition: Partition, component: int) -> None:
    tiling = usual_analysis_tiling(partition, component)
    factor = 16 >> component
    plane = [ceil_div(n, 1 + component) for n in (partition.img_height, partition.img_width)]
    tiles = analysis_tiles(partition, component, tiling)
    covered = np.zeros(plane, bool)
    for name, scale in (("y", factor), ("z", 4 * factor)):
        frame = np.zeros([ceil_div(n, scale) for n in plane], bool)
        for tile in tiles:
            piece = getattr(tile, name)
            assert piece.made.size_hw == (ceil_div(tile.rect.h, scale), ceil_div(tile.rect.w, scale))
            assert piece.keep == piece.at.seen_from(piece.made)
            frame[piece.at.rows, piece.at.columns] = True
            covered[tile.rect.rows, tile.rect.columns] = True
        assert frame.all() and covered.all()


def test_the_usual_z_trim_is_zero_without_independent_regions() -> None:
    tiles = analysis_tiles(Partition(2001, 1500), 0, Tiling(1024, 64))
    assert all(t.z.keep == Rect(0, 0, t.z.made.w, t.z.made.h) for t in tiles)
    assert tiles[1].rect == Rect(960, 0, 1024, 1024)
    assert tiles[1].y.keep == Rect(2, 0, 60, 62) and tiles[1].y.at == Rect(62, 0, 60, 62)


@st.composite
def official(draw: st.DrawFn) -> tuple[Partition, Tiling]:
    """Pictures with independent regions, and the official writer's tiles where it can write them."""
    width, height = draw(st.integers(300, 3000)), draw(st.integers(300, 3000))
    columns, rows = draw(st.integers(1, ceil_div(width, 512))), draw(st.integers(1, ceil_div(height, 256)))
    partition = Partition(width, height, rows, columns, True)
    tiling = official_synthesis_tiling(partition)
    assume(tiling.size > tiling.overlap)
    return partition, tiling


@given(case=official(), component=st.integers(0, 1))
def test_analysis_by_straddling_tiles_covers_both_tensors_too(case: tuple[Partition, Tiling], component: int) -> None:
    partition, luma = case
    tiling = Tiling(luma.size >> component, luma.overlap >> component)
    factor = 16 >> component
    plane = [ceil_div(n, 1 + component) for n in (partition.img_height, partition.img_width)]
    for name, scale in (("y", factor), ("z", 4 * factor)):
        frame = np.zeros([ceil_div(n, scale) for n in plane], int)
        for tile in analysis_tiles(partition, component, tiling):
            piece = getattr(tile, name)
            assert piece.keep == piece.at.seen_from(piece.made)
            assert Rect(0, 0, frame.shape[1], frame.shape[0]).contains(piece.at)
            assert Rect(0, 0, piece.made.w, piece.made.h).contains(piece.keep)
            frame[piece.at.rows, piece.at.columns] += 1
        assert (frame == 1).all()
