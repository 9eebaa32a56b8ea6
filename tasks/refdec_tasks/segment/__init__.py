"""The task `segment`: which part of a picture belongs to what; the bundled head knows people and what they wear.

In: codestreams, up to their latents.  Out: a class for each square of 4 x 4 samples, and the share of each class, in
whole numbers the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    CoreServices,
    Head,
    LatentBundle,
    OptionValues,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.head_files import HEAD_OPTION, bundled_heads, wanted_heads

__all__ = ["Segment", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Segment(Task):
    """A map of classes by a head with a value for each label."""

    name = "segment"
    version = "1.0"
    description = "a map of skin, hair and clothes of people, or of what a head of your own knows"
    stage = Stage.LATENT
    options = (HEAD_OPTION,)

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the map."""
        return core.heads.mask(wanted_heads(__name__, options), bundle)


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Segment()]
