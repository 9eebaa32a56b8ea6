"""`refdec diff`: where two files part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import refdec as library
from tests.unit.heif.clips import clip_data

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    codes = np.random.default_rng(1).integers(0, 250, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(codes).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_pictures(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    codes = np.array(Image.open(picture))
    Image.fromarray(codes).save(tmp_path / "same.ppm")
    ran = refdec("diff", picture, tmp_path / "same.ppm")
    assert (ran.code, ran.out) == (0, "equal: 1800 samples\n")
    codes[7, 3, 2] += 5
    np.save(tmp_path / "b.npy", codes)
    ran = refdec("diff", picture, tmp_path / "b.npy")
    assert ran.code == 4
    first, *others = ran.out.splitlines()
    assert first.startswith("first difference in raster order: row 7, column 3, component B:")
    assert "R: equal" in others and any("B - A =             +5          1" in line for line in others)
    made = json.loads(refdec("diff", picture, tmp_path / "b.npy", "--json").out)
    assert made["first"] == {"component": "B", "place": [7, 3]}
    assert made["components"][2]["histogram"] == {"+5": 1}


def test_raw_yuv(refdec: Refdec, tmp_path: Path) -> None:
    plane = np.arange(64, dtype=np.uint8)
    raw = plane.tobytes() + plane[:32].tobytes()
    (tmp_path / "a_8x8_420.yuv").write_bytes(raw)
    (tmp_path / "b.yuv").write_bytes(raw[:-1] + b"\xff")
    ran = refdec("diff", tmp_path / "a_8x8_420.yuv", tmp_path / "b.yuv")
    assert ran.code == 1 and "8x8" not in ran.out
    ran = refdec("diff", tmp_path / "a_8x8_420.yuv", tmp_path / "b.yuv", "--layout", "8x8_420")
    assert ran.code == 4 and "component V" in ran.out


@pytest.mark.parametrize("name", ["a.png", "b.png"])
def test_a_difference_does_not_replace_what_is_compared(
    refdec: Refdec, picture: Path, tmp_path: Path, name: str
) -> None:
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "b.png")
    before = (tmp_path / name).read_bytes()
    ran = refdec("diff", picture, tmp_path / "b.png", "--picture", tmp_path / name)
    assert ran.code == 2 and "[RD1009]" in ran.err
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("name", ["d.jpg", "d.webp", "d.xyz", "d"])
def test_a_difference_goes_into_formats_that_keep_it(refdec: Refdec, tmp_path: Path, name: str) -> None:
    ran = refdec("diff", tmp_path / "absent.png", tmp_path / "absent.png", "--picture", tmp_path / name)
    assert ran.code == 1 and "[RD0703]" in ran.err and ".png .tif .tiff .ppm .pnm .yuv .npy" in ran.err
    assert not (tmp_path / name).exists()


def test_sizes_depths_and_colours(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((20, 31, 3), np.uint8)).save(tmp_path / "wide.png")
    ran = refdec("diff", picture, tmp_path / "wide.png")
    assert ran.code == 4 and "30 x 20 in A and 31 x 20 in B" in ran.out
    np.save(tmp_path / "deep.npy", np.zeros((20, 30, 3), np.uint16))
    assert "8 bits a sample, B has 16" in refdec("diff", picture, tmp_path / "deep.npy").out
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(tmp_path / "gray.png")
    assert "A is RGB, B is gray" in refdec("diff", picture, tmp_path / "gray.png").out


def test_traces(refdec: Refdec, tmp_path: Path) -> None:
    a = {"sha256": {"z_hat.Y[1]": "a" * 64, "codes.0[1]": "b" * 64}}
    b = {"sha256": {"z_hat.Y[1]": "a" * 64, "codes.0[1]": "c" * 64, "lef.Y[1]": "d" * 64}}
    for name, trace in (("a", a), ("b", b)):
        (tmp_path / f"{name}.json").write_text(json.dumps(trace))
    ran = refdec("diff", tmp_path / "a.json", tmp_path / "b.json")
    assert ran.code == 4
    assert ran.out.splitlines()[0] == "first stage that differs: codes.0 (value)"
    assert ran.out.splitlines()[-1] == "only in B: lef.Y"
    assert refdec("diff", tmp_path / "a.json", tmp_path / "a.json").out == "equal: 2 stages\n"


def test_a_trace_of_some_stages_does_not_differ_in_the_others(refdec: Refdec, tmp_path: Path) -> None:
    """A trace of codes beside one of all stages was said to differ first in z_hat.Y, which it does not hold."""
    few = {"codes.0[1]": "b" * 64}
    for name, stages in (("few", few), ("all", {**few, "z_hat.Y[1]": "a" * 64, "symbols.Y[1]": "c" * 64})):
        (tmp_path / f"{name}.json").write_text(json.dumps({"sha256": stages}))
    ran = refdec("diff", tmp_path / "few.json", tmp_path / "all.json")
    expected = ["no stage that both hold differs: 1 are equal", "only in B: z_hat.Y, symbols.Y"]
    assert (ran.code, ran.out.splitlines()) == (4, expected)


def test_codestreams(refdec: Refdec, tmp_path: Path) -> None:
    data = bytearray(DEMO.read_bytes())
    data[9] ^= 0x10  # level_idc begins in the middle of byte 8
    data[400] ^= 1
    (tmp_path / "b.jai").write_bytes(data)
    ran = refdec("diff", DEMO, tmp_path / "b.jai")
    assert ran.code == 4
    assert "PIH.level_idc: 12 in A, 13 in B (clause 1.5.1, byte.bit 8.4)" in ran.out
    assert "SORP: payloads differ from byte 372 on" in ran.out
    assert refdec("diff", DEMO, DEMO).code == 0


def test_dumps(refdec: Refdec, tmp_path: Path) -> None:
    arrays: dict[str, Any] = {
        "Y.y_hat": np.zeros((2, 3, 3)),
        "Y.z_hat": np.zeros((2, 1, 1), np.int8),
        "note": np.array("x"),
    }
    np.savez(tmp_path / "a.npz", **arrays)
    changed = {**arrays, "Y.y_hat": arrays["Y.y_hat"] + np.eye(3) / 4, "Y.z_hat": np.ones((2, 1, 1), np.int8)}
    np.savez(tmp_path / "b.npz", **changed, extra=np.zeros(1))
    ran = refdec("diff", tmp_path / "a.npz", tmp_path / "b.npz")
    assert ran.code == 4
    assert ran.out.splitlines()[0] == "first array that differs: z_hat.Y at [0, 0, 0]: 0 in A, 1 in B"
    assert "extra: only in B" in ran.out
    assert refdec("diff", tmp_path / "a.npz", tmp_path / "a.npz").code == 0


def test_psnr_and_a_picture_of_the_difference(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    codes = np.array(Image.open(picture))
    codes[7, 3, 2] += 5
    codes[8, :, 0] += 2
    Image.fromarray(codes).save(tmp_path / "b.png")
    ran = refdec("diff", picture, tmp_path / "b.png", "--picture", tmp_path / "d.png")
    assert ran.code == 4
    second, *_, last = ran.out.splitlines()[1:]
    squares = 600 * 3 / (5**2 + 30 * 2**2)
    assert second.startswith("PSNR in dB: R 55.12, G equal, B 61.93, RGB ") and ", luma " in second
    assert f"RGB {10 * np.log10(255**2 * squares):.2f}" in second
    assert last == f"{tmp_path / 'd.png'}: |A - B| x 51, black where equal"
    shown = np.array(Image.open(tmp_path / "d.png"))
    assert shown[7, 3].tolist() == [0, 0, 255] and (shown[8] == (102, 0, 0)).all() and shown.sum() == 255 + 30 * 102
    made = json.loads(
        refdec("diff", picture, tmp_path / "b.png", "--picture", tmp_path / "d.png", "--amplify", "9", "--json").out
    )
    assert made["scale"] == 9 and made["psnr"]["G"] is None and made["psnr"]["B"] == pytest.approx(61.93, abs=0.01)
    assert np.array(Image.open(tmp_path / "d.png")).max() == 45
    assert "PSNR" not in refdec("diff", picture, picture).out


def test_planes_of_yuv_lie_below_each_other(refdec: Refdec, tmp_path: Path) -> None:
    raw = np.arange(96, dtype=np.uint8)
    (tmp_path / "a_8x8_420.yuv").write_bytes(raw.tobytes())
    (tmp_path / "b_8x8_420.yuv").write_bytes(raw[:64].tobytes() + (raw[64:] ^ 1).tobytes())
    ran = refdec("diff", tmp_path / "a_8x8_420.yuv", tmp_path / "b_8x8_420.yuv", "--picture", tmp_path / "d.png")
    assert "PSNR in dB: Y equal, U 48.13, V 48.13, YUV " in ran.out
    assert "x 255, black where equal; Y, below it U, below that V" in ran.out
    shown = np.array(Image.open(tmp_path / "d.png"))
    assert shown.shape == (16, 8) and (shown[8:, :4] == 255).all() and not shown[:8].any() and not shown[8:, 4:].any()


def test_codestreams_are_decoded_for_it(refdec: Refdec, tmp_path: Path) -> None:
    data = bytearray(DEMO.read_bytes())
    data[-30] ^= 1
    (tmp_path / "b.jai").write_bytes(data)
    ran = refdec("diff", DEMO, DEMO, "--decode")
    assert ran.code == 0 and ran.out.splitlines()[1] == "decoded pictures, equal: 1179648 samples"
    ran = refdec("diff", DEMO, DEMO, "--picture", tmp_path / "d.png")
    assert not np.array(Image.open(tmp_path / "d.png")).any()


def test_files_without_a_picture_of_the_difference(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"sha256": {"codes.0[1]": "aa"}}')
    Image.fromarray(np.zeros((20, 31, 3), np.uint8)).save(tmp_path / "wide.png")
    for a, b, said in (
        (tmp_path / "a.json", tmp_path / "a.json", "a trace is no picture"),
        (picture, tmp_path / "wide.png", "30 x 20 in A"),
    ):
        ran = refdec("diff", a, b, "--picture", tmp_path / "d.png")
        assert ran.code == 2 and said in ran.err and not (tmp_path / "d.png").exists()


def test_old_and_foreign_names_are_read(refdec: Refdec, tmp_path: Path) -> None:
    """A dump of before, a latent bundle and a dump of today of one stream."""
    assert refdec("decode", DEMO, tmp_path / "p.ppm", "--dump", tmp_path / "new.npz").code == 0
    assert refdec("latents", DEMO, tmp_path / "bundle.npz", "--stage", "latent").code == 0
    with np.load(tmp_path / "new.npz") as file:
        new = {name: file[name] for name in file.files}
    assert {"symbols.Y", "latent.UV", "pre_filters.V", "final.2", "codes.0"} <= set(new)
    old = {
        "Y.residual_quant": new["symbols.Y"],
        "UV.y_hat": new["latent.UV"],
        "Y.scale_log": new["scale_index.Y"],
        "rec_final.V": new["final.2"],
    }
    np.savez(tmp_path / "old.npz", **old)
    ran = refdec("diff", tmp_path / "old.npz", tmp_path / "new.npz")
    assert ran.code == 4 and all(": only in B" in line for line in ran.out.splitlines())
    ran = refdec("diff", tmp_path / "bundle.npz", tmp_path / "new.npz")
    assert ran.code == 4 and all(": only in " in line for line in ran.out.splitlines())
    assert not any(name in ran.out for name in ("symbols.", "latent.Y", "residual.", "mask.", "z_hat."))


def test_files_that_cannot_be_compared(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "what.bin").write_bytes(b"what is this")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "broken.json").write_bytes(b"{")
    for name, code, text in (
        ("what.bin", 1, "neither a codestream"),
        ("broken.npz", 1, "cannot be read as a dump"),
        ("broken.json", 1, "is no trace"),
    ):
        ran = refdec("diff", tmp_path / name, tmp_path / name)
        assert ran.code == code and text in ran.err
    ran = refdec("diff", DEMO, picture)
    assert ran.code == 2 and "refdec verify" in ran.err


def test_options_for_other_kinds_of_files(refdec: Refdec, picture: Path, tmp_path: Path) -> None:
    """They were passed over without a word."""
    (tmp_path / "a.json").write_text('{"sha256": {"codes.0[1]": "aa"}}')
    (tmp_path / "a.jaii").write_bytes(clip_data())
    trace, clip = tmp_path / "a.json", tmp_path / "a.jaii"
    for a, words, said in (
        (picture, ("--layout", "8x8_420"), "--layout (layout=) is for raw YUV, and these files are none."),
        (DEMO, ("--layout", "8x8_420"), "--layout (layout=) is for raw YUV, and these files are none."),
        (trace, ("--decode",), "--decode (decode=) is for codestreams, and these files are none."),
        (picture, ("--decode", "--weights", "w.pack"), "--decode (decode=) is for codestreams"),
        (picture, ("--picture", tmp_path / "d.png", "--weights", "w.pack"), "--weights (weights=) is for codestreams"),
        (trace, ("--edition", "draft"), "--edition (edition=) is for codestreams"),
        (clip, ("--edition", "draft"), "--edition (edition=) is for codestreams by themselves (frames of clips are"),
    ):
        ran = refdec("diff", a, a, *words)
        assert ran.code == 2 and said in ran.err and "[RD1615]" in ran.err and ran.out == ""
    assert not (tmp_path / "d.png").exists()
