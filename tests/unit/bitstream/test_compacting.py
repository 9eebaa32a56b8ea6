"""Codestreams without what a reader infers: the same samples, fewer bytes."""

from __future__ import annotations

import numpy as np
import pytest

import refdec
from refdec.api.errors import WeightsDiffer
from refdec.bitstream.compacting import compacted
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import with_user_data
from refdec.bitstream.userdata import read_weights_mark
from refdec.plugins.errors import RequestInvalid
from refdec.privacy.regions import PrivateRegions
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

PICTURE = np.random.default_rng(1).integers(0, 256, (24, 30, 3)).astype(np.uint8)
LONG = refdec.encode(PICTURE)


def markers(data: bytes) -> list[Marker]:
    return [part.marker for part in read_codestream(data).substreams]


def test_the_same_samples_in_45_bytes_fewer() -> None:
    short = compacted(LONG)
    assert len(LONG) - len(short) == 45 and compacted(short) == short
    assert np.array_equal(refdec.decode(short).array, refdec.decode(LONG).array)
    assert Marker.TON not in markers(short) and Marker.RDI not in markers(short)
    named, whole = (refdec.read_info(data).weights_fingerprint for data in (short, LONG))
    assert named and whole and len(named) == 16 and whole.startswith(named)


def test_what_says_something_stays() -> None:
    coloured = refdec.encode(PICTURE, compact=True, cicp=(9, 16), tools="all")
    said = refdec.read_info(coloured).rendering or {}
    assert said["cicp"]["colour_primaries"] == 9 and Marker.RDI in markers(coloured)
    mine = with_user_data(LONG, b"mine")
    assert bytes(read_codestream(compacted(mine)).only(Marker.UDI).payload) == b"mine"  # type: ignore[union-attr]


def test_gray_comes_back_gray_and_other_weights_are_refused() -> None:
    gray = refdec.encode(PICTURE[:, :, 0], compact=True)
    assert refdec.decode(gray).colour == "gray" and refdec.read_info(gray).gray_components == 1
    other: WeightPack = seeded_pack(1)
    with pytest.raises(WeightsDiffer):
        refdec.decode(gray, weights=other)


def test_the_wish_is_the_same_and_not_the_default() -> None:
    assert refdec.encode(PICTURE, compact=True) == compacted(LONG)
    assert Marker.TON in markers(LONG) and Marker.RDI in markers(LONG)


def test_private_regions_do_not_go_with_it() -> None:
    with pytest.raises(RequestInvalid, match="compact"):
        refdec.encode(PICTURE, compact=True, private=PrivateRegions([(0, 0, 8, 8)], None))


def test_layers_and_files_go_with_it() -> None:
    exact = refdec.encode(PICTURE, lossless=True, compact=True)
    assert np.array_equal(refdec.decode(exact).array, PICTURE)
    file = refdec.encode(PICTURE, lossless=True, container="jaii", compact=True)
    assert np.array_equal(refdec.decode(file).array, PICTURE)
    part = read_codestream(exact).only(Marker.UDI)
    assert part is not None and read_weights_mark(bytes(part.payload)) is not None


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (17, 1), (63, 63)])
def test_the_smallest_pictures_with_every_wish(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (*size, 3)).astype(np.uint8)
    for wish in (
        {"lossless": True, "compact": True},
        {"private": PrivateRegions([(0, 0, 1, 1)], None)},
        {"lossless": True, "container": "jaii"},
        {"max_error": 3},
        {"quality": 80, "bit_depth": 10},
        {"chroma": "420", "threads": 4},
        {"rvs": True, "lsbs": True, "cube_flags": True, "grfs": True},
        {"cicp": "p3/srgb", "clli": (1, 1)},
        {"max_bytes": 400},
        {"encoder": "refine", "time_budget": 0.2},
    ):
        decoded = refdec.decode(refdec.encode(picture, **wish))
        assert decoded.array.shape == picture.shape, wish
        if "lossless" in wish:
            assert np.array_equal(decoded.array, picture)
        if "max_error" in wish:
            assert abs(decoded.array.astype(int) - picture).max() <= 3
    tiny = refdec.decode(refdec.encode(picture), scale=8)
    assert tiny.array.shape[:2] == (-(-size[0] // 8), -(-size[1] // 8))
