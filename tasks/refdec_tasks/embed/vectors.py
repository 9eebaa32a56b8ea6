"""The vector of a picture in whole numbers, for the task `embed` and for databases of `retrieval`.

In: a bundle of stage latent.  Out: int32 [128] in Q18, of length one; what the heads that make it are.
"""

from __future__ import annotations

from refdec.plugins.api import CoreServices, Head, Int32Array, LatentBundle
from refdec_tasks.head_files import bundled_heads, heads_digest

__all__ = ["ENTRIES", "direction_q18", "embedding_heads", "embedding_version"]

PACKAGE = "refdec_tasks.embed"
ENTRIES = 128


def embedding_heads() -> tuple[Head, ...]:
    """Return the heads of the task, one for each set of weights."""
    return bundled_heads(PACKAGE)


def embedding_version() -> str:
    """Return what changes with the heads: vectors of different ones have nothing in common."""
    return heads_digest(PACKAGE)


def direction_q18(bundle: LatentBundle, core: CoreServices) -> Int32Array:
    """Return the vector, int32 [128].  Raises HeadOfOtherWeights, StageNotReached, TooMuchMemory."""
    (vector,) = core.heads.run(embedding_heads(), bundle).values()
    return vector[:, 0, 0]
