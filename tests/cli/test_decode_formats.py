"""Every format of a decoded picture: by suffix, through a pipe, of a region, of a folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec as library
from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.formats.decoded import Picture
from tests.unit.formats.support import picture

from .conftest import Run

Refdec = Callable[..., Run]
KINDS = {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "tif": "TIFF", "tiff": "TIFF", "png": "PNG"}


def encoded(bits: int, primaries: int, transfer: int) -> bytes:
    info = RenderingInfo(Cicp(primaries, transfer, 0, 1, 0))
    return library.encode(Picture(picture(64, 70, bits).components, bits, "RGB", rendering=info), check=False)


@pytest.fixture(scope="module")
def p3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("formats") / "p3.jai"
    path.write_bytes(encoded(8, 12, 13))
    return path


@pytest.fixture(scope="module")
def hdr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("formats") / "hdr.jai"
    path.write_bytes(encoded(10, 9, 16))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_by_suffix_and_of_a_region(refdec: Refdec, p3: Path, kind: str, tmp_path: Path) -> None:
    whole = library.decode(p3).array
    for options, wanted in (((), whole), (("--region", "8,4,20,30"), whole[4:34, 8:28])):
        ran = refdec("decode", p3, tmp_path / f"o.{kind}", *options)
        assert (ran.code, ran.err) == (0, "")
        with Image.open(tmp_path / f"o.{kind}") as image:
            assert image.format == KINDS[kind] and ("icc_profile" in image.info) == (kind != "png")
            difference = np.abs(np.asarray(image).astype(int) - wanted)
        assert difference.max() == 0 if image.format != "JPEG" else difference.mean() < 4
        (tmp_path / f"o.{kind}").unlink()


def test_through_a_pipe(p3: Path, tmp_path: Path, refdec: Refdec) -> None:
    refdec("decode", p3, tmp_path / "o.tif")
    command = [sys.executable, "-m", "refdec.cli", "decode", str(p3), "-", "--format", "tif"]
    ran = subprocess.run(command, capture_output=True, check=True)
    assert ran.stdout == (tmp_path / "o.tif").read_bytes()


def test_a_folder(refdec: Refdec, p3: Path, tmp_path: Path) -> None:
    ran = refdec("decode", p3.parent, "--out", tmp_path / "out", "--format", "webp", "--workers", "1")
    assert ran.code == 0
    with Image.open(tmp_path / "out" / "p3.webp") as image:
        assert np.array_equal(np.asarray(image), library.decode(p3).array)


def test_more_than_8_bits_and_colours_that_are_lost_are_said(refdec: Refdec, hdr: Path, tmp_path: Path) -> None:
    ran = refdec("decode", hdr, tmp_path / "o.jpg")
    assert ran.code == 0 and "8 bit RGB" in ran.out
    assert "this picture has 10" in ran.err and "BT.2020 and transfer PQ" in ran.err
    ran = refdec("decode", hdr, tmp_path / "p.jpg", "--bit-depth", "10")
    assert ran.code == 1 and "--bit-depth 8" in ran.err and not (tmp_path / "p.jpg").exists()
    ran = refdec("decode", hdr, tmp_path / "o.png")
    assert (ran.code, ran.err) == (0, "")
    assert b"cICP\x09\x10\x00\x01" in (tmp_path / "o.png").read_bytes()


def test_a_picture_that_waits_counts_against_the_limit(p3: Path, tmp_path: Path, refdec: Refdec) -> None:
    ran = refdec("decode", p3, tmp_path / "o.jpg", "--limit-memory", "40000")
    assert ran.code == 5 and not (tmp_path / "o.jpg").exists()


def test_gray_and_the_colours_of_the_standard(refdec: Refdec, tmp_path: Path) -> None:
    gray = np.tile(np.arange(70, dtype=np.uint8) * 3, (64, 1))
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert refdec("encode", tmp_path / "gray.png", tmp_path / "gray.jai", "--no-check").code == 0
    stream = tmp_path / "gray.jai"
    assert "gray components" in refdec("info", stream).out
    assert "marks a gray source of one component" in refdec("view", stream, "--json").out
    modes = {}
    for colour in ("auto", "gray", "standard"):
        ran = refdec("decode", stream, tmp_path / "o.png", "--colour", colour)
        with Image.open(tmp_path / "o.png") as image:
            modes[colour] = image.mode
        assert ran.code == 0 and ("8 bit gray" in ran.out) == (colour != "standard")
    assert modes == {"auto": "L", "gray": "L", "standard": "RGB"}
    ran = refdec("decode", stream, tmp_path / "o.pgm", "--trace", tmp_path / "t.json")
    assert ran.code == 0 and refdec("verify", stream, "--expect", tmp_path / "t.json").code == 0
    assert refdec("verify", stream, "--expect", tmp_path / "o.pgm").code == 0


def test_chroma_of_gray_costs_nothing_where_asked() -> None:
    gray = np.random.default_rng(1).integers(0, 256, (128, 128), np.uint8)
    usual = library.encode(gray, model=1, displacement=0, check=False)
    least = library.encode(gray, model=1, displacement=0, chroma_displacement=-2048, check=False)
    sizes = {part.marker: part.payload_bytes for part in library.read_info(least).substreams}
    assert sizes["SORS"] <= 8 < len(usual) - len(least)
    assert np.array_equal(library.decode(usual).array, library.decode(least).array)
