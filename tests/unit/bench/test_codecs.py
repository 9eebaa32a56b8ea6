"""Codecs of the benchmark: every setting gives a file and a picture of the same size."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from refdec.bench import codecs
from refdec.bench.codecs import OTHER_CODECS, EncoderCodec, PillowCodec, codec_named
from refdec.bench.errors import (
    CodecMissing,
    NoPictures,
    NotEightBits,
    PicturesAlike,
    PlotUnavailable,
    SetUnclear,
    UnknownCodec,
)
from refdec.bench.pictures import picture_files, picture_sets, read_rgb
from refdec.bench.rd import measure_job, measure_points
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.parallel.outcomes import Job
from refdec.plugins.core_errors import UnknownFilterTool

JPEG = OTHER_CODECS[0]


def scene(rows: int = 176, columns: int = 192, seed: int = 1) -> Any:
    """A picture with soft and busy parts."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns]
    base = 128 + 60 * np.sin(y / 17 + seed) + 50 * np.cos(x / 23)
    noise = rng.normal(0, 12, (rows, columns)) * (x > columns // 2)
    return np.clip(np.stack([base + noise, base, 255 - base], axis=-1), 0, 255).astype(np.uint8)


def save(path: Path, rgb: Any) -> Path:
    red, green, blue = (np.ascontiguousarray(rgb[..., index]) for index in range(3))
    write_picture(path, CodePicture((red, green, blue), 8, Colour.RGB))
    return path


def test_jpeg_grows_with_quality() -> None:
    sizes = [JPEG.code(scene(), setting).size_bytes for setting in JPEG.settings]
    assert sizes == sorted(sizes)
    assert JPEG.code(scene(), 50).decoded.shape == (176, 192, 3)
    assert "4:2:0" in JPEG.description


def test_an_encoder_of_refdec_by_the_door() -> None:
    codec = codec_named("analysis", EncoderCodec("", (-300, 0)))
    low, high = (codec.code(scene(64, 80), setting) for setting in codec.settings)
    assert low.size_bytes < high.size_bytes
    assert low.decoded.shape == (64, 80, 3) and low.decoded.dtype == np.uint8
    assert low.encode_seconds > 0 < low.decode_seconds
    assert codec.description.startswith("analysis")


def test_a_rate_is_met_between_whole_qualities() -> None:
    rgb = scene()
    for codec in OTHER_CODECS[:2]:
        told, coded = codec.at_rate(rgb, 0.7)
        assert abs(8 * coded.size_bytes / (176 * 192) / 0.7 - 1) < 0.02, told
        assert told.startswith("quality ")


@pytest.mark.parametrize("quality", [5, 8, 50, 75, 93])
def test_tables_between_whole_qualities_follow_the_rule_of_libjpeg(quality: int) -> None:
    data = io.BytesIO()
    Image.fromarray(scene()).save(data, "JPEG", quality=quality)
    with Image.open(io.BytesIO(data.getvalue())) as image:
        told: Any = getattr(image, "quantization")  # noqa: B009 - the stubs do not know it
        assert [list(told[k]) for k in sorted(told)] == codecs._jpeg_tables(quality)


def test_a_rate_of_refdec_is_met_by_rate_control() -> None:
    told, coded = EncoderCodec("analysis").at_rate(scene(), 0.5)
    assert abs(8 * coded.size_bytes / (176 * 192) / 0.5 - 1) <= 0.02
    assert re.match(r"model \d, displacement ", told)


def test_gray_is_decoded_as_gray() -> None:
    """As users get it: of a stream that is marked as gray, refdec decodes luma alone."""
    gray = np.repeat(scene()[..., :1], 3, axis=2)
    decoded = EncoderCodec("analysis").code(gray, 0).decoded
    assert np.array_equal(decoded[..., 0], decoded[..., 1]) and np.array_equal(decoded[..., 0], decoded[..., 2])
    usual, alone = EncoderCodec("analysis"), EncoderCodec("analysis", gray_alone=True)
    assert alone.code(gray, 0).size_bytes < usual.code(gray, 0).size_bytes
    assert np.array_equal(alone.code(gray, 0).decoded, decoded) and "without chroma" in alone.description
    assert alone.code(scene(), 0).size_bytes == usual.code(scene(), 0).size_bytes


def test_qualities_instead_of_displacements() -> None:
    low, high = (EncoderCodec("analysis", by_quality=True).code(scene(), quality) for quality in (10, 70))
    assert low.size_bytes < high.size_bytes


def test_an_encoder_with_filters() -> None:
    plain, codec = (codec_named(name, EncoderCodec("", (0,))) for name in ("analysis", "analysis+efe+lef"))
    assert codec.name == "analysis+efe+lef" and "--tools efe,lef" in codec.description
    assert codec.code(scene(64, 80), 0).size_bytes >= plain.code(scene(64, 80), 0).size_bytes
    with pytest.raises(UnknownFilterTool):
        codec_named("analysis+magic", EncoderCodec(""))


def test_names() -> None:
    template = EncoderCodec("")
    assert codec_named("jpeg", template) is JPEG
    with pytest.raises(UnknownCodec, match="jpeg") as caught:
        codec_named("gif", template)
    assert "analysis" in str(caught.value)


def test_a_pillow_without_a_codec() -> None:
    with pytest.raises(CodecMissing, match="JPG_2000"):
        PillowCodec("j2k", "JPG_2000", (1,)).code(scene(8, 8), 1)


def test_pictures_of_files_and_folders(tmp_path: Path) -> None:
    one = save(tmp_path / "b.png", scene(8, 9))
    other = save(tmp_path / "a.png", scene(8, 9))
    (tmp_path / "notes.txt").write_text("no picture")
    assert picture_files([tmp_path]) == [other, one]
    assert picture_files([one]) == [one]
    assert np.array_equal(read_rgb(one), scene(8, 9))
    write_picture(tmp_path / "gray.png", CodePicture((scene(8, 9)[..., 0],), 8, Colour.GRAY))
    assert np.array_equal(read_rgb(tmp_path / "gray.png"), np.repeat(scene(8, 9)[..., :1], 3, axis=2))
    deep = np.full((8, 9), 1000, np.uint16)
    write_picture(tmp_path / "deep.png", CodePicture((deep,) * 3, 16, Colour.RGB))
    with pytest.raises(NotEightBits, match="RGB of 16 bits"):
        read_rgb(tmp_path / "deep.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPictures, match="empty"):
        picture_files([tmp_path / "empty"])


def test_sets_have_names_and_places(tmp_path: Path) -> None:
    for name in ("scan1", "scan2", "screen1"):
        save(tmp_path / f"{name}.png", scene(8, 9))
    sets = picture_sets([f"text={tmp_path}/scan*", f"all={tmp_path}", f"text={tmp_path}/screen1.png"])
    assert {name: [path.stem for path in paths] for name, paths in sets.items()} == {
        "text": ["scan1", "scan2", "screen1"],
        "all": ["scan1", "scan2", "screen1"],
    }
    with pytest.raises(NoPictures, match="photo"):
        picture_sets([f"text={tmp_path}/photo*"])
    for unclear in ("text", "=here", "text="):
        with pytest.raises(SetUnclear, match="kind"):
            picture_sets([unclear])


def test_a_job_measures_every_setting(tmp_path: Path) -> None:
    path = save(tmp_path / "scene.png", scene())
    rows = measure_job(Job(path, None, (JPEG, (20, 80), "text")))["points"]
    assert [row["setting"] for row in rows] == [20, 80]
    low, high = rows
    for name in ("bpp", "luma_psnr", "rgb_psnr", "ms_ssim", "edge_ssim"):
        assert low[name] < high[name]
    assert low["kind"] == "text"
    assert high["ms_ssim"] < 1


def test_what_is_known_is_not_measured_again(tmp_path: Path) -> None:
    path = save(tmp_path / "scene.png", scene())
    codec = PillowCodec("jpeg", "JPEG", (20, 80))
    found: list[Any] = []
    failed: list[Any] = []

    def run() -> int:
        summary = measure_points(
            [path], [codec], known=tuple(found), workers=1, found=found.extend, failed=failed.append
        )
        return summary.files

    assert run() == 1
    assert [point.setting for point in found] == [20, 80]
    assert run() == 0
    found.pop()
    assert run() == 1
    assert [point.setting for point in found] == [20, 80]
    assert not failed


def test_pictures_of_one_name_are_refused_unless_they_are_of_two_kinds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (save(tmp_path / folder / "scene.png", scene()) for folder in "ab")
    codec, found = PillowCodec("jpeg", "JPEG", (20,)), list[Any]()
    for sets in ([first, second], {"photos": [first, second]}, {"photos": [first, first]}):
        with pytest.raises(PicturesAlike, match="the same name"):
            measure_points(sets, [codec], workers=1)
    measure_points({"photos": [first], "drawings": [second]}, [codec], workers=1, found=found.extend)
    assert {point.kind for point in found} == {"photos", "drawings"}


def test_a_picture_that_fails_is_told(tmp_path: Path) -> None:
    path = save(tmp_path / "small.png", scene(32, 32))
    failed: list[Any] = []
    large = save(tmp_path / "large.png", scene(176, 176))
    summary = measure_points([path, large], [JPEG], workers=1, failed=failed.append)
    assert summary.exit_code != 0 and len(failed) == 1
    assert "176" in failed[0].message


def test_without_matplotlib_there_is_no_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    from refdec.bench.plotted import require_plot

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PlotUnavailable, match="plot"):
        require_plot(Path("rd.png"))


def test_a_time_budget_is_for_encoders_that_have_use_for_one() -> None:
    template = EncoderCodec("", time_budget_seconds=3.0)
    kept = {name: codec_named(name, template) for name in ("analysis", "refine", "refine+lef")}
    assert {name: getattr(codec, "time_budget_seconds", None) for name, codec in kept.items()} == {
        "analysis": None,
        "refine": 3.0,
        "refine+lef": 3.0,
    }
    assert "at most 3 s" in kept["refine"].description and "at most" not in kept["analysis"].description
