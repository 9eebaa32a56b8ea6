"""Pictures with what is known of them, for measurements.

In: folders.  Out: `Sample`s, in an order that depends on names alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from PIL import Image

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.errors import NoData

__all__ = [
    "Sample",
    "held_of_classes",
    "left_out_classes",
    "pictures_below",
    "plain_pictures",
    "spread",
    "trained_of_classes",
]

T = TypeVar("T")
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff"}
HELD_OF_A_CLASS, HELD_SHARE = 10, 4
"""Of each class so many pictures were held back when heads were trained, and of a small class a quarter."""
LEFT_OUT_EVERY = 5
"""One class in so many was left out when vectors were learnt."""
WITHOUT = {"BACKGROUND_Google"}
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


def pictures_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def spread(samples: Sequence[T], most: int) -> list[T]:
    """Return at most so many of them, evenly spread."""
    if len(samples) <= most:
        return list(samples)
    return [samples[number * len(samples) // most] for number in range(most)]


def plain_pictures(folder: Path, most: int) -> list[Sample[None]]:
    """Return pictures of a folder and those below it, of which nothing is known.  Raises NoData."""
    found = pictures_below(folder)
    if not found:
        raise NoData(str(folder), "has no pictures")
    return [Sample(path, None) for path in spread(found, most)]


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures of each class, a folder below `folder`, in the order of the training.  Raises NoData."""

    def by_chance(path: Path) -> str:
        name = path.relative_to(folder).as_posix()
        return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()

    places = sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in WITHOUT)
    found = {place.name: sorted(paths, key=by_chance) for place in places if (paths := pictures_below(place))}
    if len(found) < 2:
        raise NoData(str(folder), "has no folders of pictures, one for each class")
    return found


def _held(paths: Sequence[Path]) -> int:
    """Return how many of a class's pictures were held back: the first."""
    return min(HELD_OF_A_CLASS, len(paths) // HELD_SHARE)


def held_of_classes(folder: Path, most: int) -> list[Sample[str]]:
    """Return pictures with their classes that `refdec-train` held back, about as many of each.  Raises NoData."""
    classes = _classes(folder)
    each = -(-most // len(classes))
    held = {name: found[: min(each, _held(found))] for name, found in classes.items()}
    return spread([Sample(path, name) for name, paths in held.items() for path in paths], most)


def trained_of_classes(folder: Path, each: int) -> dict[str, list[Sample[str]]]:
    """Return `each` pictures of every class that were not held back.  Raises NoData."""
    return {
        name: [Sample(path, name) for path in found[_held(found) :][:each]] for name, found in _classes(folder).items()
    }


def left_out_classes(folder: Path, most: int) -> list[Sample[str]]:
    """Return pictures of the classes that no vector was learnt from, about as many of each.  Raises NoData."""
    classes = dict(list(_classes(folder).items())[::LEFT_OUT_EVERY])
    each = max(most // len(classes), 2)
    return [Sample(path, name) for name, found in classes.items() for path in found[:each]]
