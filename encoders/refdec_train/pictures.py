"""Pictures for training: folders and archives of files in memory, and random crops of them.

In: files of any format that Pillow reads.  Out: batches R'G'B' 0..255 float32 [batch, 3, crop, crop].
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec_train.errors import NoPictures

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Collection", "read_pictures", "spread_pictures"]

LARGEST_SHARE_PIXELS = 600_000
"""Pictures are drawn by their size, up to this one: a few large ones must not drown the others."""
Picture = npt.NDArray[np.uint8]


def read_pictures(places: Iterable[Path], *, at_least: int = 1) -> Iterator[tuple[str, Picture]]:
    """Yield name and uint8 [rows, columns, 3] of every picture in files, folders and tar archives, by name.

    Files that are no pictures, and pictures with a side below `at_least`, are passed over.
    """
    for name, data in _all_files(places):
        if min(_size(data)) >= at_least and (picture := _decoded(data)) is not None:
            yield name, picture


def spread_pictures(places: Iterable[Path], most: int, *, at_least: int = 1) -> list[Picture]:
    """Return at most so many of the pictures in files, folders and tar archives, evenly spread over them.

    No others are decoded.
    """
    kept = tuple(places)
    large = [number for number, (_, data) in enumerate(_all_files(kept)) if min(_size(data)) >= at_least]
    chosen = {large[number * len(large) // most] for number in range(most)} if len(large) > most else set(large)
    found = (_decoded(data) for number, (_, data) in enumerate(_all_files(kept)) if number in chosen)
    return [picture for picture in found if picture is not None]


def _size(data: bytes) -> tuple[int, int]:
    """Return rows and columns of a picture as its header has them; 0, 0 of what is none."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.height, image.width
    except (OSError, ValueError, Image.DecompressionBombError):
        return 0, 0


def _decoded(data: bytes) -> Picture | None:
    """Return a picture; None if it cannot be read."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _all_files(places: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Walk names and contents of files, of those in folders and in tar archives."""
    for place in places:
        yield from _files(place)


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(place)), path.read_bytes()
    elif place.is_file() and tarfile.is_tarfile(place):
        with tarfile.open(place) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None:
                    yield member.name, file.read()
    elif place.is_file():
        yield place.name, place.read_bytes()


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Pictures of a training, and with what probability each is drawn."""

    pictures: tuple[Picture, ...]
    shares: npt.NDArray[np.float64]

    @classmethod
    def of(cls, pictures: Iterable[Picture], crop: int) -> Collection:
        """Keep the pictures that a crop fits into.  Raises NoPictures."""
        kept = tuple(picture for picture in pictures if min(picture.shape[:2]) >= crop)
        if not kept:
            raise NoPictures(crop)
        sizes = np.array([min(picture.shape[0] * picture.shape[1], LARGEST_SHARE_PIXELS) for picture in kept], float)
        return cls(kept, sizes / sizes.sum())

    def batch(self, count: int, crop: int, draw: np.random.Generator) -> Tensor:
        """Return `count` random crops, half of them mirrored."""
        import torch  # what is fitted in closed form does without

        made = np.empty((count, 3, crop, crop), np.uint8)
        for target, index in zip(made, draw.choice(len(self.pictures), count, p=self.shares), strict=True):
            picture = self.pictures[index]
            row, column = (int(draw.integers(side - crop + 1)) for side in picture.shape[:2])
            cut = picture[row : row + crop, column : column + crop]
            target[...] = (cut[:, ::-1] if draw.random() < 0.5 else cut).transpose(2, 0, 1)
        return torch.from_numpy(made).float()
