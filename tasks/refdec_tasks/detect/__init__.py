"""The task `detect`: boxes around what a head has learnt to find; the bundled one knows blood cells.

In: codestreams, up to their latents.  Out: boxes in samples of the picture, best first, in whole numbers the same on
every machine.
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

__all__ = ["Detect", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Detect(Task):
    """Boxes by a head with scores and sides."""

    name = "detect"
    version = "1.0"
    description = (
        "boxes around blood cells under a microscope and nothing else, or around what a head of your own finds"
    )
    stage = Stage.LATENT
    options = (
        Option("threshold", float, 0.3, "score that a box has at least", minimum=0, maximum=1),
        Option("overlap", float, 0.5, "of two boxes that share more the better one stays", minimum=0, maximum=1),
        HEAD_OPTION,
    )

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the boxes."""
        heads = wanted_heads(__name__, options)
        return core.heads.boxes(heads, bundle, threshold=options.number("threshold"), overlap=options.number("overlap"))


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Detect()]
