"""Faces in pictures and codestreams, found by the task `faces`: what `--blur-faces` covers and `--private faces` seals.

In: latents, or a picture that has none yet.  Out: rectangles with a margin, in samples as they are stored.  Some faces
are missed, and nothing here says otherwise.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from refdec.bundles import LatentBundle
    from refdec.plugins.core import Core
    from refdec.plugins.source_picture import SourcePicture
    from refdec.tiling.geometry import Rect

__all__ = ["faces_in", "faces_of_picture", "in_words"]

TASK = "faces"
THRESHOLD = 0.2
"""Lower than that of the task: here a face too many does less harm than one too few."""
QUALITY = 60
"""Of the latents in which a picture is looked at that is not coded yet, or lies on its side."""
LOOK = "there may be faces that were not found: look before you publish"


def in_words(count: int, done: str) -> str:
    """Return how many faces were found, and what was `done` to them; that they are all is never said."""
    if not count:
        return f"no face was found, and nothing is {done}; {LOOK}"
    return f"{'1 face was' if count == 1 else f'{count} faces were'} found and {done}; {LOOK}"


def faces_in(bundle: LatentBundle, core: Core, *, more: int = 0) -> tuple[Rect, ...]:
    """Return the faces that are found, with a margin and `more` samples around each, largest first.

    In luma samples of the whole picture as it is stored.  Raises UnknownGuest, PluginRefused, HeadOfOtherWeights.
    """
    from refdec.plugins.calls import options_for, run_task
    from refdec.plugins.manager import installed
    from refdec.plugins.places import Boxes
    from refdec.privacy.mosaic import widened
    from refdec.tiling.geometry import Rect

    guest = installed(os.environ.get("REFDEC_PLUGINS")).task(TASK)
    found = cast(Boxes, run_task(guest, bundle, options_for(guest, {"threshold": THRESHOLD}), core))
    rects = [widened(Rect(box.x, box.y, box.width, box.height), *found.size, more=more) for box in found.boxes]
    return tuple(sorted(rects, key=lambda rect: (-rect.w * rect.h, rect.y, rect.x)))


def faces_of_picture(picture: SourcePicture, orientation: int, core: Core, *, more: int = 0) -> tuple[Rect, ...]:
    """Return the faces in a picture that is stored in an orientation, as `faces_in` does: it is looked at upright.

    Raises NoModel, and what `faces_in` raises.
    """
    from refdec.formats.orientation import stored_rect, turned
    from refdec.plugins.requests import CodingSettings

    first, second, third = (turned(plane, orientation) for plane in picture.planes)
    shown = replace(picture, planes=(first, second, third), codestream=None)
    point, settings = core.operating_point(QUALITY), CodingSettings()
    coded = core.quantise(shown, core.analyse(shown, point.model_id, settings), point, settings)
    found = faces_in(coded.bundle, core, more=more)
    return tuple(stored_rect(rect, orientation, picture.height, picture.width) for rect in found)
