"""Latent bundles made up for tests: any size and stage, arrays drawn from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.bundles import (
    CHANNELS,
    BundleHeaders,
    ComponentLatents,
    LatentBundle,
    Stage,
)
from refdec.bundles.bundle import fields_of, shape_of

__all__ = ["FINGERPRINT", "sample_bundle", "sample_headers"]

FINGERPRINT = "ab" * 32
SPANS = {"z": 6, "scale_index": 3968, "coded": 2, "symbols": 9}


def sample_headers(width: int = 149, height: int = 111, **changes: Any) -> BundleHeaders:
    """Headers of a 4:4:4 picture of a base-profile stream; `changes` replace fields."""
    values: dict[str, Any] = {
        "width": width,
        "height": height,
        "display_width": width,
        "display_height": height,
        "bit_depth": 8,
        "subsampling": (1, 1),
        "coded_subsampling": (1, 1),
        "colour_transform_idx": 1,
        "decoder_profile_id": 1,
        "level_idc": 12,
        "model_id": 1,
        "displacement": (0, 300),
        "synthesis": ("BOP", "SOP"),
        "num_chs": CHANNELS,
        "tools": ("rvs.luma",),
        "regions": (1, 1),
        "independent_regions": False,
        "weights_fingerprint": FINGERPRINT,
        "substream_bytes": (("PIH", 22), ("SORP", 900), ("SORS", 200), ("SOZ", 80)),
        "codestream_bytes": 1220,
    }
    return BundleHeaders(**(values | changes))


def sample_bundle(stage: str = "latent", seed: int = 1, headers: BundleHeaders | None = None) -> LatentBundle:
    """A bundle of the stage; symbols are zero where they are not coded."""
    facts = headers or sample_headers()
    goal = Stage.of(stage)
    parts = []
    for index in (0, 1):
        arrays: dict[str, Any] = {}
        for place, spec in enumerate(fields_of(goal)):
            random = np.random.default_rng((seed, index, place))
            span = SPANS.get(spec.name, 1 << 20)
            centred = spec.name in {"z", "symbols"} or spec.name.endswith("q18")
            values = random.integers(0, span, shape_of(facts, index, spec)) - (span // 2 if centred else 0)
            arrays[spec.name] = values.astype(spec.dtype)
        if "symbols" in arrays:
            arrays["symbols"] = np.where(arrays["coded"], arrays["symbols"], 0).astype(np.int16)
        parts.append(ComponentLatents(**arrays))
    planes = None
    if goal is Stage.PICTURE:
        random = np.random.default_rng(seed)
        y, u, v = (random.integers(0, 255 << 18, size).astype(np.int32) for size in facts.plane_sizes)
        planes = (y, u, v)
    luma, chroma = parts
    return LatentBundle(facts, goal, luma, chroma, planes)
