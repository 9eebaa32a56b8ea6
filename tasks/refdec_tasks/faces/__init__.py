"""The task `faces`: boxes around faces, straight from the latents; `decode --blur-faces` and `--private faces` use it.

In: codestreams, up to their latents.  Out: boxes in samples of the picture, best first.  It misses faces, above all
small, turned and covered ones, and finds some where there are none: a help, and no promise.
"""

from __future__ import annotations

from collections.abc import Sequence

from refdec.plugins.api import (
    Boxes,
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

__all__ = ["Faces", "refdec_api_version", "refdec_tasks"]

refdec_api_version = "1.2"


class Faces(Task):
    """Boxes around faces by a head with scores and sides, which looks twice at large pictures."""

    name = "faces"
    version = "1.0"
    description = "boxes around faces (some are missed: no guarantee)"
    stage = Stage.LATENT
    options = (
        Option("threshold", float, 0.3, "score that a face has at least", minimum=0, maximum=1),
        HEAD_OPTION,
    )

    def heads(self) -> Sequence[Head]:
        """Return the heads that come with the task."""
        return bundled_heads(__name__)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the boxes."""
        from refdec_tasks.faces.large import apart, is_large, large_faces

        heads, least = wanted_heads(__name__, options), options.number("threshold")
        found = core.heads.boxes(heads, bundle, threshold=least)
        if not is_large(bundle):
            return found
        return Boxes(apart([*found.boxes, *large_faces(heads, bundle, core, least)]), found.size)


@hookimpl
def refdec_tasks() -> list[Task]:
    """Return the one task of this plugin."""
    return [Faces()]
