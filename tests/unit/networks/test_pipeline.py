"""Worked example of 4.12.3: from z_hat and residual to planes, with regions and tiles, against floats."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.models import Models
from refdec.networks.context import ContextModel
from refdec.networks.hyperdecoder import HyperDecoder
from refdec.networks.synthesis import SynthesisNetwork, load_synthesis
from refdec.picture.planes import Planes
from refdec.tiling.regions import RegionGrid
from tests.oracle.latents import latent_frame, psi_frame
from tests.oracle.planes import synthesise
from tests.oracle.values import Latents
from tests.unit.networks.recipe import network_checkpoint, whole_input

NAMES, CHANNELS = ("Y", "UV"), (160, 96)


class RecipeModels:
    """The networks of 4.12.3 with recipe weights."""

    def hyper_decoder(self, component: int) -> HyperDecoder:
        return HyperDecoder.of(network_checkpoint(f"VM_common/{NAMES[component]}", 1.0))

    def context(self) -> ContextModel:
        return ContextModel.of(network_checkpoint("VM_common/Y", 1.0))

    def synthesis(self, transform: int, component: int) -> SynthesisNetwork:
        checkpoint = network_checkpoint(f"VM_sop/decoder_{NAMES[component]}", 0.5)
        return load_synthesis(Synthesis(transform), checkpoint, component)


def header(case: dict[str, Any]) -> PictureHeader:
    """What regions and tiles read of a picture header."""
    return cast(
        PictureHeader,
        SimpleNamespace(
            img_height=case["H"],
            img_width=case["W"],
            num_ver=case["num_ver"],
            num_hor=case["num_hor"],
            independent_regions=bool(case["independent"]),
            hd_overlap=case["hyper_decoder_overlap_in_latent_samples"] if case["region_partitioning_flag"] else 0,
            mcm_overlap=case["mcm_overlap_in_latent_samples"] if case["region_partitioning_flag"] else 0,
            tile_size=(case["tile_size"],) * 2,
            tile_overlap=(case["tile_overlap"],) * 2,
        ),
    )


def decoded(case: dict[str, Any]) -> tuple[Latents, Planes]:
    """Latents and planes of a case, LSBS off."""
    picture, models, tag = header(case), cast(Models, RecipeModels()), f"pipe{case['index']}"
    residuals, latents = [], []
    for c, (name, channels) in enumerate(zip(NAMES, CHANNELS, strict=True)):
        height, width = case["H"], case["W"]
        z_size = -(-height // 64), -(-width // 64)
        z_hat = whole_input(f"{tag}_z_{name}", (channels, *z_size), 4).astype(np.int8)
        y_size = -(-height // 16), -(-width // 16)
        residual = whole_input(f"{tag}_residual_{name}", (channels, *y_size), 2) << 18
        grid = RegionGrid.of(picture, c)
        residuals.append(residual)
        latents.append(latent_frame(grid, residual, psi_frame(grid, z_hat, models), models))
    both = (latents[0], latents[1])
    made = Latents((residuals[0], residuals[1]), both, both)
    return made, synthesise(picture, made, models, Synthesis.SOP)


@pytest.mark.parametrize("index", range(4), ids=["tiles", "dependent tiles", "mc is not 4 hd", "independent tiles"])
def test_example_4_12_3_whole_path(index: int, examples: Path) -> None:
    parameters = json.loads((examples / "nn_pipeline.json").read_text())["cases"][index]
    latents, planes = decoded(parameters)
    chroma = np.stack([planes.u, planes.v])
    with np.load(examples / "nn_pipeline.npz") as expected:
        for name, latent in zip(NAMES, latents.latent, strict=True):
            assert np.abs(latent[::23] / 2**18 - expected[f"p{index}_y_{name}"]).max() < 3e-5
        for name, frame in (("Y", planes.y[None]), ("UV", chroma)):
            wanted = expected[f"p{index}_rec_{name}"]
            got = (frame / 2**18)[:, ::7, ::9].reshape(wanted.shape)
            assert np.abs(got - wanted).max() < 2e-3
    assert abs((planes.y / 2**18).mean() - parameters["mean_Y"]) < 1e-3
    assert abs((chroma / 2**18).mean() - parameters["mean_UV"]) < 1e-3
