"""`refdec weights`: import, list, show, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
        np.savez(folder / f"{name.replace('/', '__')}.npz", **seeded_checkpoint(f"{name}.pth"))
    (folder / "notes.txt").write_text("not a checkpoint")
    ran = refdec("weights", "import", folder, tmp_path / "my.pack", "--title", "seeded", "--json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)["files"]) == 5
    listed = json.loads(refdec("weights", "list", tmp_path / "my.pack", "--json").out)
    assert listed["title"] == "seeded"
    assert listed["decodes"] == ["model 0.012: decodes SOP"]
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


def test_the_bundled_pack_verifies(refdec: Refdec) -> None:
    assert refdec("weights", "verify").code == 0
    assert "decodes SOP, BOP; encodes" in refdec("weights", "list").out
