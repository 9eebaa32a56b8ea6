"""The task `embed`: 128 numbers that lie near each other for pictures of the same kind of thing.

In: codestreams, up to their latents.  Out: a vector of length one, to be compared by cosine; `retrieval --option
by=meaning` keeps such vectors in a database.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    CoreServices,
    Embedding,
    Head,
    LatentBundle,
    OptionValues,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.embed.vectors import direction_q18, embedding_heads

__all__ = ["Embed", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Embed(Task):
    """A vector for a whole picture, learnt from a large network's."""

    name = "embed"
    version = "1.0"
    description = "128 numbers that are near for pictures of one kind, without synthesis"
    stage = Stage.LATENT

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return embedding_heads()

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the vector; its numbers are multiples of 2^-18, the same on every machine."""
        return Embedding(direction_q18(bundle, core) / (1 << 18), "cosine")


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Embed()]
