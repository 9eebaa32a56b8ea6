"""The one set of names of the values inside a decoder (6.5 item 4): in traces, dumps, timings and documents.

In: a name as some file has it, old dumps, tensors of the reference software and latent bundles included.  Out: the name
of the stage, "symbols.Y".  Old names are read and never written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.clauses import clause

__all__ = ["BESIDE", "OLD_NAMES", "Q18_STAGES", "STAGES", "stage_array", "stage_name"]

STAGES = (
    "z_hat",
    "scale_index",
    "mask",
    "symbols",
    "residual",
    "psi",
    "latent_before_lsbs",
    "latent",
    "synthesis",
    "pre_filters",
    "efe_linear",
    "efe_linear_alt",
    "eicci",
    "efe_nonlinear",
    "lef",
    "final",
    "codes",
)
"""Stages of 6.5 in order of computation: what traces hold."""

BESIDE = ("quality_map", "gain_log", "scale_index_base", "cube_flag", "prediction", "filtered")
"""Values that have no fingerprint in 6.5; dumps and bundles hold them as well.

`quality_map` steps of 2.8; `gain_log`, `scale_index_base` (s1), `cube_flag` of chapter 3; `prediction` is the context
model's for luma and psi for chroma; `filtered` the planes before the colour transform.
"""

Q18_STAGES = frozenset({"residual", "psi", "prediction", "filtered", *STAGES[STAGES.index("latent_before_lsbs") : -1]})
"""Stages whose integers are in units of 2^-18."""

OLD_NAMES: Mapping[str, str] = {
    "gain_vec_log": "gain_log",
    "scale_log_skip": "scale_index_base",
    "scale_log": "scale_index",
    "residual_quant": "symbols",
    "residual_dequant": "residual",
    "y_hat_pre_lsbs": "latent_before_lsbs",
    "y_hat": "latent",
    "q.qual_map.qp_map": "quality_map",
    "rec_pre_filters": "pre_filters",
    "rec_final": "final",
    "z": "z_hat",
    "coded": "mask",
    "mean_q18": "prediction",
    "residual_q18": "residual",
    "latent_q18": "latent",
    "planes": "filtered",
}
"""Names of the reference software's tensors, which dumps had once, and of latent bundles."""

OLD_PARTS: Mapping[str, str] = {"luma": "Y", "chroma": "UV", "y": "Y", "u": "U", "v": "V"}
FINAL_PARTS: Mapping[str, str] = {"Y": "0", "U": "1", "V": "2", "R": "0", "G": "1", "B": "2"}
PART_FIRST = re.compile(r"(Y|UV|luma|chroma)\.(.+)")
QUALITY = "quality_map"
ONE_Q18 = 1 << 18


@clause("6.5", kind="added", reason="files of before, of the reference software and of bundles stay comparable")
def stage_name(name: str) -> str:
    """(6.5) Return the name of a stage, with its component and perhaps its shape: "symbols.Y[160,4,6]".

    A name that is known nowhere comes back as it is.
    """
    whole, bracket, shape = name.partition("[")
    turned = PART_FIRST.fullmatch(whole)
    stage, _, part = (turned[2], "", turned[1]) if turned else whole.partition(".")
    stage, part = OLD_NAMES.get(stage, stage), OLD_PARTS.get(part, part)
    if stage not in STAGES and stage not in BESIDE:
        return name
    if stage in {"final", "codes"}:
        part = FINAL_PARTS.get(part, part)
    if stage == QUALITY or not part:
        return f"{stage}{bracket}{shape}"
    return f"{stage}.{part}{bracket}{shape}"


def stage_array(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of a dump or a bundle on the scale of dumps, by the name that it has in its file.

    Bundles hold Q18 integers, dumps their natural scale in float64.
    """
    stage = stage_name(name).partition(".")[0]
    if stage == QUALITY and array.ndim == 3 and len(array) == 1:
        image: npt.NDArray[Any] = array[0]  # once an image with an axis of its own
        return image
    if stage in Q18_STAGES and array.dtype.kind in "iu":
        scaled: npt.NDArray[Any] = array / np.float64(ONE_Q18)
        return scaled
    return array
