"""Pictures made of tiles: the same samples as their tiles have, wherever they lie, by any number of workers."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.lossless import drop_lossless
from refdec.api.view import view_file
from refdec.api.view_page import write_page
from refdec.decoding.errors import RegionOutside
from refdec.decoding.options import DecodeOptions
from refdec.formats.errors import PictureTooLarge
from refdec.formats.files import read_picture
from refdec.heif.errors import AlphaSizeDiffers
from refdec.heif.grid_errors import GridWrong, PictureOfTiles, TileDamaged
from refdec.inspection.render import box_lines
from refdec.limits import Limits, TooLarge, TooMuchMemory
from refdec.tiling.geometry import Rect
from refdec.verification.files import VerifyRequest, verify_file
from refdec.verification.verdict import Comparison
from tests.encodable import photograph
from tests.unit.heif.grids import COLUMNS, ROWS, SIZE, TILE, TURN, alpha_samples, gray_stream, grid_data, streams
from tests.unit.heif.support import clap, in_entries, setting, with_box


@cache
def canvas() -> Any:
    """All tiles, put together here."""
    tiles = [refdec.decode(stream).array for stream in streams()]
    rows = [[tiles[(row * COLUMNS + column) % len(tiles)] for column in range(COLUMNS)] for row in range(ROWS)]
    whole = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return whole[: SIZE[1], : SIZE[0]]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_whole_picture_is_its_tiles_cut_to_size(workers: int) -> None:
    found = refdec.decode(grid_data(), workers=workers)
    assert np.array_equal(found.array, canvas())
    assert (found.metadata.icc, found.metadata.xmp, found.alpha) == (b"an ICC profile", b"<x:xmpmeta/>", None)


REGIONS = [(0, 0, 150, 100), (60, 60, 8, 8), (10, 70, 20, 30), (149, 99, 1, 1), (64, 0, 64, 64)]


@pytest.mark.parametrize("region", REGIONS)
def test_regions_need_their_tiles_alone(region: tuple[int, int, int, int]) -> None:
    x, y, w, h = region
    assert np.array_equal(refdec.decode(grid_data(), region=region).array, canvas()[y : y + h, x : x + w])
    damaged = grid_data(damaged=True)  # tile 5, the middle one below
    if region in REGIONS[2:]:
        assert refdec.decode(damaged, region=region).array.shape == (h, w, 3)
    else:
        with pytest.raises(TileDamaged, match=r"Tile 5 \(item 5\), at its byte.bit 2.0: RD0105"):
            refdec.decode(damaged, region=region)


def test_what_is_outside_is_refused() -> None:
    with pytest.raises(RegionOutside):
        refdec.decode(grid_data(), region=(100, 0, 51, 1))


def test_crop_and_turn_are_those_of_the_whole() -> None:
    part = Rect(30, 20, 100, 70)
    data = grid_data(properties=(clap(*SIZE, part), TURN), alpha=True)
    found = refdec.decode(data)
    assert np.array_equal(found.array, np.rot90(canvas()[part.rows, part.columns]))
    assert found.alpha is not None
    assert np.array_equal(found.alpha.samples, np.rot90(alpha_samples()[part.rows, part.columns]))
    small = refdec.decode(data, region=(5, 10, 30, 60))
    assert np.array_equal(small.array, found.array[10:70, 5:35])


@pytest.mark.parametrize("suffix", [".png", ".ppm", ".tif", ".npy"])
def test_it_becomes_a_file(tmp_path: Path, suffix: str) -> None:
    report = decode_to_file(grid_data(), tmp_path / f"a{suffix}")
    assert (report.width, report.height, report.bit_depth) == (*SIZE, 8)
    found = read_picture((tmp_path / f"a{suffix}").read_bytes(), suffix=suffix)
    assert np.array_equal(np.stack(found.components, -1), canvas())


def test_it_becomes_a_file_with_transparency_and_in_other_depths_and_colours(tmp_path: Path) -> None:
    decode_to_file(grid_data(alpha=True), tmp_path / "a.png")
    found = read_picture((tmp_path / "a.png").read_bytes(), suffix=".png", keep_alpha=True)
    assert found.alpha is not None and np.array_equal(found.alpha.samples, alpha_samples())
    ten = decode_to_file(grid_data(), tmp_path / "b.png", DecodeJob(DecodeOptions(bit_depth=10, workers=2)))
    assert ten.bit_depth == 10
    assert decode_to_file(grid_data(), tmp_path / "c.pgm").colour == "gray"
    assert decode_to_file(grid_data(), tmp_path / "d.yuv").colour == "YUV"
    region = DecodeJob(DecodeOptions(region=(60, 60, 20, 10)))
    assert decode_to_file(grid_data(), tmp_path / "e.png", region).width == 20


def test_tiles_keep_their_lossless_layers() -> None:
    whole = photograph(TILE, 2 * TILE)
    originals = whole[:, :TILE], whole[:, TILE:]
    coded = tuple(refdec.encode(each, encoder="analysis", lossless=True) for each in originals)
    found = refdec.decode(grid_data(coded=coded)).array
    for column in range(2):
        assert np.array_equal(found[:64, 64 * column : 64 * column + 64], originals[column])


def test_it_is_encoded_again_as_one() -> None:
    made = refdec.encode(grid_data(), container="jaii", lossless=True)
    again = refdec.decode(made)
    assert np.array_equal(again.array, canvas()) and again.metadata.icc == b"an ICC profile"


def test_limits_hold_for_the_whole() -> None:
    with pytest.raises(TooLarge):
        refdec.decode(grid_data(), limits=Limits(pixels=64 * 64))
    with pytest.raises(TooMuchMemory):
        refdec.decode(grid_data(), limits=Limits(memory_bytes=1 << 16))
    huge = grid_data(payload=b"\0\1\1\2" + (1 << 31).to_bytes(4, "big") * 2)
    with pytest.raises(TooLarge):
        refdec.decode(huge)


def test_what_needs_one_codestream_says_so(tmp_path: Path) -> None:
    for wish in ({"scale": 8}, {"observe": print}, {"blur_faces": True}):
        with pytest.raises(PictureOfTiles):
            refdec.decode(grid_data(), **wish)
    with pytest.raises(PictureOfTiles):
        decode_to_file(grid_data(), tmp_path / "a.png", DecodeJob(timings=True))
    with pytest.raises(PictureOfTiles):
        refdec.transcode(grid_data(), container="jai")
    verdict = verify_file(grid_data(), VerifyRequest(expect=tmp_path / "a.json"))
    assert [problem.code for problem in verdict.problems] == ["RD2020"]


def test_tiles_must_fit_each_other() -> None:
    with pytest.raises(GridWrong, match="do not fill the 193 x 128 shown"):
        refdec.decode(grid_data(size=(193, 128)))
    with pytest.raises(AlphaSizeDiffers):
        refdec.decode(with_box("meta/iinf", lambda box: box, _other_alpha()))


def _other_alpha() -> bytes:
    data = grid_data(alpha=True)
    payload = bytes((0, 0, 1, 2, 0, 149, 0, 100))
    return data.replace(bytes((0, 0, 1, 2, 0, 150, 0, 100)), payload)


def test_verify_looks_at_every_tile() -> None:
    verdict = verify_file(grid_data(alpha=True), VerifyRequest())
    assert not verdict.problems and verdict.picture == "6 of 6 tiles of 150 x 100 samples"
    bad = verify_file(grid_data(damaged=True), VerifyRequest())
    assert [problem.code for problem in bad.problems] == ["RD2018"] and "5 of 6 tiles" in bad.picture
    size = verify_file(with_box("meta/iprp/ipco/ispe", setting(image_height=65), grid_data()), VerifyRequest())
    assert {problem.code for problem in size.problems} == {"RD2011", "RD2018"}
    kinds = verify_file(grid_data(coded=(streams()[0], gray_stream())), VerifyRequest())
    assert ["tile 2 is 8 bit gray, the first 8 bit RGB" in problem.explain() for problem in kinds.problems] == [True]
    layer = verify_file(grid_data(coded=(layered(12)[0], streams()[0])), VerifyRequest())
    assert ["tile 2 is 8 bit RGB, the first 12 bit RGB" in problem.explain() for problem in layer.problems] == [True]
    wide = verify_file(grid_data(size=(193, 128)), VerifyRequest())
    assert [problem.code for problem in wide.problems] == ["RD2017"]
    deep = with_box("meta/iprp/ipco/pixi", in_entries("channels", bits_per_channel=12), grid_data())
    assert any("says 12 bits" in problem.explain() for problem in verify_file(deep, VerifyRequest()).problems)


def test_verify_says_where_the_whole_is_too_large() -> None:
    """Found: each tile is small, so nothing was said of a picture that no decoder here shows."""
    few = DecodeOptions(limits=Limits(pixels=SIZE[0] * SIZE[1] - 1))
    verdict = verify_file(grid_data(), VerifyRequest(options=few))
    assert [type(problem) for problem in verdict.problems] == [TooLarge] and verdict.picture


def test_an_expected_picture_that_is_too_large_is_no_problem_of_the_file(tmp_path: Path) -> None:
    """Found: a verdict said that the file is too large."""
    Image.fromarray(np.zeros((300, 300, 3), np.uint8)).save(tmp_path / "a.png")
    few = DecodeOptions(limits=Limits(pixels=SIZE[0] * SIZE[1]))
    for data in (grid_data(), streams()[0]):
        with pytest.raises(PictureTooLarge):
            verify_file(data, VerifyRequest(expect=tmp_path / "a.png", options=few))


def test_view_and_info_know_tiles(tmp_path: Path) -> None:
    seen = view_file(grid_data())
    assert seen.boxes is not None and seen.tree.data == streams()[0]
    assert list(box_lines(seen.boxes))[-1].startswith("The codestream of the first tile begins at byte")
    (tmp_path / "a.jaii").write_bytes(grid_data())
    write_page(tmp_path / "a.jaii", tmp_path / "a.html", pictures=False)
    page = (tmp_path / "a.html").read_text()
    assert f"150 x 100, {ROWS} x {COLUMNS} tiles of 64 x 64" in page
    assert "made of item 1, 2, 3, 4, 5, 6" in page and "The codestream of the first tile begins" in page
    info = refdec.read_info(grid_data()).as_json()
    assert (info["width"], info["height"], info["file"]["tiles"]) == (*SIZE, [ROWS, COLUMNS])
    coded = sum(len(streams()[index % 3]) for index in range(ROWS * COLUMNS))
    assert (info["codestream_bytes"], float(info["bits_per_pixel"])) == (coded, round(8 * coded / 15000, 4))
    assert json.dumps(info)


# -- how near the whole is to its original, and what is expected of it


@cache
def originals() -> Any:
    return photograph(ROWS * TILE, COLUMNS * TILE, seed=3)


@cache
def layered(bits: int = 8) -> tuple[bytes, ...]:
    """Lossless codestreams of all tiles of a picture."""
    whole = originals().astype(np.uint16) << (bits - 8) if bits > 8 else originals() >> (8 - bits)
    places = [(row * TILE, column * TILE) for row in range(ROWS) for column in range(COLUMNS)]
    parts = (whole[top : top + TILE, left : left + TILE] for top, left in places)
    return tuple(refdec.encode(part, encoder="analysis", lossless=True, bits=bits) for part in parts)


@pytest.mark.parametrize("bits", [5, 8, 10])
def test_originals_of_a_few_bits_stay_in_formats_of_eight(tmp_path: Path, bits: int) -> None:
    """Found: tiles of 1 to 7 bits became lossy in WebP, where a single picture stays as it is."""
    data = grid_data(coded=layered(bits))
    report = decode_to_file(data, tmp_path / "a.webp")
    assert (report.fidelity, report.bit_depth) == (("lossless", bits) if bits <= 8 else ("lossy", 8))
    shown = np.asarray(Image.open(tmp_path / "a.webp").convert("RGB"))
    if bits <= 8:
        assert np.array_equal(shown >> (8 - bits), originals()[: SIZE[1], : SIZE[0]] >> (8 - bits))
    report = decode_to_file(data, tmp_path / "a.jpg")
    assert (report.fidelity, report.bit_depth) == ("lossy", min(bits, 8))
    assert np.asarray(Image.open(tmp_path / "a.jpg")).max() > 200
    assert decode_to_file(data, tmp_path / "lossy.webp", DecodeJob(lossy=True)).bit_depth == 8


def near(tile: int, error: int) -> bytes:
    top, left = divmod(tile, COLUMNS)
    part = originals()[top * TILE : top * TILE + TILE, left * TILE : left * TILE + TILE]
    return refdec.encode(part, encoder="analysis", max_error=error)


def test_the_whole_is_as_near_as_its_furthest_tile(tmp_path: Path) -> None:
    exact, plain = layered(), drop_lossless(layered()[4])
    cases = {
        "lossless": grid_data(coded=exact),
        "within 2": grid_data(coded=exact, tiles={1: near(1, 1), 5: near(5, 2)}),
        "lossy": grid_data(coded=exact, tiles={4: plain}),
    }
    shown = originals()[: SIZE[1], : SIZE[0]]
    for fidelity, data in cases.items():
        picture = refdec.decode(data)
        assert picture.fidelity == fidelity == decode_to_file(data, tmp_path / "a.png").fidelity
        assert np.array_equal(picture.array, shown) == (fidelity == "lossless")
        for job in (DecodeJob(lossy=True), DecodeJob(DecodeOptions(bit_depth=10)), DecodeJob(tone_map=True)):
            assert decode_to_file(data, tmp_path / "a.png", job).fidelity == "lossy"
        assert decode_to_file(data, tmp_path / "a.jpg").fidelity == "lossy"
        assert decode_to_file(data, tmp_path / "a.yuv").fidelity == "lossy"
    region = DecodeJob(DecodeOptions(region=(0, 0, 140, 20)))
    assert decode_to_file(cases["lossy"], tmp_path / "a.png", region).fidelity == "lossless", "no lossy tile is in it"


def test_transparency_leaves_the_depth_of_originals(tmp_path: Path) -> None:
    report = decode_to_file(grid_data(coded=layered(12), alpha=True), tmp_path / "a.png")
    assert (report.fidelity, report.bit_depth) == ("lossless", 12)


def test_gray_originals_are_given_to_formats_of_gray(tmp_path: Path) -> None:
    plane = originals()[:TILE, :TILE, 0]
    data = grid_data(coded=(refdec.encode(plane, encoder="analysis", lossless=True),))
    for suffix in (".pgm", ".png", ".ppm"):
        assert decode_to_file(data, tmp_path / f"a{suffix}").fidelity == "lossless"
    assert decode_to_file(data, tmp_path / "a.yuv").colour == "gray"


def compared(data: bytes, expected: Path) -> Comparison:
    verdict = verify_file(data, VerifyRequest(expect=expected))
    assert verdict.comparison is not None, list(verdict.lines())
    return verdict.comparison


@pytest.mark.parametrize("kind", ["lossy", "lossless", "gray", "turned", "alpha", "mixed"])
def test_verify_accepts_what_decode_writes(kind: str, tmp_path: Path) -> None:
    properties = (clap(*SIZE, Rect(30, 20, 100, 70)), TURN)
    data = {
        "lossy": lambda: grid_data(),
        "lossless": lambda: grid_data(coded=layered()),
        "gray": lambda: grid_data(coded=(gray_stream(3),)),
        "turned": lambda: grid_data(coded=layered(), properties=properties, alpha=True),
        "alpha": lambda: grid_data(alpha=True),
        "mixed": lambda: grid_data(coded=layered(), tiles={3: near(3, 1), 4: drop_lossless(layered()[4])}),
    }[kind]()
    for suffix in (".png", ".ppm", ".yuv", ".npy", ".tif", ".pgm"):
        decode_to_file(data, tmp_path / f"a{suffix}")
        found = compared(data, tmp_path / f"a{suffix}")
        assert found.accepted and found.details["max_abs"] == 0, (suffix, found.lines)


def test_the_expected_original_is_that_of_the_whole(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", originals()[: SIZE[1], : SIZE[0]])
    found = compared(grid_data(coded=layered()), tmp_path / "a.npy")
    assert found.accepted and found.lines[0] == "compared is what the lossless layers of the tiles give"
    mixed = grid_data(coded=layered(), tiles={4: drop_lossless(layered()[4])})
    found = compared(mixed, tmp_path / "a.npy")
    assert not found.accepted and "give, which 5 of 6 tiles have" in found.lines[0]
    assert "row 64, column 64" in found.lines[1]
    damaged = verify_file(grid_data(damaged=True), VerifyRequest(expect=tmp_path / "a.npy"))
    assert damaged.comparison is None and damaged.exit_code == 3
