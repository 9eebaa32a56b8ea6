"""The encoder `analysis` with the networks of its choice: coded with seeded weights, decoded to the same latents."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

import refdec
from refdec.decoding.errors import AnalysisMissing
from refdec.plugins.api import CodingSettings, OperatingPoint, SourcePicture
from refdec.plugins.core import Core
from refdec.weights.seeded import seeded_pack
from tests.encodable import bundled, photograph

PICTURE = photograph(107, 139)


def coded(networks: str | None, profile: str) -> bytes:
    options = {} if networks is None else {"networks": networks}
    return refdec.encode(PICTURE, weights=seeded_pack(1), model=0, displacement=0, profile=profile, options=options)


def test_the_networks_of_a_profile_are_the_default() -> None:
    """(4.6) SOP and BOP profiles use the BOP encoder, high uses that of HOP."""
    assert coded(None, "high") == coded("hop", "high") != coded("bop", "high")
    assert coded(None, "base") == coded("bop", "base") != coded("hop", "base")


@pytest.mark.parametrize("synthesis", ["hop", "bop"])
def test_what_hop_analysed_goes_round(synthesis: Literal["hop", "bop"]) -> None:
    """Encoded and decoded: the latents that a decoder finds are those that were coded, near to the targets."""
    pack, settings = seeded_pack(1), CodingSettings(profile="high")
    core, picture = Core(pack), SourcePicture.from_rgb(PICTURE)
    targets = core.analyse(picture, 0, settings, networks="hop")
    made = core.quantise(picture, targets, OperatingPoint(0, 400, 400), settings)
    data = core.write(made)
    found = core.read(data, "latent")
    assert found.equals(made.bundle)
    target, latent = np.array(targets.luma_q18), np.array(found.luma.latent_q18)
    mean = np.array(found.luma.mean_q18)
    assert np.abs(target - latent).mean() < 0.7 * np.abs(target - mean).mean()  # symbols carry what the mean does not
    decoded = refdec.decode(data, weights=pack, synthesis=synthesis)
    assert decoded.array.shape == PICTURE.shape
    assert coded("hop", "high") != coded("bop", "high")


def test_networks_that_are_not_there_are_named() -> None:
    with pytest.raises(AnalysisMissing, match=r"VM_hop/encoder_Y_0.012, VM_hop/encoder_UV_0.012.*there are: light"):
        refdec.encode(PICTURE, weights=bundled(), options={"networks": "hop"})
    light = refdec.encode(PICTURE, weights=bundled(), options={"networks": "light"})
    assert light == refdec.encode(PICTURE, weights=bundled())
