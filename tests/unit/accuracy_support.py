"""How far the integer decoder is from the float intermediates of the reference decoder, stage by stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.decoding.whole import decode_codestream
from refdec.weights.pack import WeightPack

LATENT_STAGES = {
    "residual_dequant": "residual",
    "psi": "psi",
    "y_hat_pre_lsbs": "latent_before_lsbs",
    "y_hat": "latent",
}
FILTERED_LUMA = ("lef.Y", "eicci.Y", "pre_filters.Y")
FILTERED_CHROMA = ("efe_nonlinear", "eicci", "efe_linear", "pre_filters")


def distances(stream: Path, tensors: Path, pack: WeightPack) -> dict[str, float]:
    """Return, per float intermediate that the reference file holds, the largest difference from the integer decoder."""
    seen: dict[str, Int32Array] = {}
    decode_codestream(stream.read_bytes(), pack, observe=lambda stage, array: seen.update({stage: array.copy()}))
    found: dict[str, float] = {}
    with np.load(tensors) as stored:
        for name in stored.files:
            stage = _stage_of(name, seen)
            if stage is not None:
                reference = stored[name].astype(np.float64)
                ours = seen[stage].astype(np.float64) / 2**18
                assert ours.shape == reference.shape, (name, stage, ours.shape, reference.shape)
                found[name] = float(np.abs(ours - reference).max())
    return found


def _stage_of(name: str, seen: dict[str, Int32Array]) -> str | None:
    """Return the decoder's stage of a tensor of the reference, None for integers and repetitions."""
    first, _, last = name.partition(".")
    if first in ("Y", "UV"):
        return f"{LATENT_STAGES[last]}.{first}" if last in LATENT_STAGES else None
    if first == "rec_pre_filters":
        return f"pre_filters.{last}"
    if first == "rec_final":
        return f"final.{'YUV'.index(last)}"
    if first == "rec_post_filters":
        stages = FILTERED_LUMA if last == "Y" else tuple(f"{stage}.{last}" for stage in FILTERED_CHROMA)
        return next(stage for stage in stages if stage in seen)
    return None


GROUPS = ("residual", "psi", "latent", "planes before filters", "planes after filters", "final planes")
TOLERANCE = {
    "residual": {"SOP": 3e-6, "BOP": 3e-6, "HOP": 3e-6},
    "psi": {"SOP": 5e-5, "BOP": 5e-5, "HOP": 5e-5},
    "latent": {"SOP": 3e-5, "BOP": 3e-5, "HOP": 3e-5},
    "planes before filters": {"SOP": 0.003, "BOP": 0.003, "HOP": 0.008},
    "planes after filters": {"SOP": 0.003, "BOP": 0.003, "HOP": 0.008},
    "final planes": {"SOP": 0.006, "BOP": 0.006, "HOP": 0.01},
}
"""Stated tolerances: latents in latent units (6.5 item 2 says 3e-5 for them), planes on the scale 0..255."""


def group_of(name: str) -> str:
    """Return the group of a float intermediate."""
    planes = {"rec_pre_filters": GROUPS[3], "rec_post_filters": GROUPS[4], "rec_final": GROUPS[5]}
    first, _, last = name.partition(".")
    return planes.get(first) or {"residual_dequant": "residual", "psi": "psi"}.get(last, "latent")


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the measured maxima as a Markdown table: a row per group, streams counted and maximum per transform."""
    lines = ["| intermediate | SOP | BOP | HOP |", "|---|---|---|---|"]
    for group in GROUPS:
        cells = []
        for transform in ("SOP", "BOP", "HOP"):
            cases = [
                max(x for name, x in values.items() if group_of(name) == group)
                for case, values in found.items()
                if case.startswith(transform.lower()) and any(group_of(name) == group for name in values)
            ]
            limit = TOLERANCE[group][transform]
            cells.append(f"{max(cases):.1e} of {limit:.0e} ({len(cases)})" if cases else "-")
        lines.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(lines)
