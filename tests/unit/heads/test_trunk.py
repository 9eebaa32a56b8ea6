"""Heads that read BOP's features get a decode's own integers, whatever the window, of the synthesis that they name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdec
from refdec.api.heads import run_heads
from refdec.bitstream.transforms import Synthesis
from refdec.bundles import LatentBundle
from refdec.heads.errors import HeadOfOtherSynthesis, HeadStepInvalid
from refdec.heads.head import FEATURES, Head, HeadStep
from refdec.heads.headfile import read_head
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork, run_head
from refdec.heads.operations import Form
from refdec.heads.plan import plan_of
from refdec.heads.trunk import upon_synthesis
from refdec.limits import Limits
from refdec.networks.synthesis import load_synthesis
from refdec.weights.pack import Checkpoint
from tests.encodable import bundled, photograph
from tests.unit.heads.support import FACTS, file_of

MIDDLE_Q18 = 255 << 17
"""127.5, which the synthesis adds to what its last layer makes."""


def decoder(model: int = 1) -> Checkpoint:
    return bundled().checkpoint("VM_bop/decoder_Y", model)


def bundle_of(height: int, width: int) -> LatentBundle:
    return refdec.read_latents(refdec.encode(photograph(height, width), model=1, check=False), stage="latent")


def last_again(bundle: LatentBundle, synthesis: str) -> Head:
    """A head that does with the features what BOP's last layer does."""
    facts = replace(FACTS, weights=(bundle.headers.weights_fingerprint,), synthesis=synthesis)
    steps = (
        HeadStep("linear", (FEATURES,), "codes", ("last",)),
        HeadStep("shuffle", ("codes",), "plane", (), {"factor": 4}),
    )
    return Head(facts, steps, {"last": decoder().layers["conv4"]}, ("plane",))


def test_the_last_layer_makes_the_decoded_luma_of_them() -> None:
    bundle = bundle_of(96, 128)
    (found,) = run_heads(last_again(bundle, decoder().fingerprint), bundle).values()
    latent = bundle.luma.latent_q18
    assert latent is not None
    network = load_synthesis(Synthesis.BOP, decoder(), 0)
    assert found.shape == (1, 96, 128)
    assert np.array_equal(found + MIDDLE_Q18, network(latent, 96, 128))


def test_windows_change_nothing() -> None:
    bundle = bundle_of(80, 176)
    head = upon_synthesis(last_again(bundle, decoder().fingerprint), decoder())
    latents = {"luma": bundle.luma.latent_q18, "chroma": bundle.chroma.latent_q18}
    whole = HeadNetwork.of(head)(latents)  # type: ignore[arg-type]
    parts = HeadNetwork.of(head, window_bytes=1)(latents)  # type: ignore[arg-type]
    assert np.array_equal(whole["plane"], parts["plane"])


def test_it_is_made_once() -> None:
    bundle = bundle_of(32, 32)
    head = last_again(bundle, decoder().fingerprint)
    assert upon_synthesis(head, decoder()) is upon_synthesis(head, decoder())


def test_another_synthesis_is_refused() -> None:
    bundle = bundle_of(32, 32)
    for named in ("cd" * 32, "", decoder(2).fingerprint):
        with pytest.raises(HeadOfOtherSynthesis, match="sample"):
            run_heads(last_again(bundle, named), bundle)


def test_without_weights_it_cannot_run() -> None:
    bundle = bundle_of(32, 32)
    with pytest.raises(HeadStepInvalid, match=FEATURES):
        run_head(last_again(bundle, decoder().fingerprint), bundle, limits=Limits())


def test_features_are_four_times_as_fine_as_latents() -> None:
    plan = plan_of(head_of(FACTS, [HeadStep("relu", (FEATURES,), "y")], {}))
    assert plan.inputs == (FEATURES,) and plan.outputs == {"y": Form(96, 2)}
    with pytest.raises(HeadStepInvalid, match="its output"):
        head_of(FACTS, [HeadStep("relu", (FEATURES,), "y")], {}, (FEATURES,))


def test_the_synthesis_stands_in_the_file() -> None:
    bundle = bundle_of(32, 32)
    head = last_again(bundle, decoder().fingerprint)
    again = read_head(file_of(head))
    assert again.facts == head.facts and again.facts.synthesis == decoder().fingerprint
