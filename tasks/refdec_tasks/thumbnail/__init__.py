"""The task `thumbnail`: a small picture straight from the latents, without the synthesis.

In: codestreams, up to their latents.  Out: a picture of an eighth or a sixteenth of the size in each direction; near to
the area averages of the decoded picture, and not what the standard says of any picture.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
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

__all__ = ["Thumbnail", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Thumbnail(Task):
    """A small picture from a linear map of the latents."""

    name = "thumbnail"
    version = "1.0"
    description = "a small picture straight from the latents (approximate)"
    stage = Stage.LATENT
    options = (Option("scale", int, 8, "how many samples become one, in each direction", (8, 16)),)

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the picture: ceil(height / scale) rows, ceil(width / scale) columns."""
        from refdec_tasks.thumbnail.reduction import halved, shown_part

        (planes,) = core.heads.run(bundled_heads(__name__), bundle).values()
        size = bundle.headers.display_height, bundle.headers.display_width
        small = shown_part(planes, size)
        if options.integer("scale") == 16:
            small = halved(small, size)
        return PictureResult(core.shown_codes(bundle, small))


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Thumbnail()]
