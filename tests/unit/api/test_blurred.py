"""`decode(blur_faces=True)` and `private=... faces`: what the task finds is covered, the rest stays, nothing is shown
unlooked for.

What the bundled head finds is tested with the task; here a head of drawn weights "finds" places in any picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import refdec_tasks.head_files
from PIL import Image

import refdec
from refdec.api.blurred import cover_of
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.errors import BlurAlone, ScaleAlone
from refdec.api.faces import faces_in
from refdec.api.inputs import read_inputs
from refdec.bundles import Stage
from refdec.decoding.options import DecodeOptions
from refdec.formats.float_view import picture_of_floats
from refdec.heads.errors import HeadOfOtherWeights
from refdec.plugins.core import Core
from refdec.plugins.errors import PluginRefused
from refdec.privacy.mosaic import mosaicked
from refdec.sequences.errors import ClipOption
from refdec.tiling.geometry import Rect
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.found_faces import faces_are_found
from tests.unit.formats.float_support import floats
from tests.unit.heif.clips import clip_data

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
ORIENTATION = 0x0112


def rects_of(source: Path | bytes, more: int = 0) -> tuple[Rect, ...]:
    core = Core(bundled_pack())
    data = source if isinstance(source, bytes) else source.read_bytes()
    return faces_in(core.read(data, Stage.LATENT), core, more=more)


def test_faces_become_a_mosaic_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -1.5)
    plain, blurred, rects = refdec.decode(STREAM), refdec.decode(STREAM, blur_faces=True), rects_of(STREAM)
    assert 1 < len(rects) < 200
    for plane, made in zip(plain.planes, blurred.planes, strict=True):
        assert np.array_equal(made, mosaicked(plane, rects, (1, 1))) and not np.array_equal(made, plane)
    assert f"{len(rects)} faces were found and blurred" in blurred.warnings[-1]
    assert not plain.warnings


def test_nothing_found_changes_nothing_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -15.0)
    blurred = refdec.decode(STREAM, blur_faces=True)
    assert np.array_equal(blurred.array, refdec.decode(STREAM).array)
    assert blurred.warnings[-1].startswith("no face was found, and nothing is blurred; there may be faces")


@pytest.mark.parametrize("region", [(8, 4, 80, 200), (40, 60, 8, 8), (0, 300, 96, 33)])
@pytest.mark.parametrize("colour", ["RGB", "YUV"])
def test_a_region_is_that_of_the_covered_picture(
    monkeypatch: pytest.MonkeyPatch, region: tuple[int, int, int, int], colour: Literal["RGB", "YUV"]
) -> None:
    """However small: a mosaic of a part of a face would show that part."""
    faces_are_found(monkeypatch, -2.0)
    x, y, width, height = region
    whole = refdec.decode(STREAM, blur_faces=True, colour=colour)
    part = refdec.decode(STREAM, region=region, blur_faces=True, colour=colour)
    for made, of_whole in zip(part.planes, whole.planes, strict=True):
        k = whole.planes[0].shape[0] // of_whole.shape[0]
        assert np.array_equal(made, of_whole[y // k : -(-(y + height) // k), x // k : -(-(x + width) // k)])
    count = sum(not rect.intersection(Rect(*region)).empty for rect in rects_of(STREAM))
    assert (f"{count} face" if count else "no face") in part.warnings[-1]


@pytest.mark.parametrize("suffix", [".png", ".yuv", ".npy", ".ppm"])
def test_files_hold_what_decode_returns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str) -> None:
    faces_are_found(monkeypatch, -1.5)
    plain = decode_to_file(STREAM, tmp_path / f"plain{suffix}")
    report = decode_to_file(STREAM, tmp_path / f"x{suffix}", DecodeJob(blur_faces=True))
    assert (report.width, report.height, report.colour) == (plain.width, plain.height, plain.colour)
    assert report.fingerprint != plain.fingerprint and "found and blurred" in report.warnings[-1]
    if suffix == ".png":
        codes = np.asarray(Image.open(tmp_path / "x.png"))
        assert np.array_equal(codes, refdec.decode(STREAM, blur_faces=True, colour="RGB").array)


def test_a_region_is_written_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    faces_are_found(monkeypatch, -1.5)
    job = DecodeJob(DecodeOptions(region=(8, 4, 80, 200)), blur_faces=True)
    assert decode_to_file(STREAM, tmp_path / "x.png", job).width == 80
    expected = refdec.decode(STREAM, region=(8, 4, 80, 200), blur_faces=True, colour="RGB")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "x.png")), expected.array)


def test_what_stands_beside_shows_no_face_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Previews in Exif data and shapes in transparency are gone; a picture that lies on its side is covered upright."""
    faces_are_found(monkeypatch, -3.0)
    codes = np.dstack([photograph(96, 128), np.arange(128 * 96).reshape(96, 128).astype(np.uint8)])
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(codes).save(tmp_path / "a.png", exif=exif)
    data = refdec.encode(tmp_path / "a.png", container="jaii", model=1, displacement=0)
    plain, blurred = refdec.decode(data), refdec.decode(data, blur_faces=True)
    assert plain.array.shape == (128, 96, 3) and plain.metadata.exif and not blurred.metadata.exif
    assert any("previews in it may show faces: Exif data" in said for said in blurred.warnings)
    covered = np.zeros((96, 128), np.bool_)
    for rect in cover_of(read_inputs(data, None, DecodeOptions()), 6, DecodeOptions()).rects:
        covered[rect.rows, rect.columns] = True
    covered = np.rot90(covered, -1)
    assert plain.alpha is not None and blurred.alpha is not None and 0.05 < covered.mean() < 0.95, "a part of it"
    assert (blurred.alpha.samples[covered] == 255).all()
    assert np.array_equal(blurred.alpha.samples[~covered], plain.alpha.samples[~covered])
    assert np.array_equal(blurred.array[~covered], plain.array[~covered])
    assert not np.array_equal(blurred.array[covered], plain.array[covered])
    decode_to_file(data, tmp_path / "b.png", DecodeJob(blur_faces=True))
    with Image.open(tmp_path / "b.png") as made:
        assert np.array_equal(np.asarray(made)[..., :3], blurred.array) and not made.getexif()


