"""Faces that are larger than what a head looks at: found in a small picture, which is made of the latents too.

In: latents of a large picture.  Out: boxes in its samples.  The small picture is that of the task `thumbnail`, an
eighth in each direction; it is analysed anew, for a sixty-fourth of the work, and so the whole takes hardly longer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refdec.plugins.api import (
    Box,
    CodingSettings,
    CoreServices,
    Head,
    LatentBundle,
    OperatingPoint,
    SourcePicture,
)
from refdec_tasks.head_files import bundled_heads
from refdec_tasks.thumbnail.reduction import shown_part

__all__ = ["apart", "is_large", "large_faces"]

THUMBNAILS = "refdec_tasks.thumbnail"
SCALE = 8
SMALLEST_SIDE = 512
"""Shorter side from which on there may be faces that are larger than what the head looks at."""
SMALLEST_FACE = 192
"""Height or width from which on the second look counts: the first one sees smaller faces better."""
DISPLACEMENTS = (0, 300)
"""Rate at which the small picture is coded: a high one, as it holds little else than what matters."""
OVERLAP, PART = 0.5, 0.8
"""Two boxes are of one face where they share more than the first of what both cover, or one lies so far in a better."""


def is_large(bundle: LatentBundle) -> bool:
    """Return whether a second look is worth it."""
    return min(bundle.headers.display_height, bundle.headers.display_width) >= SMALLEST_SIDE


def large_faces(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, least: float) -> list[Box]:
    """Return the faces of a small picture that are large in the large one, in its samples."""
    size = bundle.headers.display_height, bundle.headers.display_width
    (planes,) = core.heads.run(bundled_heads(THUMBNAILS), bundle).values()
    codes = core.shown_codes(bundle, shown_part(planes, size))
    colours = codes if codes.ndim == 3 else np.repeat(codes[..., None], 3, axis=2)
    picture, settings = SourcePicture.from_rgb(colours), CodingSettings()
    point = OperatingPoint(bundle.headers.model_id, *DISPLACEMENTS)
    coded = core.quantise(picture, core.analyse(picture, point.model_id, settings), point, settings)
    found = [_enlarged(box, size) for box in core.heads.boxes(heads, coded.bundle, threshold=least).boxes]
    return [box for box in found if max(box.width, box.height) >= SMALLEST_FACE]


def _enlarged(box: Box, size: tuple[int, int]) -> Box:
    """Return a box of the small picture as one of the large one, within it."""
    rows, columns = size
    x, y = SCALE * box.x, SCALE * box.y
    width, height = min(SCALE * box.width, columns - x), min(SCALE * box.height, rows - y)
    return Box(x, y, width, height, box.label, box.score)


def _both(a: Box, b: Box) -> int:
    """Return how many samples lie in both boxes."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(across, 0) * max(down, 0)


def _is_same(box: Box, better: Box) -> bool:
    """Return whether a box is of the same face as a better one: they share much, or it is a part of it."""
    both, area, other = _both(box, better), box.width * box.height, better.width * better.height
    return both > OVERLAP * (area + other - both) or both > PART * area


def apart(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Return boxes, best first, without those of a face that a better one is around."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda each: (-each.score, each.y, each.x)):
        if not any(_is_same(box, other) for other in kept):
            kept.append(box)
    return tuple(kept)
