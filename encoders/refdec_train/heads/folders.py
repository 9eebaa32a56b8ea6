"""The reader of folders of classes: a folder for each class, named after it, with pictures in it.

In: a folder.  Out: labels, and subjects whose truth is the number of a label; some of each class held back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from refdec_train.errors import NoClasses
from refdec_train.heads.subjects import Subject

__all__ = ["Classes", "read_classes"]

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff"}
FEWEST_CLASSES = 2
HELD_SHARE = 4
"""One picture in so many is held back, where a class has few."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Labels in alphabetical order, and pictures: those to train on, and those that are held back."""

    labels: tuple[str, ...]
    subjects: tuple[Subject[int], ...]

    @property
    def trained(self) -> list[Subject[int]]:
        """The pictures to train on."""
        return [subject for subject in self.subjects if not subject.held]

    @property
    def held(self) -> list[Subject[int]]:
        """The pictures to measure on."""
        return [subject for subject in self.subjects if subject.held]


def _order(folder: Path, path: Path) -> str:
    """Return a name to order pictures by: by chance, but the same on every machine and whatever else lies there."""
    return hashlib.sha256(path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")).hexdigest()


def _pictures(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(found, key=lambda path: _order(folder.parent, path))


def read_classes(
    folder: Path, *, most: int = 0, held: int = 15, without: Iterable[str] = (), only: Sequence[str] = ()
) -> Classes:
    """Return the classes below a folder.

    `most`: pictures of a class that are trained on, 0 for all; `held`: of each class so many are held back, and of a
    small class a quarter.  `without`: names of folders that are no classes; `only`: the classes to take, all if there
    are none.  Which pictures they are depends on their names alone.  Raises NoClasses.
    """
    left_out = set(without)
    places = [
        place
        for place in sorted(path for path in folder.iterdir() if path.is_dir())
        if place.name not in left_out and (not only or place.name in only)
    ]
    pictures = {place.name: found for place in places if (found := _pictures(place))}
    if len(pictures) < FEWEST_CLASSES:
        raise NoClasses(folder, len(pictures))
    subjects = []
    for number, found in enumerate(pictures.values()):
        back = min(held, len(found) // HELD_SHARE)
        rest = found[back : back + most] if most else found[back:]
        subjects += [Subject(path, number, True) for path in found[:back]]
        subjects += [Subject(path, number) for path in rest]
    return Classes(tuple(pictures), tuple(subjects))
