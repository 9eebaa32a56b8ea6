"""Pictures made of tiles, transcoded: every tile through its latents, and all else of the file as it was."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.errors import RateNotInLatents
from refdec.api.transcode import transcode_to_file
from refdec.api.transcode_options import TranscodeOptions
from refdec.heif.grid import grid_of
from refdec.heif.grid_errors import PictureOfTiles, TileDamaged
from refdec.heif.reading import read_heif
from refdec.tiling.geometry import Rect
from refdec.verification.files import VerifyRequest, verify_file
from tests.encodable import photograph
from tests.unit.heif.grids import SIZE, TILE, TURN, alpha_samples, grid_data, streams
from tests.unit.heif.support import clap


def tiles_of(data: bytes) -> list[bytes]:
    return [bytes(tile.data) for tile in grid_of(read_heif(data, limits=refdec.Limits())).tiles]


def transcoded(data: bytes, **wishes: Any) -> tuple[bytes, list[str]]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return refdec.transcode(data, **wishes), [str(each.message) for each in said]


def test_without_a_wish_the_bytes_are_those_of_the_file() -> None:
    data = grid_data(alpha=True)
    assert transcoded(data) == (data, [])


def test_tiles_are_packaged_as_one_codestream_is_and_nothing_else_changes() -> None:
    data = grid_data(properties=(clap(*SIZE, Rect(30, 20, 100, 70)), TURN), alpha=True)
    for wishes in ({"threads": 4}, {"edition": "draft"}, {"synthesis": ("SOP",)}):
        made, _ = transcoded(data, **wishes)
        assert tiles_of(made) == [refdec.transcode(each, **wishes) for each in tiles_of(data)]
        assert not [each for each in verify_file(made, VerifyRequest()).problems if each.code != "RD2018"]
        if "synthesis" not in wishes:
            old, new = refdec.decode(data), refdec.decode(made)
            assert np.array_equal(old.array, new.array) and new.alpha is not None and old.alpha is not None
            assert np.array_equal(old.alpha.samples, new.alpha.samples)
            assert (new.metadata, new.alpha.samples.size) == (old.metadata, 70 * 100)
    assert alpha_samples().shape == (100, 150)


def test_a_point_is_that_of_every_tile(tmp_path: Path) -> None:
    steps = refdec.read_info(streams()[0]).displacement[0]
    report = transcode_to_file(grid_data(), tmp_path / "a.jaii", TranscodeOptions(displacement=steps - 200))
    assert (report.width, report.height, report.what, report.exact) == (*SIZE, "requantised", False)
    assert report.displacement == steps - 200
    made = (tmp_path / "a.jaii").read_bytes()
    assert len(made) == report.bytes < report.source_bytes
    assert {refdec.read_info(each).displacement[0] for each in tiles_of(made)} == {steps - 200}
    assert report.bits_per_pixel == pytest.approx(8 * sum(map(len, tiles_of(made))) / (SIZE[0] * SIZE[1]))


def test_a_rate_is_that_of_the_whole() -> None:
    data = grid_data()
    rate = 8 * sum(map(len, tiles_of(data))) / (SIZE[0] * SIZE[1])
    wanted = 0.8 * rate
    made, _ = transcoded(data, bpp=wanted)
    found = 8 * sum(map(len, tiles_of(made))) / (SIZE[0] * SIZE[1])
    assert found == pytest.approx(wanted, rel=0.03)
    small, _ = transcoded(data, max_bytes=len(data) - 400)
    assert len(data) - 800 < len(small) <= len(data) - 400
    assert not verify_file(small, VerifyRequest()).problems
    assert transcoded(data, bpp=2 * rate) == (data, [f"it has no more than {2 * rate:g} bpp: its rate stays"])
    with pytest.raises(RateNotInLatents, match=r"^100 bytes are out of reach: .* in the file ") as caught:
        refdec.transcode(data, max_bytes=100)
    needed = caught.value.least_bytes + caught.value.beside_bytes
    assert needed - 64 < len(transcoded(data, max_bytes=needed)[0]) <= needed


def test_what_fits_stays_and_what_lies_beside_counts() -> None:
    data = grid_data()
    assert transcoded(data, max_bytes=len(data)) == (data, [])
    padded = data + (1000).to_bytes(4, "big") + b"free" + bytes(992)
    for wished in (len(data), len(data) + 500):
        made, said = transcoded(padded, max_bytes=wished)
        assert len(made) <= wished and said == []


def test_tiles_of_a_lower_rate_keep_it() -> None:
    photo = photograph(TILE, TILE)
    coarse, fine = (refdec.encode(photo, encoder="analysis", quality=quality) for quality in (5, 40))
    data = grid_data(coded=(coarse, fine))
    most = sum(map(len, tiles_of(data))) * 3 // 4
    made, _ = transcoded(data, bpp=8 * most / (SIZE[0] * SIZE[1]))
    assert tiles_of(made)[0] == coarse and len(tiles_of(made)[1]) < len(fine)


def test_layers_stay_where_they_go_with_the_wish() -> None:
    exact = refdec.encode(photograph(TILE, TILE), encoder="analysis", quality=40, lossless=True)
    data = grid_data(coded=(exact,))
    assert transcoded(data, bpp=100)[0] == data
    made, said = transcoded(data, bpp=2)
    assert refdec.read_info(made).layer_bytes is None and "do not go with that rate" in said[0]
    assert refdec.read_info(transcoded(data, threads=2)[0]).lossless_layer == "8 bit RGB"


def test_what_is_said_of_some_tiles_names_them() -> None:
    exact = refdec.encode(photograph(TILE, TILE), encoder="analysis", quality=40, lossless=True)
    data = grid_data(tiles={4: exact})
    _, said = transcoded(data, displacement=-100)
    assert any(each.endswith("it starts from the old picture (tiles 5)") for each in said)


def test_what_cannot_be_is_one_error() -> None:
    with pytest.raises(PictureOfTiles, match="a bare codestream of it needs a single one"):
        refdec.transcode(grid_data(), container="jai")
    with pytest.raises(TileDamaged, match="Tile 5"):
        refdec.transcode(grid_data(damaged=True), threads=4)
