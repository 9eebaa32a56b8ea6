"""Pictures of floats as they are typed: OpenEXR, PFM and TIFF in and out, exact and within an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.formats.files import read_picture
from refdec.formats.float_files import write_floats
from tests.unit.formats.float_support import floats, same_floats

from .conftest import Run

pytest.importorskip("OpenEXR")
pytest.importorskip("tifffile")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, bits in (("half.exr", 16), ("half.tif", 16), ("single.pfm", 32), ("single.exr", 32)):
        write_floats(tmp_path / name, floats(bits, 3, 24, 30), Path(name).suffix)
    return tmp_path


@pytest.mark.parametrize("source", ["half.exr", "half.tif", "single.pfm", "single.exr"])
@pytest.mark.parametrize("container", ["jai", "jaii"])
def test_floats_in_and_out(folder: Path, refdec: Callable[..., Run], source: str, container: str) -> None:
    made = refdec("encode", source, f"a.{container}", "--lossless")
    assert made.code == 0 and "is shown by the curve of sRGB" in made.err and "left behind" not in made.err
    bits = "16 bit" if source.startswith("half") else "32 bit"
    assert f"{bits} float RGB" in refdec("info", f"a.{container}").out
    verdict = refdec("verify", f"a.{container}")
    assert verdict.code == 0 and f"{bits} float RGB" in verdict.out
    for out in ("b.exr", "b.tif", "b.pfm"):
        decoded = refdec("decode", f"a.{container}", out)
        assert decoded.code == 0 and "float RGB, lossless" in decoded.err + decoded.out and "warning" not in decoded.err
        found, was = read_picture(folder / out).floats, read_picture(folder / source).floats
        assert found is not None and was is not None
        assert same_floats(found, was if found.bits == was.bits else was.as_single())


def test_a_file_of_codes_shows_the_picture_and_says_what_it_is_not(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "half.exr", "a.jai", "--lossless")
    decoded = refdec("decode", "a.jai", "a.png")
    assert decoded.code == 0 and "exr, pfm, tif and npy hold them" in decoded.err and "lossless" not in decoded.out
    assert np.asarray(Image.open(folder / "a.png")).std() > 10
    lossy = refdec("decode", "a.jai", "b.tif", "--lossy")
    assert lossy.code == 0 and read_picture(folder / "b.tif").floats is None
    assert refdec("lossless", "drop", "a.jai", "dropped.jai").code == 0
    for wishes in (("a.jai", "c.exr", "--lossy"), ("dropped.jai", "c.exr"), ("a.jai", "c.pfm", "--bit-depth", "8")):
        refused = refdec("decode", *wishes)
        assert refused.code == 1 and "RD0732" in refused.err and not (folder / wishes[1]).exists()


def test_within_an_error(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "half.exr", "exact.jai", "--lossless")
    refdec("encode", "half.exr", "near.jai", "--max-error", "8")
    assert (folder / "near.jai").stat().st_size < (folder / "exact.jai").stat().st_size
    report = json.loads(refdec("decode", "near.jai", "near.exr", "--json").out)
    assert report["fidelity"] == "within 8 steps" and report["bit_depth"] == 16
    found, was = (read_picture(folder / name).floats for name in ("near.exr", "half.exr"))
    assert found is not None and was is not None
    finite = np.isfinite(was.array)
    assert np.array_equal(np.isfinite(found.array), finite)
    off = abs(found.array.astype(float) - was.array.astype(float))[finite]
    assert 0 < off.max() <= 4 * 8 / 1024
    refused = refdec("encode", "half.exr", "c.jai", "--max-error", "31744")
    assert refused.code == 2 and "31743" in refused.err and not (folder / "c.jai").exists()


def test_without_a_layer_it_is_said(folder: Path, refdec: Callable[..., Run]) -> None:
    made = refdec("encode", "single.pfm", "a.jai")
    assert made.code == 0 and "floats of 32 bits are left behind" in made.err
    refused = refdec("encode", "single.pfm", "b.jai", "--float-view", "codes")
    assert refused.code == 1 and "beyond 0..1" in refused.err
    assert refdec("encode", "single.pfm", "b.jai", "--float-view", "pq", "--lossless").code == 0
    refdec("decode", "b.jai", "sdr.png", "--tone-map")
    assert np.asarray(Image.open(folder / "sdr.png")).dtype == np.uint8


def test_a_folder_of_floats(folder: Path, refdec: Callable[..., Run]) -> None:
    assert refdec("encode", "half.exr", "single.pfm", "--out", "streams", "--lossless").code == 0
    done = refdec("decode", "streams", "--out", "floats", "--format", "exr")
    assert done.code == 0
    for name, source in (("half", "half.exr"), ("single", "single.pfm")):
        assert same_floats(read_picture(folder / "floats" / f"{name}.exr").floats, read_picture(folder / source).floats)


def test_diff_tells_floats_apart_whose_pictures_look_alike(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("encode", "half.exr", "exact.jai", "--lossless")
    refdec("encode", "half.exr", "near.jai", "--max-error", "1")
    refdec("decode", "exact.jai", "exact.exr")
    refdec("decode", "near.jai", "near.exr")
    same = refdec("diff", "half.exr", "exact.exr")
    assert same.code == 0 and "equal" in same.out
    other = refdec("diff", "half.exr", "near.exr")
    assert other.code == 4 and "floats differ" in other.out
    assert "B has 3 components" in refdec("diff", "half.exr", "single.exr").out
    refdec("decode", "exact.jai", "view.png", "--lossy")
    assert "A holds floats, B codes" in refdec("diff", "half.exr", "view.png").out
