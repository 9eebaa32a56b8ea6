"""`refdec encode` and `refdec latents`: what a user types and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.encodable import GOLDEN

PICTURE = GOLDEN / "kodim15_m1_+0_65x79.source.png"


@pytest.mark.parametrize("size", ["0x64", "64x0", "0x0"])
def test_raw_video_of_no_size_is_a_mistake_of_the_user(size: str, refdec: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.yuv").write_bytes(bytes(96))
    ran = refdec("encode", tmp_path / "a.yuv", tmp_path / "a.jai", "--format", "yuv", "--size", size)
    assert ran.code == 2 and "--size takes WxH" in ran.err


def test_encode_and_decode_again(refdec: Callable[..., Any], tmp_path: Path) -> None:
    made = refdec("encode", PICTURE, tmp_path / "a.jai", "--bpp", "1.2", "--json")
    assert made.code == 0
    report = json.loads(made.out)
    assert abs(report["bits_per_pixel"] / 1.2 - 1) < 0.02
    assert report["bytes"] == (tmp_path / "a.jai").stat().st_size
    assert refdec("decode", tmp_path / "a.jai", tmp_path / "a.png").code == 0


def test_a_quality_and_so_many_bytes(refdec: Callable[..., Any], tmp_path: Path) -> None:
    made = refdec("encode", PICTURE, tmp_path / "a.jai", "--quality", 40)
    assert made.code == 0 and "quality 40" in made.out
    size = (tmp_path / "a.jai").stat().st_size
    made = refdec("encode", PICTURE, "-o", tmp_path / "b.jai", "--max-bytes", "0.5K")
    assert made.code == 2 and "--max-bytes takes" in made.err
    made = refdec("encode", PICTURE, "-o", tmp_path / "b.jai", "--max-bytes", size, "--json")
    assert made.code == 0 and json.loads(made.out)["quality"] == 40
    assert (tmp_path / "b.jai").read_bytes() == (tmp_path / "a.jai").read_bytes()
    made = refdec("encode", PICTURE, tmp_path / "c.jai", "--max-bytes", "1K")
    assert made.code == 0 and (tmp_path / "c.jai").stat().st_size <= 1024
    made = refdec("encode", PICTURE, tmp_path / "d.jai", "--max-bytes", 30)
    assert made.code == 2 and not (tmp_path / "d.jai").exists()
    smallest = made.err.split("--max-bytes ")[1].split(",")[0]
    assert refdec("encode", PICTURE, tmp_path / "d.jai", "--max-bytes", smallest).code == 0


def test_the_output_may_be_left_out_but_nothing_is_replaced_then(refdec: Callable[..., Any], tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(PICTURE.read_bytes())
    assert refdec("encode", source, "--quality", 1).code == 0
    size = (tmp_path / "photo.jai").stat().st_size
    again = refdec("encode", source, "--quality", 90)
    assert again.code == 2 and "--overwrite" in again.err and (tmp_path / "photo.jai").stat().st_size == size
    assert refdec("encode", source, "--quality", 90, "--overwrite").code == 0
    assert (tmp_path / "photo.jai").stat().st_size > size


def test_a_picture_is_not_taken_for_the_output(refdec: Callable[..., Any], tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"the other")
    made = refdec("encode", PICTURE, other)
    assert made.code == 2 and "--out" in made.err and other.read_bytes() == b"the other"


@pytest.mark.parametrize("wish", [("--report", "r"), ("--workers", 2), ("--timeout", 3), ("--executor", "a:b")])
def test_options_of_a_batch_stand_beside_several(
    refdec: Callable[..., Any], tmp_path: Path, wish: tuple[str, Any]
) -> None:
    made = refdec("encode", PICTURE, tmp_path / "a.jai", *wish)
    assert made.code == 2 and wish[0] in made.err and "refdec encode" in made.err


def test_every_option_at_once(refdec: Callable[..., Any], tmp_path: Path) -> None:
    made = refdec(
        "encode", PICTURE, tmp_path / "a.jai", "--model", 1, "--displacement", -50, "--chroma-displacement", 90,
        "--profile", "base", "--synthesis-list", "sop,bop", "--level", 32, "--threads", 4, "--rvs", "--grfs", "--lsbs",
        "--cubes", "--tile-size", 0, "--roi", PICTURE, "--bit-depth", 10, "--chroma", "420", "--encoder", "refine",
        "--option", "steps=1", "--time-budget", 30,
    )  # fmt: skip
    assert made.code == 0, made.err
    found = json.loads(refdec("info", tmp_path / "a.jai", "--json").out)
    assert found["displacement"] == [-50, 90] and found["synthesis_transforms"] == ["SOP", "BOP"]


def test_a_metric_is_an_option_of_refine(refdec: Callable[..., Any], tmp_path: Path) -> None:
    wishes = ("--displacement", -300, "--option", "steps=2")
    made = [
        refdec("encode", PICTURE, tmp_path / f"{n}.jai", "--encoder", "refine", *wishes, *metric)
        for n, metric in enumerate((("--metric", "ms-ssim"), ("--option", "metric=ms-ssim"), ()))
    ]
    assert [one.code for one in made] == [0, 0, 0], made[0].err
    data = [(tmp_path / f"{n}.jai").read_bytes() for n in range(3)]
    assert data[0] == data[1] != data[2]
    unknown = refdec("encode", PICTURE, tmp_path / "x.jai", "--encoder", "refine", "--metric", "beauty")
    assert unknown.code == 2 and "psnr-rgb" in unknown.err
    other = refdec("encode", PICTURE, tmp_path / "x.jai", "--metric", "ms-ssim")
    assert other.code == 2 and "metric" in other.err and not (tmp_path / "x.jai").exists()


def test_the_draft_s_name_of_the_base_profile_is_taken(refdec: Callable[..., Any], tmp_path: Path) -> None:
    for name in ("base", "main"):
        assert refdec("encode", PICTURE, tmp_path / f"{name}.jai", "--displacement", 0, "--profile", name).code == 0
        assert json.loads(refdec("info", tmp_path / f"{name}.jai", "--json").out)["profile"] == "base"
    assert (tmp_path / "base.jai").read_bytes() == (tmp_path / "main.jai").read_bytes()


def test_the_help_names_every_profile(refdec: Callable[..., Any]) -> None:
    from refdec.bitstream.levels import profiles

    shown = " ".join(refdec("encode", "--help").out.split())
    for row in profiles():
        assert all(name in shown for name in (row.name, *row.aliases))


def test_mistakes_are_named(refdec: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "a.jai"
    for arguments, word in [
        (("--bpp", "0.0001"), "out of reach"),
        (("--regions", "2"), "RxC"),
        (("--regions", "3x3"), "settings"),
        (("--option", "steps"), "KEY=VALUE"),
        (("--option", "networks=bop", "--option", "networks=light"), "one value of networks"),
        (("--encoder", "refine", "--option", "metric=psnr-y", "--metric", "ms-ssim"), "one value of metric"),
        (("--encoder", "nobody"), "nobody"),
        (("--chroma", "411"), "411"),
        (("--threads", "3"), "threads"),
        (("--profile", "huge"), "simple, base, high"),
        (("--tools", "magic"), "--tools all"),
        (("--tools", "eicci"), "no eICCI network"),
    ]:
        made = refdec("encode", PICTURE, out, *arguments)
        assert made.code == 2 and word in made.err, made.err
    assert not out.exists()


def test_a_missing_picture_is_an_input_error(refdec: Callable[..., Any], tmp_path: Path) -> None:
    assert refdec("encode", tmp_path / "no.png", tmp_path / "a.jai").code == 1


def test_latents_are_written_and_loaded(refdec: Callable[..., Any], tmp_path: Path) -> None:
    from refdec.bundles import LatentBundle

    stream = GOLDEN / "kodim15_m1_+0_65x79.jai"
    made = refdec("latents", stream, tmp_path / "a.npz", "--stage", "symbols", "--json")
    assert made.code == 0 and json.loads(made.out)["stage"] == "symbols"
    bundle = LatentBundle.load(tmp_path / "a.npz")
    assert bundle.luma.symbols is not None and bundle.luma.symbols.shape == (160, 5, 5)
    assert np.abs(bundle.luma.symbols).max() > 0
    assert refdec("latents", stream, tmp_path / "b.npz", "--stage", "soup").code == 2


def test_latents_go_to_a_pipe(refdec: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = GOLDEN / "kodim15_m1_+0_65x79.jai"
    monkeypatch.chdir(tmp_path)
    written: list[tuple[object, bytes]] = []
    monkeypatch.setattr("refdec.formats.files.write_bytes", lambda target, data: written.append((target, data)))
    ran = refdec("latents", stream, "-", "--stage", "headers")
    ((target, data),) = written
    assert (ran.code, ran.out, target, data[:2]) == (0, "", "-", b"PK")
    assert not list(tmp_path.iterdir())


def test_analysis_networks_that_the_weights_lack_are_named(refdec: Callable[..., Any], tmp_path: Path) -> None:
    ran = refdec("encode", PICTURE, tmp_path / "a.jai", "--option", "networks=hop")
    assert (
        ran.code == 2 and "RD0955" in ran.err and "VM_hop/encoder_Y_0.012" in ran.err and "there are: light" in ran.err
    )
    assert not (tmp_path / "a.jai").exists()
    ran = refdec("encode", PICTURE, tmp_path / "a.jai", "--option", "networks=sop")
    assert ran.code == 2 and "light, bop, hop" in ran.err
