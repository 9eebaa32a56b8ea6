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
    for place in places:
        for name, data in _files(place):
            try:
                with Image.open(io.BytesIO(data)) as image:
                    picture = np.asarray(image.convert("RGB"))
            except (OSError, ValueError, Image.DecompressionBombError):
                continue
            if min(picture.shape[:2]) >= at_least:
                yield name, picture


def spread_pictures(places: Iterable[Path], most: int, *, at_least: int = 1) -> list[Picture]:
    """Return at most so many of the pictures in files, folders and tar archives, evenly spread over them."""
    found = [picture for _, picture in read_pictures(places, at_least=at_least)]
    return [found[number * len(found) // most] for number in range(most)] if len(found) > most else found


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
