"""The twin of a pack computes what refdec computes with it: latents within the roundings, planes to the thousandth."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from refdec_train.codec import gain_of
from refdec_train.codec_twin import codec_of
from refdec_train.colour import from_codec, to_codec, to_ycbcr

import refdec
from tests.encodable import bundled, photograph

Q18 = 1 << 18
LUMA, CHROMA = 100, 350


@pytest.mark.parametrize("model", [1, 2])
def test_latents_and_planes_are_those_of_the_codec(model: int) -> None:
    codec, picture = codec_of(bundled(), model), photograph(128, 192)
    data = refdec.encode(
        picture, encoder="analysis", model=model, displacement=LUMA, chroma_displacement=CHROMA, check=False
    )
    bundle = refdec.read_latents(data, stage="picture")
    assert bundle.luma.latent_q18 is not None and bundle.chroma.latent_q18 is not None
    assert bundle.planes_q18 is not None
    luma, chroma = to_ycbcr(torch.from_numpy(picture.transpose(2, 0, 1)[None].copy()).float())
    both = to_codec(torch.cat((luma, chroma), 1))
    with torch.no_grad():
        parts = (
            codec.luma(codec.analysis["luma"](both[:, :1]), gain_of(torch.tensor([[[[float(LUMA)]]]]))),
            codec.chroma(codec.analysis["chroma"](both), gain_of(torch.tensor([[[[float(CHROMA)]]]]))),
        )
    for part, latent in zip(parts, (bundle.luma.latent_q18, bundle.chroma.latent_q18), strict=True):
        away = np.abs(part.latent[0].numpy() - latent / Q18)
        assert (away > 0.2).mean() < 0.01, "a rounding may fall on the other side, and moves its neighbours a little"
        assert np.median(away) < 1e-3
    y, uv = (torch.from_numpy(x / Q18).float()[None] for x in (bundle.luma.latent_q18, bundle.chroma.latent_q18))
    with torch.no_grad():
        made = from_codec(codec.syntheses["bop"]["chroma"](torch.cat((y, uv), 1), (128, 192)))  # type: ignore[index]
        plane = from_codec(codec.syntheses["bop"]["luma"](y, (128, 192))).clamp(0, 255)  # type: ignore[index]
    assert np.abs(plane[0, 0].numpy() - bundle.planes_q18[0] / Q18).max() < 0.01
    assert np.abs(made[0].numpy() - np.stack(bundle.planes_q18[1:]) / Q18).max() < 0.01
