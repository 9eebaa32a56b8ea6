"""What a HEIF file holds beside its codestream, in plain values.

In: a file as it was read.  Out: a dictionary of numbers, texts and lists.
"""

from __future__ import annotations

from typing import Any

from refdec.heif.clipfile import ClipFile
from refdec.heif.grid import grid_of, is_grid
from refdec.heif.heiffile import HeifFile
from refdec.heif.picturefile import metadata_of, picture_orientation
from refdec.heif.transforms import crops, shown_part

__all__ = ["clip_facts", "file_facts"]

THOUSAND = 1000


def clip_facts(clip: ClipFile) -> dict[str, Any]:
    """Return frames, how many have bytes of their own, times, how often it plays, and what is not looked at."""
    samples, scale = clip.picture.samples, clip.picture.timescale
    durations = samples.durations
    own = {samples.place(index) for index in range(len(samples))}
    facts: dict[str, Any] = {
        "frames": len(samples),
        "distinct_frames": len(own),
        "seconds": _thousandths(samples.total, scale),
        "frame_seconds": [_thousandths(int(each), scale) for each in (durations.min(), durations.max())],
        "plays": clip.picture.plays or "for ever",
        "frame_bytes": [int(samples.sizes.min()), int(samples.sizes.max())],
        "bytes_of_frames": sum(length for _, length in own),
        "transparency": clip.alpha is not None,
    }
    return facts | ({"not_looked_at": list(clip.others)} if clip.others else {})


def _thousandths(units: int, scale: int) -> str:
    """Return a time in seconds with three decimals, without passing through a float."""
    rounded = (2 * units * THOUSAND + scale) // (2 * scale)
    return f"{rounded // THOUSAND}.{rounded % THOUSAND:03d}"


def file_facts(file: HeifFile, file_bytes: int, size: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return brands, the orientation 1..8 of the stored samples, names of metadata, and the items with their bytes.

    Of a picture made of tiles their rows and columns.  `size`: width and height of what is coded; of a picture that is
    cropped the part that is shown is a fact too, x, y, width and height in the stored samples.

    Raises ApertureWrong, GridWrong.
    """
    properties, crop, tiles = file.primary_item.properties, {}, {}
    if is_grid(file):
        grid = grid_of(file)
        tiles = {"tiles": [grid.rows, grid.columns]}
    if size is not None and crops(properties):
        part = shown_part(properties, *size)[1]
        crop = {"crop": [part.x, part.y, part.w, part.h]}
    return {
        "bytes": file_bytes,
        "brands": [file.major_brand, *(brand for brand in file.brands if brand != file.major_brand)],
        "orientation": picture_orientation(file),
        **crop,
        **tiles,
        "metadata": list(metadata_of(file).names()),
        "items": [
            {
                "id": item.id,
                "type": item.content_type or item.kind,
                "bytes": len(item.data),
                "refers": " ".join(each.kind for each in file.references if each.source == item.id),
            }
            for item in file.items
        ],
    }
