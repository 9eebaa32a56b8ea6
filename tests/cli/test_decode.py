"""`refdec decode`, `info` and `demo`: what a user types and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec as library
from refdec.weights.packfile import write_pack
from refdec.weights.seeded import seeded_pack

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture(scope="session")
def seed_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack file with the seeded checkpoints of model 1, as the vectors need them."""
    kinds = (
        "VM_common_int/Y",
        "VM_common_int/UV",
        "VM_bop/decoder_Y",
        "VM_bop/decoder_UV",
        "VM_sop/decoder_Y",
        "VM_sop/decoder_UV",
    )
    path = tmp_path_factory.mktemp("packs") / "seed.pack"
    with path.open("wb") as file:
        write_pack(seeded_pack(1, [f"{kind}_0.012" for kind in kinds]), file)
    return path


def test_decode_writes_the_same_codes_that_the_library_returns(
    refdec: Refdec, vectors: Path, seed_pack: Path, tmp_path: Path
) -> None:
    stream = vectors / "bop_off_64x64.jai"
    ran = refdec("decode", stream, tmp_path / "o.png", "--weights", seed_pack)
    assert (ran.code, ran.err) == (0, "")
    assert "64 x 64, 8 bit RGB" in ran.out
    picture = library.decode(stream, weights=seed_pack)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "o.png")), picture.array)


def test_trace_holds_the_recorded_fingerprints(refdec: Refdec, vectors: Path, seed_pack: Path, tmp_path: Path) -> None:
    book = json.loads((vectors / "fingerprints.json").read_text())["cases"]["bop_off_64x64"]["sha256"]
    ran = refdec(
        "decode",
        vectors / "bop_off_64x64.jai",
        tmp_path / "o.npy",
        "--weights",
        seed_pack,
        "--trace",
        tmp_path / "t.json",
    )
    assert ran.code == 0
    assert json.loads((tmp_path / "t.json").read_text())["sha256"] == book


def test_dump_uses_the_names_of_the_stages(refdec: Refdec, vectors: Path, seed_pack: Path, tmp_path: Path) -> None:
    ran = refdec(
        "decode",
        vectors / "bop_off_64x64.jai",
        tmp_path / "o.ppm",
        "--weights",
        seed_pack,
        "--dump",
        tmp_path / "d.npz",
    )
    assert ran.code == 0
    with np.load(tmp_path / "d.npz") as dump:
        assert {
            "z_hat.Y",
            "scale_index_base.Y",
            "scale_index.UV",
            "symbols.Y",
            "psi.UV",
            "latent.Y",
            "synthesis.U",
            "final.0",
            "codes.2",
        } <= set(dump)
        assert dump["latent.Y"].shape == (160, 4, 4)


def test_json_says_what_was_written(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("decode", DEMO, tmp_path / "o.png", "--json", "--timings")
    assert ran.code == 0
    report = json.loads(ran.out)
    assert (report["width"], report["height"], report["colour"]) == (768, 512, "RGB")
    assert report["timings"]["total"] > 0


def test_small_pictures_come_from_the_latents(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("decode", DEMO, tmp_path / "small.png", "--scale", "8", "--json")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out)
    assert (report["width"], report["height"], report["warnings"]) == (96, 64, [])
    small = np.asarray(Image.open(tmp_path / "small.png"))
    assert np.array_equal(small, library.decode(DEMO, scale=8).array)
    refused = refdec("decode", DEMO, tmp_path / "x.png", "--scale", "8", "--synthesis", "sop")
    assert refused.code == 2 and "RD1632" in refused.err
    many = refdec("decode", DEMO, "--out", tmp_path / "out", "--scale", "16")
    assert many.code == 0, many.err
    with Image.open(tmp_path / "out" / "demo.png") as image:
        assert image.size == (48, 32)


def test_other_transform_of_the_list_and_one_that_is_not(
    refdec: Refdec, vectors: Path, seed_pack: Path, tmp_path: Path
) -> None:
    stream = vectors / "bop_off_64x64.jai"
    assert refdec("decode", stream, tmp_path / "s.npy", "--weights", seed_pack, "--synthesis", "sop").code == 0
    assert refdec("decode", stream, tmp_path / "b.npy", "--weights", seed_pack).code == 0
    assert not np.array_equal(np.load(tmp_path / "s.npy"), np.load(tmp_path / "b.npy"))
    refused = refdec("decode", stream, tmp_path / "h.npy", "--weights", seed_pack, "--synthesis", "hop")
    assert refused.code == 2
    assert "does not list synthesis transform HOP" in refused.err
    assert not (tmp_path / "h.npy").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "RD01"), (b"\xff\xd8\xff\xe0 not JPEG AI", "RD01"), (DEMO.read_bytes()[:3000], "byte.bit")],
    ids=["empty", "jpeg", "cut"],
)
def test_bad_input_gets_one_sentence_and_no_file(refdec: Refdec, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "bad.jai").write_bytes(content)
    ran = refdec("decode", tmp_path / "bad.jai", tmp_path / "o.png")
    assert ran.code == 3
    assert ran.err.startswith("refdec: ")
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "o.png").exists()


