"""Readers of masks: pictures, each with a map of the classes that its samples belong to.

In: two folders, of pictures and of masks with the same names: PNG (numbers, or gray levels), or MATLAB files.  Out:
labels, and subjects whose truth is a mask that is read when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec_train.errors import MaskUnreadable, ScipyMissing
from refdec_train.heads.subjects import Subject

__all__ = ["UNKNOWN", "Mask", "MaskSet", "read_masks"]

Numbers: TypeAlias = npt.NDArray[np.uint8]
UNKNOWN = 255
"""The class of samples that nobody learns from or is measured on."""
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm")
MASKS = (".png", ".bmp", ".mat")
HELD_EVERY = 10
KEPT = 64


@dataclass(frozen=True, slots=True)
class Mask:
    """A file of numbers, and which class each number stands for: `classes` [256], one byte each."""

    path: Path
    classes: bytes

    def numbers(self) -> Numbers:
        """Return the classes of the samples, uint8 [rows, columns]; UNKNOWN for none.  Raises MaskUnreadable."""
        return np.frombuffer(self.classes, np.uint8)[_numbers(self.path)]


@dataclass(frozen=True, slots=True)
class MaskSet:
    """Labels, and pictures with masks; some are held back."""

    labels: tuple[str, ...]
    subjects: tuple[Subject[Mask], ...]


@lru_cache(maxsize=KEPT)
def _numbers(path: Path) -> Numbers:
    """Return the numbers in a file, uint8 [rows, columns].  Raises MaskUnreadable, ScipyMissing."""
    if path.suffix.lower() == ".mat":
        return _matlab(path)
    try:
        with Image.open(path) as image:
            numbers = np.asarray(image if image.mode in {"P", "L"} else image.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise MaskUnreadable(path, str(problem)) from problem
    return np.asarray(numbers, np.uint8)


def _matlab(path: Path) -> Numbers:
    """Return the one map of bytes in a MATLAB file."""
    try:
        from scipy.io import loadmat
        from scipy.io.matlab import MatReadError
    except ImportError:
        raise ScipyMissing from None
    try:
        held: Mapping[str, Any] = loadmat(str(path))
    except (MatReadError, OSError, ValueError, NotImplementedError) as problem:
        raise MaskUnreadable(path, str(problem)) from problem
    maps = [value for value in held.values() if isinstance(value, np.ndarray) and value.ndim == 2]
    if len(maps) != 1 or maps[0].dtype != np.uint8:
        raise MaskUnreadable(path, f"it holds {len(maps)} maps instead of one of bytes")
    return np.asarray(maps[0])


def read_masks(
    pictures: Path, masks: Path, classes: Mapping[str, Sequence[int]], *, held: Sequence[str] | None = None
) -> MaskSet:
    """Return the pictures of a folder that have a mask of their name in another.

    `classes`: labels, and the numbers in a mask that stand for each; other numbers are UNKNOWN.  `held`: names without
    suffix of the pictures that are held back; None: every tenth.  Raises MaskUnreadable.
    """
    table = np.full(256, UNKNOWN, np.uint8)
    for number, members in enumerate(classes.values()):
        table[list(members)] = number
    files = {path.stem: path for path in sorted(masks.iterdir()) if path.suffix.lower() in MASKS}
    pairs = [
        (path, files[path.stem])
        for path in sorted(pictures.iterdir())
        if path.suffix.lower() in PICTURES and path.stem in files
    ]
    if not pairs:
        raise MaskUnreadable(masks, f"it has no mask with the name of a picture of {pictures}")
    back = None if held is None else set(held)
    subjects = [
        Subject(path, Mask(file, table.tobytes()), number % HELD_EVERY == 0 if back is None else path.stem in back)
        for number, (path, file) in enumerate(pairs)
    ]
    return MaskSet(tuple(classes), tuple(subjects))
