"""`refdec weights`: import, list, show, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from refdec.weights.seeded import seeded_checkpoint

from .conftest import Run

Refdec = Callable[..., Run]


def test_import_of_a_folder_then_list_show_verify(refdec: Refdec, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name in (
        "VM_common_int/Y_0.012",
        "VM_common_int/UV_0.012",
        "VM_sop/decoder_Y_0.012",
        "VM_sop/decoder_UV_0.012",
    ):
        arrays: dict[str, Any] = dict(seeded_checkpoint(f"{name}.pth"))
        np.savez(folder / f"{name.replace('/', '__')}.npz", **arrays)
    (folder / "notes.txt").write_text("not a checkpoint")
    ran = refdec("weights", "import", folder, tmp_path / "my.pack", "--title", "seeded", "--json")
    assert ran.code == 0, ran.err
    imported = json.loads(ran.out)
    assert len(imported["files"]) == 5
    assert imported["decodes"] == ["model 1: decodes SOP"]
    assert [row["message"] for row in imported["missing"] if row["model"] == 1] == [
        "model 1: BOP decoder_Y, decoder_UV missing",
        "model 1: HOP decoder_Y, decoder_UV missing",
    ]
    assert imported["missing"][1]["files"] == ["VM_bop/decoder_Y_0.012.pth", "VM_bop/decoder_UV_0.012.pth"]
    assert imported["missing"][1]["synthesis"] == "BOP"
    listed = json.loads(refdec("weights", "list", tmp_path / "my.pack", "--json").out)
    assert listed["title"] == "seeded"
    assert listed["decodes"] == ["model 1: decodes SOP"]
    assert listed["missing"] == imported["missing"]
    assert "VM_sop/decoder_Y_0.012" in refdec("weights", "show", tmp_path / "my.pack").out
    assert "4 checkpoints" in refdec("weights", "verify", tmp_path / "my.pack").out


def test_damage_is_found(refdec: Refdec, tmp_path: Path) -> None:
    from importlib import resources

    data = bytearray(resources.files("refdec").joinpath("data", "bundled.pack").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.pack").write_bytes(data)
    ran = refdec("weights", "verify", tmp_path / "bad.pack")
    assert ran.code == 1
    assert ran.err.startswith("refdec: ")


def test_import_of_nothing(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("weights", "import", tmp_path, tmp_path / "p.pack")
    assert ran.code == 1
    assert not (tmp_path / "p.pack").exists()


def test_import_says_what_is_missing(refdec: Refdec, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name in ("VM_common_int/Y_0.012", "VM_common_int/UV_0.012", "VM_sop/decoder_UV_0.012"):
        arrays: dict[str, Any] = dict(seeded_checkpoint(f"{name}.pth"))
        np.savez(folder / f"{name.replace('/', '__')}.npz", **arrays)
    ran = refdec("weights", "import", folder, tmp_path / "my.pack")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert "model 1: decodes latents only" in lines and "model 1: SOP decoder_Y missing" in lines
    (folder / "VM_common_int__Y_0.012.npz").unlink()
    ran = refdec("weights", "import", folder, tmp_path / "less.pack")
    assert ran.code == 1 and not (tmp_path / "less.pack").exists()
    assert "No model can be decoded" in ran.err
    assert "model 1: VM_common_int/Y missing" in ran.err and "model 1: SOP decoder_Y missing" in ran.err


def test_an_unresolved_pointer_is_named(refdec: Refdec, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "VM_hop"
    folder.mkdir(parents=True)
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:fdb3\nsize 13385893\n"
    (folder / "decoder_Y_0.012.pth").write_text(pointer)
    ran = refdec("weights", "import", tmp_path / "models", tmp_path / "my.pack")
    assert ran.code == 1
    assert "VM_hop/decoder_Y_0.012.pth: This is the Git LFS pointer" in ran.err and "git lfs pull" in ran.err


def test_the_bundled_pack_verifies(refdec: Refdec) -> None:
    assert refdec("weights", "verify").code == 0
    assert "decodes SOP, BOP; encodes" in refdec("weights", "list").out


def test_a_model_beside_those_of_a_pack(refdec: Refdec, tmp_path: Path) -> None:
    """The bundled model stays as it is, bit for bit; its streams are decoded by the new pack, which knows its scale."""
    from dataclasses import replace

    from refdec.api.weights import load_weights
    from refdec.weights.packfile import write_pack
    from tests.encodable import GOLDEN, bundled_model

    one = bundled_model(1)
    with (tmp_path / "old.pack").open("wb") as file:
        write_pack(replace(one, notes=replace(one.notes, title="old", licence="BSD-3-Clause")), file)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name in ("VM_common_int/Y_0.075", "VM_common_int/UV_0.075"):
        arrays: dict[str, Any] = dict(seeded_checkpoint(f"{name}.pth"))
        np.savez(folder / f"{name.replace('/', '__')}.npz", **arrays)
    old = tmp_path / "old.pack"
    ran = refdec("weights", "import", folder, old, "--beside", old, "--title", "two", "--json")
    assert ran.code == 0, ran.err
    made = load_weights(old)
    first, second = json.loads(ran.out)["decodes"]
    assert first.startswith("model 1: decodes SOP, BOP; encodes with ") and second == "model 2: decodes latents only"
    assert {name: made.fingerprints()[name] for name in one.names()} == one.fingerprints()
    assert (made.notes.title, made.notes.licence) == ("two", "BSD-3-Clause")
    stream = GOLDEN / "kodim21_m1_+0_64x64.jai"
    for pack in ((), ("--weights", old)):
        assert refdec("decode", stream, tmp_path / f"{len(pack)}.png", *pack).code == 0
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    assert json.loads(refdec("weights", "list", old, "--json").out)["scale"] == []  # model 2 cannot encode


def test_the_scale_of_a_pack_is_listed(refdec: Refdec, tmp_path: Path) -> None:
    from refdec.weights.packfile import write_pack
    from tests.encodable import two_models

    with (tmp_path / "two.pack").open("wb") as file:
        write_pack(two_models(), file)
    shown = refdec("weights", "list", tmp_path / "two.pack").out
    assert "quality scale: model 1, displacements -1280 to 0" in shown
    assert "quality scale: model 2, displacements -400 to 800" in shown
