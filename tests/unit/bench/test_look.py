"""Pictures at equal rates: every codec is near what was asked for, or says what it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refdec.bench.codecs import OTHER_CODECS, Codec, EncoderCodec
from refdec.bench.look import CLOSE, look_at, names_of
from tests.unit.bench.test_codecs import save, scene

JPEG, WEBP, _ = OTHER_CODECS


def test_rates_are_equal_and_figures_are_those_of_the_decoded_picture(tmp_path: Path) -> None:
    path = save(tmp_path / "scene.png", scene())
    done: list[float] = []
    codecs: list[Codec] = [EncoderCodec("analysis"), JPEG, WEBP]
    (seen,) = look_at([path], codecs, [0.35, 0.45], done=done.append)
    assert [(one.codec, one.wanted_bpp) for one in seen.renditions] == [
        (codec.name, bpp) for bpp in (0.35, 0.45) for codec in codecs
    ]
    for one in seen.renditions:
        assert abs(one.off) <= CLOSE, one
        assert one.bpp == pytest.approx(8 * one.size_bytes / (176 * 192))
        assert one.rgb.shape == seen.rgb.shape
        assert 20 < one.figures.luma_psnr < 60 and one.figures.ms_ssim and one.figures.edge_ssim
    assert re.match(r"model \d, displacement ", seen.renditions[0].told)
    assert seen.renditions[1].told.startswith("quality ")
    assert done == pytest.approx([k / 6 for k in range(1, 7)])


def test_what_is_out_of_reach_is_as_near_as_it_gets(tmp_path: Path) -> None:
    path = save(tmp_path / "tiny.png", scene(64, 80))
    (seen,) = look_at([path], [EncoderCodec("analysis"), JPEG], [0.001])
    assert all(one.off > 10 for one in seen.renditions)
    assert seen.renditions[0].figures.ms_ssim is None
    assert seen.renditions[1].told == "quality 1"


def test_no_two_names_are_alike() -> None:
    paths = [Path("a/x.png"), Path("b/x.png"), Path("c/y.png"), Path("d/a/x.png")]
    assert names_of(paths) == ["a/x (1)", "b/x", "y", "a/x (2)"]
