"""Seeded stand-ins: the recipe, checked against the recorded hash of every tensor."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from refdec import tables
from refdec.weights.errors import MissingCheckpoint, UnknownCheckpoint
from refdec.weights.seeded import seeded_checkpoint, seeded_names, seeded_pack

SAMPLE = [n for n in seeded_names() if n.endswith(("_0.012", "mse012_300k"))]


def test_68_files_can_be_drawn() -> None:
    assert len(seeded_names()) == 68


@pytest.mark.parametrize("name", SAMPLE)
def test_tensors_have_their_recorded_hashes(name: str) -> None:
    drawn = seeded_checkpoint(name, seed=1)
    recipe = tables.synthetic_weights()[f"{name}.pth"]
    assert list(drawn) == [t["name"] for t in recipe]
    for t in recipe:
        array = drawn[t["name"]]
        assert (list(array.shape), str(array.dtype)) == (t["shape"], t["dtype"])
        assert hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16] == t["sha256"], t["name"]


def test_another_seed_gives_other_values() -> None:
    one, two = (seeded_checkpoint("VM_sop/decoder_UV_0.5.pth", seed)["conv4.weight"] for seed in (1, 2))
    assert one.shape == two.shape and not np.array_equal(one, two)


def test_a_pack_draws_only_what_is_asked_for() -> None:
    pack = seeded_pack(3, ["VM_sop/decoder_UV_0.5", "VM_sop/decoder_Y_0.5.pth"])
    assert pack.names() == ("VM_sop/decoder_UV_0.5", "VM_sop/decoder_Y_0.5")
    checkpoint = pack.checkpoint("VM_sop/decoder_UV", 3)
    assert pack.checkpoint("VM_sop/decoder_UV", 3) is checkpoint
    with pytest.raises(MissingCheckpoint):
        pack.checkpoint("VM_sop/decoder_UV", 1)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownCheckpoint):
        seeded_checkpoint("VM_sop/encoder_Y_0.5")
    with pytest.raises(UnknownCheckpoint):
        seeded_pack(1, ["VM_sop/decoder_UV_0.012", "nonsense"])
