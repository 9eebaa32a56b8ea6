"""The task `classify`: what a picture shows, out of 101 kinds of things, from its latents; no synthesis is run.

In: codestreams, up to their latents.  Out: the best labels with their chances, which are whole numbers of 2^-18.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    CoreServices,
    Head,
    LatentBundle,
    Option,
    OptionValues,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.head_files import HEAD_OPTION, bundled_heads, wanted_heads

__all__ = ["Classify", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Classify(Task):
    """The most likely of 101 kinds of things for a whole picture."""

    name = "classify"
    version = "1.0"
    description = "what a picture shows, out of 101 kinds of things, without synthesis"
    stage = Stage.LATENT
    options = (Option("top", int, 5, "how many labels to show", minimum=1, maximum=4096), HEAD_OPTION)

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the best labels, best first."""
        return core.heads.labels(wanted_heads(__name__, options), bundle, top=options.integer("top"))


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Classify()]
