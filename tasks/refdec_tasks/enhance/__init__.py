"""The task `enhance`: a better picture than the codestream holds, straight from its latents.

In: codestreams, up to their latents.  Out: the picture, restored: its latents are corrected by a small head, and take
the decoder's own synthesis.  What comes out is the task's and no decoded picture: nothing that the standard speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    REQUIRED,
    CoreServices,
    Head,
    LatentBundle,
    Option,
    OptionValues,
    PictureResult,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)
from refdec_tasks.head_files import bundled_heads

__all__ = ["Enhance", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"

WHATS = ("denoise",)


class Enhance(Task):
    """A restored picture."""

    name = "enhance"
    version = "1.0"
    description = "a picture with its noise taken away"
    stage = Stage.LATENT
    options = (
        Option("what", str, REQUIRED, "what shall be done", WHATS),
        Option("strength", int, 100, "how much of it, in per cent", minimum=0, maximum=100),
    )

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return tuple(head for what in WHATS for head in bundled_heads(__name__, what))

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the picture, of the shown size."""
        from refdec_tasks.enhance.restoring import restored

        heads = bundled_heads(__name__, options.text("what"))
        return PictureResult(restored(heads, bundle, core, options.integer("strength")))


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Enhance()]
