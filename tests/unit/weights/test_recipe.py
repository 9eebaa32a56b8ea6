"""The recipe of test weights and inputs (4.12.2) gives the check values of the text."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from refdec.weights.importer import import_tensors
from refdec.weights.names import name_of_text
from tests.unit.networks_recipe import recipe_block, recipe_checkpoint, recipe_input, recipe_tensor, uniform


def test_example_4_12_2_raw_stream() -> None:
    raw = np.random.PCG64(1).random_raw(3)
    assert [int(v) for v in raw] == [9441442522235856127, 17532960557476522086, 2659275481604167885]
    assert [int(v) >> 11 for v in raw] == [int(u * 2**53) for u in (np.asarray(raw) >> np.uint64(11)) * 2.0**-53]


def test_example_4_12_2_first_values_of_a_tensor() -> None:
    assert zlib.crc32(b"VM_sop/decoder_Y/conv4.weight") == 2629672229
    weight = recipe_checkpoint("VM_sop/decoder_Y", 0.5)["conv4.weight"]
    assert np.allclose(weight.ravel()[:4], [-0.06764064, -0.08742727, 0.14170502, -0.11000818], rtol=0, atol=5e-9)


def test_recipe_inputs(examples: Path) -> None:
    x = recipe_input("analysis_bop_Y", (1, 37, 50), 127.5, 127.5)
    assert x.dtype == np.float32 and x.shape == (1, 37, 50) and 0 <= x.min() < 1 and 254 < x.max() <= 255
    assert np.array_equal(x, (uniform("input/analysis_bop_Y", (1, 37, 50)) * 127.5 + 127.5).astype(np.float32))


def test_recipe_blocks_have_64_channels() -> None:
    block = recipe_block("TAM.", "block/TAM1", "VM_hop/decoder_Y", 64, 0.5)
    assert block["us_conv.weight"].shape == (64, 64, 3, 3)
    assert block["TABs.0.ffn.project_in.weight"].shape == (512, 64, 1, 1)
    assert block["TABs.0.attn.temperature"].shape == (4, 1, 1)
    assert not any(
        name.startswith(("us_", "ds_")) for name in recipe_block("TAM.", "block/TAM0", "VM_hop/decoder_Y", 64, 0.5)
    )


def test_fan_of_transposed_weights() -> None:
    """in*ky*kx/4: a transposed 4x4 kernel adds 4 taps to each output sample."""
    plain = recipe_tensor("f", "n", (8, 8, 4, 4), 1.0, False)
    transposed = recipe_tensor("f", "n", (8, 8, 4, 4), 1.0, True)
    assert np.allclose(transposed, 2 * plain)


@pytest.mark.parametrize("kind", ["VM_sop/decoder_Y", "VM_bop/decoder_UV", "VM_hop/decoder_UV", "VM_bop/encoder_Y"])
def test_recipe_checkpoints_can_be_imported(kind: str) -> None:
    checkpoint = import_tensors(name_of_text(f"{kind}_0.012"), recipe_checkpoint(kind, 0.5))
    assert len(checkpoint.layers) >= 8
