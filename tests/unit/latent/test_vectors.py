"""The scale path on tensors of the reference decoder: indices, mask and residual of conformance vectors."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from refdec.latent.dequant import residual_from_symbols
from refdec.latent.lsbs import lsbs
from refdec.latent.sigma import scale_maps, scaler_q10
from refdec.latent.skip import skip_mask
from refdec.weights.pack import Checkpoint
from refdec.weights.seeded import seeded_pack
from tests.unit.networks.recipe import hyper_scale

from .support import vector_component

CASES = [
    "bop_cwg_only",
    "bop_independent_beta",
    "bop_indreg_skip_rvs_thr4_600x400",
    "bop_lsbs_m0",
    "bop_num_chs",
    "bop_off_m2_beta-184",
    "bop_off_odd149x111",
    "bop_qmap_noise",
    "bop_qmap_roi",
    "bop_rvs_only",
    "bop_skip_mixed_320x256",
    "bop_skip_rvs_cwg_lsbs",
    "hop_depreg_2x2_320x256",
    "hop_qmap_noise_rvs",
    "hop_skip_nocube_m0",
    "sop_lsbs",
]


@cache
def common(component: int, model_id: int) -> Checkpoint:
    return seeded_pack(1).checkpoint(f"VM_common_int/{('Y', 'UV')[component]}", model_id)


def fingerprint(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<i4").tobytes()).hexdigest()


@pytest.mark.parametrize("component", [0, 1], ids=["Y", "UV"])
@pytest.mark.parametrize("case", CASES)
def test_scale_path_of_a_vector(shared: Path, vectors: Path, case: str, component: int) -> None:
    vector = vector_component(shared, case, component)
    t = vector.tensors
    expected = json.loads((vectors / "fingerprints.json").read_text())["cases"][case]["sha256"]
    checkpoint = common(component, vector.model_id)
    assert checkpoint.gain is not None
    h, w = t["residual_quant"].shape[1:]
    s0 = hyper_scale(checkpoint, t["z_hat"], h, w)
    maps = scale_maps(s0, checkpoint.gain, vector.beta, vector.steps, vector.rvs, vector.grfs_flags, vector.model_id)
    mask = skip_mask(maps.base, vector.cube_flags)
    scaler = scaler_q10(checkpoint.gain, vector.beta)
    symbols = t["residual_quant"]
    residual = residual_from_symbols(symbols, maps.likely, maps.variance, scaler, vector.steps)
    found = {"scale_index": maps.final, "mask": mask, "symbols": symbols, "residual": residual}
    shape = ",".join(str(n) for n in residual.shape)
    for stage, array in found.items():
        assert fingerprint(array) == expected[f"{stage}.{('Y', 'UV')[component]}[{shape}]"], stage
    # The larger vectors come without some of the tensors.
    for name, array in (("scale_log_skip", maps.base), ("scale_log", maps.final), ("mask", mask)):
        if name in t:
            np.testing.assert_array_equal(array, t[name], name)
    if "residual_dequant" in t:
        wanted = t["residual_dequant"].astype(np.float64)
        bound = 2.0**-17 + np.abs(wanted) * (2.0**-22 + 1.1e-6 / scaler.reshape(-1, 1, 1))
        assert (np.abs(residual / 2.0**18 - wanted) <= bound).all()
    if vector.lsbs and "y_hat_pre_lsbs" in t:
        before = np.rint(t["y_hat_pre_lsbs"].astype(np.float64) * 2**18).astype(np.int32)
        after = lsbs(before, residual, maps.likely, vector.model_id)
        assert np.abs(after / 2.0**18 - t["y_hat"]).max() < 3e-5
        assert np.abs(before / 2.0**18 - t["y_hat"]).max() > 1e-3
