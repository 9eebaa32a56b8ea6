"""Folding (6.2.1): picture scale, layer norms, batch norms of eICCI."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from refdec import tables
from refdec.weights.arrays import NumberArray
from refdec.weights.folding import folded_layers
from refdec.weights.importer import import_tensors
from refdec.weights.names import name_of_text
from refdec.weights.quantise import quantise_layer
from refdec.weights.seeded import seeded_checkpoint
from refdec.weights.tensorlists import TensorSpec, tensor_list

NORM = (
    TensorSpec("a.prep_data.norm1.weight", (64,), "float32", "layernorm_gain"),
    TensorSpec("a.prep_data.norm1.bias", (64,), "float32", "layernorm_offset"),
    TensorSpec("a.prep_data.conv1.weight", (6, 64, 1, 1), "float32", "conv"),
)


def test_example_06_tensors_fold(examples: Path) -> None:
    """(6.2.1 b) The norm's gain and offset go into the 1x1 convolution."""
    with np.load(examples / "06_tensors.npz") as z:
        tensors = {
            NORM[0].name: z["fold_gain"].astype(np.float64),
            NORM[1].name: z["fold_offset"].astype(np.float64),
            NORM[2].name: z["fold_w"].astype(np.float64),
        }
        (folded,) = folded_layers("VM_hop/decoder_Y", NORM, tensors.__getitem__)
        layer = quantise_layer(folded.weight, folded.bias, folded.transposed)
        assert np.array_equal(layer.wide(), z["fold_W"])
        assert np.array_equal(layer.exponent, z["fold_e"])
        assert np.array_equal(layer.bias, z["fold_B"])


def test_the_norm_bias_is_the_exact_sum_rounded_once() -> None:
    """Values of full binary64 precision: products are no longer exact there, the sum still is."""
    rows = np.zeros((1, 64, 1, 1))
    rows[0, :3, 0, 0] = [1 / 3, 2.0**60, -(2.0**60)]
    offset = np.ones(64)
    offset[0] = 1 / 3
    tensors = {NORM[0].name: np.ones(64), NORM[1].name: offset, NORM[2].name: np.repeat(rows, 6, axis=0)}
    (folded,) = folded_layers("VM_hop/decoder_Y", NORM, tensors.__getitem__)
    assert folded.bias is not None
    exact = Fraction(1 / 3) * Fraction(1 / 3)
    assert folded.bias.tolist() == [float(exact)] * 6


def eicci_tensors() -> dict[str, NumberArray]:
    """The generated eICCI weights of 5.17 item 8."""
    made: dict[str, NumberArray] = {}
    for t, (name, shape) in enumerate(tables.eicci_models()["tensors"]):
        k = np.arange(math.prod(shape), dtype=np.float64)
        if len(shape) == 4:
            values = 0.08 * np.sin(0.37 * k + t)
        elif "scale" in name:
            values = np.array([0.1 + 0.05 * math.sin(t)])
        elif name.endswith("running_mean"):
            values = 0.1 * np.sin(2 * k + t)
        elif name.endswith("running_var"):
            values = 1 + 0.5 * np.sin(k + t) ** 2
        elif ".BN" in name or name.startswith("BN"):
            values = 1 + 0.1 * np.sin(k + t) if name.endswith("weight") else 0.05 * np.cos(k + t)
        else:
            values = 0.05 * np.sin(k + t)
        made[name] = values.reshape(shape).astype(np.float32)
    return made


def test_example_06_filters_eicci_layers(examples: Path) -> None:
    """(6.2.1 c) Batch norms and scales go into the convolutions."""
    checkpoint = import_tensors(name_of_text("eicci_bop_mse012_300k"), eicci_tensors())
    with np.load(examples / "06_filters.npz") as z:
        names = [key.removeprefix("E_W_") for key in z.files if key.startswith("E_W_")]
        assert len(names) == 4
        for name in names:
            assert np.array_equal(checkpoint.layers[name].wide(), z[f"E_W_{name}"]), name
            assert np.array_equal(checkpoint.layers[name].exponent, z[f"E_e_{name}"]), name
            assert np.array_equal(checkpoint.layers[name].bias, z[f"E_B_{name}"]), name


@pytest.mark.parametrize("kind", ["VM_sop/decoder_Y", "VM_hop/decoder_UV"])
def test_the_last_layer_of_a_synthesis_carries_the_picture_scale(kind: str) -> None:
    """(6.2.1 a) conv4 and conv4_t times 128; everything else, and conv4 of an analysis network, as it is."""
    tensors = {k: v.astype(np.float64) for k, v in seeded_checkpoint(f"{kind}_0.012").items()}
    last = "conv4_t" if "hop" in kind else "conv4"
    folded = {f.name: f for f in folded_layers(kind, tensor_list(kind), tensors.__getitem__)}
    assert np.array_equal(folded[last].weight, 128 * tensors[f"{last}.weight"])
    bias = folded[last].bias
    assert (bias is not None) == ("hop" in kind)
    if bias is not None:
        assert np.array_equal(bias, 128 * tensors[f"{last}.bias"])
    assert np.array_equal(folded["iact2.conv.weight".removesuffix(".weight")].weight, tensors["iact2.conv.weight"])
    (conv4,) = folded_layers(
        "analysis/Y", (TensorSpec("conv4.weight", (1, 1, 1, 1), "float32", "conv"),), lambda _: np.ones((1, 1, 1, 1))
    )
    assert conv4.weight.tolist() == [[[[1.0]]]]


def test_transposed_layers_are_those_that_the_text_lists() -> None:
    """(6.2.2) hyper_decoder.conv2, first_stage.1 and conv2_t of BOP and HOP, conv4_t, upscale, us_conv; no others."""
    found: set[tuple[str, str]] = set()
    for kind, lines in tables.checkpoints()["tensors"].items():
        found |= {(kind.split("/")[0], line[0].removesuffix(".weight")) for line in lines if line[3] == "tconv"}
    common = {(f"VM_common{end}", "hyper_decoder.conv2") for end in ("", "_int")}
    both = {(k, n) for k in ("VM_bop", "VM_hop") for n in ("first_stage.1", "conv2_t")}
    hop = {("VM_hop", n) for n in ("conv4_t", "CAB.upscale", "TAM.us_conv", "cab.upscale")}
    assert found == common | both | hop
