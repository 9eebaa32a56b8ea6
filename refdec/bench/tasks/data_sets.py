"""Pictures with what is known of them, for measurements.

In: folders.  Out: `Sample`s, in an order that depends on names alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from PIL import Image

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.errors import NoData

__all__ = ["Sample", "plain_pictures", "spread"]

T = TypeVar("T")
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff"}
LARGEST_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Sample(Generic[T]):
    """A picture file and what is known of it."""

    path: Path
    truth: T

    def rgb(self) -> UInt8Array:
        """Return the picture RGB [rows, columns, 3]; of a larger one the part of LARGEST_SIDE at its top left.

        Raises NoData.
        """
        try:
            with Image.open(self.path) as image:
                part = image.crop((0, 0, min(image.width, LARGEST_SIDE), min(image.height, LARGEST_SIDE)))
                return np.asarray(part.convert("RGB")).copy()
        except (OSError, ValueError, Image.DecompressionBombError) as problem:
            raise NoData(str(self.path), f"is no picture that can be read ({problem})") from problem


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def spread(samples: Sequence[T], most: int) -> list[T]:
    """Return at most so many of them, evenly spread."""
    if len(samples) <= most:
        return list(samples)
    return [samples[number * len(samples) // most] for number in range(most)]


def plain_pictures(folder: Path, most: int) -> list[Sample[None]]:
    """Return pictures of a folder and those below it, of which nothing is known.  Raises NoData."""
    found = _below(folder)
    if not found:
        raise NoData(str(folder), "has no pictures")
    return [Sample(path, None) for path in spread(found, most)]
