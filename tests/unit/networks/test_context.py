"""Context model, chroma mean and hyper networks (4.3, 4.4, 4.6.1): hand examples, the encoder's loop, odd sizes."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.networks.context import PHASES, ContextModel, chroma_latent, chroma_mean
from refdec.networks.errors import LatentSizeMismatch
from refdec.networks.hyperdecoder import HyperDecoder
from refdec.networks.hyperencoder import HyperEncoder, rounded_hyper_latent
from tests.unit.networks.recipe import network_checkpoint


def maps(channels: int, height: int, width: int, seed: int) -> Int32Array:
    return np.random.default_rng(seed).integers(-(1 << 20), 1 << 20, (channels, height, width)).astype(np.int32)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 2), (3, 4), (5, 3)])
def test_an_encoder_that_quantises_in_the_loop_meets_the_decoder(height: int, width: int) -> None:
    """4.4.4: the residual that the encoder's steps leave gives the decoder the encoder's latent."""
    model = ContextModel.of(network_checkpoint("VM_common/Y", 1.0))
    y, psi = maps(160, height, width, 1), maps(640, -(-height // 2), -(-width // 2), 2)
    even = np.pad(y, ((0, 0), (0, height & 1), (0, width & 1)))
    residual = np.zeros_like(even)
    seen = []

    def quantise(k: int, mean: Int32Array) -> Int32Array:
        dy, dx = PHASES[k]
        seen.append(k)
        part = (even[:, dy::2, dx::2] - mean + (1 << 17)) >> 18 << 18
        if height & 1 and dy:
            part[:, -1] = 0
        if width & 1 and dx:
            part[:, :, -1] = 0
        residual[:, dy::2, dx::2] = part
        return (part + mean).astype(np.int32)

    encoded = model.run(psi, height, width, quantise)
    assert seen == [0, 1, 2, 3]
    assert np.array_equal(model(residual[:, :height, :width], psi), encoded)


def test_later_phases_do_not_reach_earlier_ones() -> None:
    model = ContextModel.of(network_checkpoint("VM_common/Y", 1.0))
    residual, psi = maps(160, 4, 4, 3), maps(640, 2, 2, 4)
    changed = residual.copy()
    changed[:, 1::2, 0::2] += 1 << 18
    a, b = model(residual, psi), model(changed, psi)
    for dy, dx in PHASES[:3]:
        assert np.array_equal(a[:, dy::2, dx::2], b[:, dy::2, dx::2])
    assert np.array_equal(b[:, 1::2, 0::2] - a[:, 1::2, 0::2], np.full((160, 2, 2), 1 << 18))


def test_chroma_mean_places_groups_in_phase_order() -> None:
    psi = np.arange(4, dtype=np.int32).reshape(4, 1, 1)
    assert chroma_mean(psi, 2, 2).tolist() == [[[0, 2], [3, 1]]]
    assert chroma_mean(psi, 1, 2).tolist() == [[[0, 2]]]


def test_sums_with_the_mean_saturate() -> None:
    top = (1 << 31) - 1
    psi = np.array([top, -top - 1, 0, 1], dtype=np.int32).reshape(4, 1, 1)
    residual = np.array([[[top, top], [-5, -top]]], dtype=np.int32)
    assert chroma_latent(residual, psi).tolist() == [[[top, top], [-4, -top - 1]]]


def test_psi_of_another_size_is_refused() -> None:
    model = ContextModel.of(network_checkpoint("VM_common/Y", 1.0))
    with pytest.raises(LatentSizeMismatch):
        model(maps(160, 4, 4, 1), maps(640, 2, 3, 1))
    with pytest.raises(LatentSizeMismatch):
        chroma_latent(maps(96, 4, 4, 1), maps(384, 3, 2, 1))


def test_example_4_12_1_sizes_of_the_hyper_decoder() -> None:
    chroma = HyperDecoder.of(network_checkpoint("VM_common/UV", 1.0))
    luma = HyperDecoder.of(network_checkpoint("VM_common/Y", 1.0))
    assert chroma(np.zeros((96, 2, 2), np.int8), 50, 50).shape == (384, 4, 4)
    assert luma(np.zeros((160, 2, 2), np.int8), 100, 70).shape == (640, 4, 3)


def test_hyper_latents_at_the_end_of_their_range_do_not_wrap() -> None:
    luma = HyperDecoder.of(network_checkpoint("VM_common/Y", 1.0))
    loop = HyperDecoder.of(network_checkpoint("VM_common/Y", 1.0), fast=False)
    z_hat = np.full((160, 1, 1), -31, dtype=np.int8)
    z_hat[::2] = 31
    assert np.array_equal(luma(z_hat, 64, 64), loop(z_hat, 64, 64))
    assert np.abs(luma(z_hat, 64, 64)).max() > 1 << 18


def test_a_hyper_latent_of_another_size_is_refused() -> None:
    with pytest.raises(LatentSizeMismatch):
        HyperDecoder.of(network_checkpoint("VM_common/Y", 1.0))(np.zeros((160, 2, 2), np.int8), 200, 70)


def test_example_6_8_rounding_of_z() -> None:
    z = np.array([131072, 131073, 393216, -131072, -393216, -393217, 8126464, 9000000, -9000000], dtype=np.int32)
    assert rounded_hyper_latent(z).tolist() == [0, 1, 2, 0, -2, -2, 31, 31, -31]


@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 5), (7, 6)])
def test_hyper_encoder_has_a_quarter_of_the_size(height: int, width: int) -> None:
    encoder = HyperEncoder.of(network_checkpoint("VM_common/UV", 1.0))
    z = encoder(maps(96, height, width, 5))
    assert z.dtype == np.int8
    assert z.shape == (96, -(-height // 4), -(-width // 4))