def test_missing_file_and_unknown_suffix(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("decode", tmp_path / "none.jai", tmp_path / "o.png").code == 1
    ran = refdec("decode", DEMO, tmp_path / "o.gif")
    assert ran.code == 1
    assert ".gif" in ran.err


def test_stream_for_other_weights_names_the_missing_checkpoint(refdec: Refdec, vectors: Path, tmp_path: Path) -> None:
    ran = refdec("decode", vectors / "bop_off_m0.jai", tmp_path / "o.png")
    assert ran.code != 0
    assert "0.002" in ran.err
    assert "weights import" in ran.err


def test_info_reads_headers_only(refdec: Refdec) -> None:
    ran = refdec("info", DEMO, "--json")
    info = json.loads(ran.out)
    assert ran.code == 0
    assert (info["width"], info["height"], info["profile"], info["model_id"]) == (768, 512, "base", 1)
    assert [part["marker"] for part in info["substreams"]] == ["PIH", "SORP", "SORS", "SOZ"]
    assert info["codestream_bytes"] == DEMO.stat().st_size
    pixels = 768 * 512
    assert info["bits_per_pixel"] == round(8 * info["codestream_bytes"] / pixels, 4)
    text = refdec("info", DEMO).out
    assert "768" in text and f"{info['bits_per_pixel']:.4f}" in text


def test_demo_equals_its_record(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("demo", tmp_path / "d.png")
    assert ran.code == 0
    assert "equal to the recorded fingerprint" in ran.out
    assert Image.open(tmp_path / "d.png").size == (768, 512)
    ran = refdec("demo", tmp_path / "d.xyz", "--stream", tmp_path / "d.jai")
    assert ran.code != 0 and not (tmp_path / "d.jai").exists()


def test_version(refdec: Refdec) -> None:
    assert refdec("--version").out.strip() == f"refdec {library.__version__}"


def test_errors_are_json_too_where_json_is_wanted(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "cut.jai").write_bytes(DEMO.read_bytes()[:10])
    ran = refdec("info", tmp_path / "cut.jai", "--json")
    error = json.loads(ran.out)["error"]
    assert set(error) == {"code", "clause", "at", "message", "hints", "through", "exit_code"}
    assert error["through"][-1] == error["clause"]
    assert f"  came through clauses {' > '.join(error['through'])}\n" in ran.err
    assert (ran.code, error["exit_code"]) == (3, 3)
    assert error["code"] in ran.err and error["at"] and error["message"] in ran.err
    ran = refdec("decode", tmp_path / "none.jai", tmp_path / "o.png", "--json")
    assert json.loads(ran.out)["error"]["exit_code"] == ran.code == 1
    assert refdec("info", tmp_path / "cut.jai").out == ""
