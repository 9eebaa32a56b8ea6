"""`refdec.read_latents`: every stage, and the same values at each."""

from __future__ import annotations

import numpy as np

import refdec
from refdec.bundles import Stage
from tests.encodable import GOLDEN


def test_latents_stop_at_each_stage_and_agree() -> None:
    path = GOLDEN / "kodim14_m1_+0_96x333.jai"
    bundles = {stage: refdec.read_latents(path, stage=stage) for stage in Stage}
    whole = bundles[Stage.PICTURE]
    for stage, bundle in bundles.items():
        assert bundle.stage is stage
        if stage is not Stage.HEADERS:
            assert whole.at(stage).equals(bundle)
    part = whole.luma
    assert part.mean_q18 is not None and part.residual_q18 is not None and part.latent_q18 is not None
    assert np.array_equal(part.mean_q18 + part.residual_q18, part.latent_q18)
    assert whole.planes_q18 is not None
    from refdec.picture.colour import rgb_from_yuv
    from refdec.picture.output import codes
    from refdec.picture.planes import Planes

    made = [codes(plane, 8) for plane in rgb_from_yuv(Planes(*whole.planes_q18))]
    assert np.array_equal(np.stack(made, -1), refdec.decode(path).array)
