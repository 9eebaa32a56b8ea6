"""The task `segment`: which part of a picture belongs to what, by a head that the user has trained.

In: codestreams, up to their latents, and a head file.  Out: a class for each square, and the share of each class.
"""

from __future__ import annotations

from pathlib import Path

from refdec.plugins.api import (
    REQUIRED,
    CoreServices,
    LatentBundle,
    Option,
    OptionValues,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.head_files import wanted_heads

__all__ = ["Segment", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Segment(Task):
    """A map of classes by a head; none comes with refdec."""

    name = "segment"
    version = "1.0"
    description = "a map of what a head of your own knows"
    stage = Stage.LATENT
    options = (Option("head", Path, REQUIRED, "head file, which `refdec-train head segment` makes"),)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the map."""
        return core.heads.mask(wanted_heads(__name__, options), bundle)


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Segment()]
