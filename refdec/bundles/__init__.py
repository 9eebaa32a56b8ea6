"""The latent interface 1.0: what core, encoders and tasks hand to each other (`docs/latents.md`).

In: a decoded codestream, stopped at a stage, or what an encoder has coded.  Out: `LatentBundle`, frozen, saved to
and loaded from `.npz`.

`stages` names the stages, each containing the ones before it.  `fields` has the header fields of a bundle (1.6),
`bundle` the arrays of a stage and their shapes (3.2, 4.4, 6.3.3).  `making` decodes a codestream up to a stage and
no further. `npz` writes and reads files, no pickled objects in them.  `errors` has one class a rule.
"""

from __future__ import annotations

from refdec.bundles.bundle import (
    CHANNELS,
    ComponentLatents,
    LatentBundle,
)
from refdec.bundles.fields import BundleHeaders, headers_of
from refdec.bundles.stages import Stage

__all__ = [
    "CHANNELS",
    "BundleHeaders",
    "ComponentLatents",
    "LatentBundle",
    "Stage",
    "headers_of",
]
