"""What several tests of the scale path need: the cases of 03_scale_chain and the vectors' headers and tensors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import BoolArray, Int32Array, UInt8Array
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.variance import VarianceScaling

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class ChainCase:
    """One case of examples/03_scale_chain: parameters and arrays."""

    model_id: int
    rvs: bool
    grfs_flags: BoolArray | None
    beta: int
    steps: QualitySteps | None
    arrays: Arrays

    @property
    def variance(self) -> VarianceScaling:
        return VarianceScaling.of(self.rvs, self.grfs_flags, self.model_id, self.arrays["s0"].shape[0])

    @property
    def gain_log(self) -> Int32Array:
        return np.asarray(self.arrays["gain_log"], np.int32)


def chain_case(examples: Path, number: int) -> ChainCase:
    entry = json.loads((examples / "03_scale_chain.json").read_text())["cases"][number]
    with np.load(examples / "03_scale_chain.npz") as data:
        arrays = {k.split("_", 1)[1]: data[k] for k in data.files if k.startswith(f"c{number}_")}
    return ChainCase(
        entry["model_id"],
        bool(entry["rvs_enable_flag"]),
        arrays["grfs_channel_flag"].astype(bool) if entry["grfs_enable_flag"] else None,
        entry["beta_displacement_log"],
        quality_steps(arrays["qp"].astype(np.int32)) if entry["gain_3D_enable_flag"] else None,
        arrays,
    )


@dataclass(frozen=True)
class VectorComponent:
    """Header values and reference tensors of one component of a conformance vector."""

    model_id: int
    beta: int
    rvs: bool
    grfs_flags: BoolArray | None
    cube_flags: UInt8Array | None
    steps: QualitySteps | None
    lsbs: bool
    tensors: Arrays


def vector_component(shared: Path, case: str, component: int) -> VectorComponent:
    folder = shared / "vectors" / case
    syntax = json.loads((folder / "syntax.json").read_text())
    head = dict(syntax["picture_header"]["region_0"]["elements"])
    tools = dict(syntax["tool_header"]["region_0"]["elements"])
    prefix = ("Y.", "UV.")[component]
    with np.load(folder / "tensors.npz") as data:
        tensors = {k[len(prefix) :]: data[k] for k in data.files if k.startswith(prefix)}
    channels = tensors["z_hat"].shape[0]
    flags = np.zeros(channels, np.bool_)
    coded = head.get(f"grfs_channel_flag[{component}]", [])
    flags[: len(coded)] = np.array(coded, bool)
    own = f"beta_displacement_log_plus_2048[{component}]"
    beta = int(head[own if own in head else "beta_displacement_log_plus_2048[0]"])
    steps = None
    if head["gain_3D_enable_flag"]:
        steps = quality_steps(tensors["q.qual_map.qp_map"][0].astype(np.int32))
    return VectorComponent(
        head["model_id"],
        beta - 2048,
        bool(head[f"rvs_enable_flag[{component}]"]),
        flags if head[f"grfs_enable_flag[{component}]"] else None,
        tensors["cube_flag"] if head[f"use_cube_flags[{component}]"] else None,
        steps,
        bool(tools[f"lsbs_enable_flag[{component}]"]),
        tensors,
    )