def test_an_original_is_covered_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    faces_are_found(monkeypatch, -1.5)
    picture = photograph(96, 128)
    data = refdec.encode(picture, lossless=True, model=1, displacement=0)
    assert np.array_equal(refdec.decode(data).array, picture)
    blurred = refdec.decode(data, blur_faces=True)
    for number, plane in enumerate(blurred.planes):
        assert np.array_equal(plane, mosaicked(picture[..., number], rects_of(data), (1, 1)))
    report = decode_to_file(data, tmp_path / "x.png", DecodeJob(blur_faces=True))
    assert report.fidelity == "lossy" and np.array_equal(np.asarray(Image.open(tmp_path / "x.png")), blurred.array)


def test_an_original_in_floats_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    faces_are_found(monkeypatch, -1.5)
    source = picture_of_floats(floats(16, 3, 96, 128), "sdr", 2, "OpenEXR")
    with pytest.warns(refdec.PictureWarning, match="linear light"):
        data = refdec.encode(source, lossless=True, model=1, displacement=0)
    assert refdec.decode(data).floats is not None
    blurred = refdec.decode(data, blur_faces=True)
    assert blurred.floats is None and "blurred" in blurred.warnings[-1]
    report = decode_to_file(data, tmp_path / "x.npy", DecodeJob(blur_faces=True))
    assert not report.colour.startswith("float") and np.load(tmp_path / "x.npy").dtype.kind == "u"
    with pytest.raises(BlurAlone, match="original in floats"):
        decode_to_file(data, tmp_path / "x.exr", DecodeJob(blur_faces=True))


def test_gray_stays_gray(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -1.5)
    data = refdec.encode(photograph(80, 96)[..., 0], model=1, displacement=0)
    blurred = refdec.decode(data, blur_faces=True)
    expected = mosaicked(refdec.decode(data).array, rects_of(data), (1, 1))
    assert np.array_equal(blurred.array, expected)


@pytest.mark.parametrize("wish", [{"trace": "x.json"}, {"dump": "x.npz"}, {"timings": True}])
def test_stages_would_show_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wish: dict[str, object]) -> None:
    faces_are_found(monkeypatch, -1.5)
    given = {name: tmp_path / str(value) if name != "timings" else value for name, value in wish.items()}
    with pytest.raises(BlurAlone, match="would show them all the same"):
        decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(blur_faces=True, **given))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    with pytest.raises(BlurAlone, match="observe"):
        refdec.decode(STREAM, blur_faces=True, observe=lambda stage, array: None)


def test_a_whole_clip_would_show_them_and_one_frame_is_covered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    faces_are_found(monkeypatch, -1.5)
    with pytest.raises(ClipOption, match="--blur-faces"):
        decode_to_file(clip_data(), tmp_path / "x.gif", DecodeJob(blur_faces=True))
    assert not list(tmp_path.iterdir())
    report = decode_to_file(clip_data(), tmp_path / "x.png", DecodeJob(blur_faces=True, frame=1))
    assert "found" in report.warnings[-1]


def test_small_pictures_would_show_them(tmp_path: Path) -> None:
    with pytest.raises(ScaleAlone, match="blurred faces"):
        refdec.decode(STREAM, scale=8, blur_faces=True)
    with pytest.raises(ScaleAlone, match="blurred faces"):
        decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(scale=8, blur_faces=True))


def test_where_nobody_can_look_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(refdec_tasks.head_files, "bundled_heads", lambda package, folder="": ())
    with pytest.raises(HeadOfOtherWeights):
        decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(blur_faces=True))
    monkeypatch.setenv("REFDEC_PLUGINS", "none")
    with pytest.raises(PluginRefused, match="faces"):
        refdec.decode(STREAM, blur_faces=True)
    assert not list(tmp_path.iterdir())
