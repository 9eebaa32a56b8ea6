"""Decoding of a rectangle alone: the crop of the whole, less work, absent regions, what is refused."""

from __future__ import annotations

import random
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.decoding.errors import RegionOffGrid, RegionOutside
from refdec.picture.picture import PictureCodes
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

CASES = [
    "sop_tools_on",
    "bop_tools_on",
    "hop_tools_on",
    "bop_c420_tools_on_target",
    "bop_EFElinear_target_m1",
    "bop_EFEnonlinear_target_m1",
    "bop_eICCI_long",
    "bop_LEF_target_m1",
    "bop_diff_display",
    "bop_yuv420_tools_on_target",
    "bop_yuv420_67x65_note",
    "bop_yuv422_EFElinear_target",
    "bop_yuv422_EFEnonlinear_target",
    "bop_yuv444_c420",
    "bop_colour_idx0",
    "bop_depreg_3x2_768x512",
    "hop_indreg_2x1_600x400",
]
Region = tuple[int, int, int, int]


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


@lru_cache(maxsize=1)
def whole(path: Path, colour: str | None) -> PictureCodes:
    return refdec.decode(path, weights=pack(), colour=colour, bit_depth=12)  # type: ignore[arg-type]


def require_crop(got: PictureCodes, of: PictureCodes, region: Region) -> None:
    x, y, w, h = region
    assert got.subsampling == of.subsampling
    ver, hor = of.subsampling
    for i, (plane, all_of_it) in enumerate(zip(got.planes, of.planes, strict=True)):
        v, s = (1, 1) if i == 0 else (ver, hor)
        assert np.array_equal(plane, all_of_it[y // v : -(-(y + h) // v), x // s : -(-(x + w) // s)]), (region, i)


def regions_of(picture: PictureCodes, seed: int, whole: bool) -> list[Region]:
    """The last sample, two rectangles whose corner suits the subsampling, and the whole if wanted."""
    rng = random.Random(seed)
    width, height, (ver, hor) = picture.width, picture.height, picture.subsampling
    made = [((width - 1) // hor * hor, (height - 1) // ver * ver, 1, 1)] + [(0, 0, width, height)] * whole
    for _ in range(2):
        x, y = rng.randrange(width) // hor * hor, rng.randrange(height) // ver * ver
        made.append((x, y, rng.randint(1, min(70, width - x)), rng.randint(1, min(70, height - y))))
    return [(x, y, min(w, width - x), min(h, height - y)) for x, y, w, h in made]


@pytest.mark.parametrize("colour", [None, "RGB", "YUV"])
@pytest.mark.parametrize("case", CASES)
def test_a_region_is_the_crop_of_the_whole(case: str, colour: str | None, vectors: Path) -> None:
    path = vectors / f"{case}.jai"
    picture = whole(path, colour)
    for region in regions_of(picture, 1, colour is None):
        got = refdec.decode(path, weights=pack(), colour=colour, bit_depth=12, region=region)  # type: ignore[arg-type]
        require_crop(got, picture, region)


def test_options_reach_the_region(vectors: Path) -> None:
    path, region = vectors / "bop_tools_on.jai", (30, 40, 50, 20)
    choices: list[dict[str, Any]] = [{"filters": False}, {"channels": (7, 2)}, {"synthesis": "sop"}]
    for options in choices:
        of = refdec.decode(path, weights=pack(), **options)
        require_crop(refdec.decode(path, weights=pack(), region=region, **options), of, region)


def parts_without(path: Path, absent: set[int], damaged: frozenset[int] = frozenset()) -> bytes:
    """The stream without residual substreams of some regions, and with nonsense in those of others."""
    parts = []
    for part in read_codestream(path.read_bytes()).substreams:
        payload = bytes(part.payload)
        if part.marker in (Marker.SORP, Marker.SORS):
            if payload[0] in absent:
                continue
            if payload[0] in damaged:
                payload = payload[:1] + bytes(len(payload) - 1)
        parts.append((part.marker, payload))
    return write_codestream(parts)


def test_other_independent_regions_may_be_absent_or_damaged(vectors: Path) -> None:
    path, region = vectors / "bop_indreg_2x1_600x400.jai", (10, 20, 100, 60)
    of = refdec.decode(path, weights=pack())
    for stream in (parts_without(path, {1}), parts_without(path, set(), frozenset({1}))):
        got = refdec.decode(stream, weights=pack(), region=region)
        assert got.warnings == ()
        require_crop(got, of, region)
    with pytest.raises(refdec.CodestreamError):
        refdec.decode(parts_without(path, set(), frozenset({1})), weights=pack())


def test_an_absent_region_decodes_to_its_prediction_and_is_named(vectors: Path) -> None:
    path = vectors / "bop_indreg_2x1_600x400.jai"
    of, none = refdec.decode(path, weights=pack()), refdec.decode(path, weights=pack(), channels=(0, 0))
    got = refdec.decode(parts_without(path, {1}), weights=pack())
    assert [warning.split(" is not")[0] for warning in got.warnings] == ["region 1 of Y", "region 1 of UV"]
    seam = 256
    near = 16 * 12  # the synthesis of the neighbours sees a few latent samples across the seam
    for plane, full, predicted in zip(got.planes, of.planes, none.planes, strict=True):
        assert np.array_equal(plane[:, : seam - near], full[:, : seam - near])
        assert np.array_equal(plane[:, seam + near :], predicted[:, seam + near :])
    part = refdec.decode(parts_without(path, {1}), weights=pack(), region=(400, 100, 20, 20))
    assert part.warnings == got.warnings
    require_crop(part, got, (400, 100, 20, 20))


def test_what_lies_outside_is_refused(vectors: Path) -> None:
    path = vectors / "bop_diff_display.jai"
    shown = refdec.read_info(path)
    assert (shown.width, shown.height) != (shown.coded_width, shown.coded_height)
    for region in ((0, 0, shown.coded_width, 1), (0, 0, 0, 5), (-1, 0, 2, 2), (shown.width, 0, 1, 1)):
        with pytest.raises(RegionOutside, match="is not in the picture"):
            refdec.decode(path, weights=pack(), region=region)


def test_a_corner_between_chroma_samples_is_refused_unless_it_becomes_rgb(vectors: Path) -> None:
    path = vectors / "bop_yuv422_8bit.jai"
    with pytest.raises(RegionOffGrid, match="multiple of 2, y of 1"):
        refdec.decode(path, weights=pack(), region=(1, 1, 4, 4))
    assert refdec.decode(path, weights=pack(), region=(2, 1, 3, 4)).planes[1].shape == (4, 2)
    assert refdec.decode(path, weights=pack(), region=(1, 1, 4, 4), colour="RGB").planes[1].shape == (4, 4)
