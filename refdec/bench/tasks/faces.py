"""The benchmark of `faces`: boxes of a head on latents against those that people drew.

In: a folder of pictures with VOC XML files, all of whose boxes are faces, whatever their labels say.  Out: the average
precision at an overlap of a half.  Pictures are brought to one length, and to the shape that the files name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.data_sets import Sample, pictures_below, spread
from refdec.bench.tasks.detect import Boxes, boxes_by, drawn_boxes, mean_precision
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.per_picture import PictureTask

__all__ = ["FACES", "LONGEST", "FaceSample"]

LONGEST = 448
LABEL = "face"


@dataclass(frozen=True, slots=True)
class FaceSample(Sample[Boxes]):
    """A picture that is brought to `size` (width, height), in which its boxes are."""

    size: tuple[int, int]

    def rgb(self) -> UInt8Array:
        """Return the picture RGB [rows, columns, 3].  Raises NoData."""
        try:
            with Image.open(self.path) as image:
                return np.asarray(image.convert("RGB").resize(self.size, Image.Resampling.BICUBIC)).copy()
        except (OSError, ValueError, Image.DecompressionBombError) as problem:
            raise NoData(str(self.path), f"is no picture that can be read ({problem})") from problem


def _sample(path: Path, file: Path) -> FaceSample:
    """Return a picture with its boxes.  Raises NoData."""
    boxes = drawn_boxes(file)
    root = ElementTree.parse(file).getroot()
    sides = [root.findtext(f"size/{name}", "") for name in ("width", "height")]
    if not all(side.isdecimal() and int(side) for side in sides):
        raise NoData(str(file), "names no size of its picture")
    width, height = map(int, sides)
    k = LONGEST / max(width, height)
    faces = tuple(
        box._replace(label=LABEL, left=k * box.left, top=k * box.top, right=k * box.right, bottom=k * box.bottom)
        for box in boxes
    )
    return FaceSample(path, faces, (max(1, round(k * width)), max(1, round(k * height))))


def _samples(folder: Path, most: int) -> Sequence[Sample[Boxes]]:
    """Return pictures with faces that people drew.  Raises NoData."""
    files = {file.stem: file for file in sorted(folder.rglob("*.xml"))}
    paths = [path for path in pictures_below(folder) if path.stem in files]
    if not paths:
        raise NoData(str(folder), "has no pictures with VOC XML files")
    return [_sample(path, files[path.stem]) for path in spread(paths, most)]


FACES = PictureTask("faces", "AP50 [%]", _samples, boxes_by("faces"), mean_precision)
