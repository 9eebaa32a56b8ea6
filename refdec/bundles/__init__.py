"""The latent interface 1.0: what core, encoders and tasks hand to each other (`docs/latents.md`).

In: a decoded codestream, stopped at a stage.  Out: `LatentBundle`, frozen, saved to and loaded from `.npz`.
"""

from __future__ import annotations

from refdec.bundles.bundle import (
    CHANNELS,
    COMPONENTS,
    FIELDS,
    ComponentLatents,
    FieldSpec,
    LatentBundle,
    fields_of,
    shape_of,
)
from refdec.bundles.fields import BundleHeaders, headers_of
from refdec.bundles.stages import SCHEMA_VERSION, Stage

__all__ = [
    "CHANNELS",
    "COMPONENTS",
    "FIELDS",
    "SCHEMA_VERSION",
    "BundleHeaders",
    "ComponentLatents",
    "FieldSpec",
    "LatentBundle",
    "Stage",
    "fields_of",
    "headers_of",
    "shape_of",
]
