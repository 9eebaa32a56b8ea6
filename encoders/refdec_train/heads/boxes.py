"""Readers of boxes: pictures with rectangles around what they show, as VOC XML or COCO JSON.

In: a folder with a file of each picture beside or below it, or a JSON file for all.  Out: labels, and subjects whose
truth are boxes in samples of the picture's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from xml.etree import ElementTree

from PIL import Image

from refdec_train.errors import BoxesUnreadable
from refdec_train.heads.subjects import Subject

__all__ = ["BoxSet", "TrueBox", "Truth", "pictures_below", "read_coco", "read_voc"]

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm")
HELD_EVERY = 5


class TrueBox(NamedTuple):
    """A rectangle around something, in samples: `right` and `bottom` are outside.  `label`: the number of its label."""

    label: int
    left: float
    top: float
    right: float
    bottom: float


Truth: TypeAlias = tuple[TrueBox, ...]


@dataclass(frozen=True, slots=True)
class BoxSet:
    """Labels, and pictures with boxes; some are held back."""

    labels: tuple[str, ...]
    subjects: tuple[Subject[Truth], ...]


class _Found(NamedTuple):
    """What a file says of a picture: boxes (name, left, top, right, bottom)."""

    path: Path
    boxes: tuple[tuple[str, float, float, float, float], ...]


def _collected(found: Sequence[_Found], held: Sequence[str] | None, labels: Sequence[str]) -> BoxSet:
    """Return a set of what was found; empty boxes are left out."""
    names = tuple(labels) or tuple(sorted({name for each in found for name, *_ in each.boxes}))
    numbers, back = {name: number for number, name in enumerate(names)}, None if held is None else set(held)
    subjects = []
    for number, each in enumerate(found):
        truth = tuple(
            TrueBox(numbers[name], left, top, right, bottom)
            for name, left, top, right, bottom in each.boxes
            if name in numbers and right > left and bottom > top
        )
        is_held = number % HELD_EVERY == 0 if back is None else each.path.stem in back
        subjects.append(Subject(each.path, truth, is_held))
    return BoxSet(names, tuple(subjects))


def pictures_below(folder: Path) -> list[Path]:
    """Return the picture files at and below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def _pictures(folder: Path) -> dict[str, Path]:
    """Return the pictures at and below a folder, by their names without suffix."""
    return {path.stem: path for path in pictures_below(folder)}


def _voc_boxes(file: Path, picture: Path) -> Iterator[tuple[str, float, float, float, float]]:
    """Walk the objects of a file; edges are counted from 1 there, and the last ones are inside.

    They are brought to the size of the picture where that is not the one that the file says.
    """
    try:
        said = ElementTree.parse(file).getroot()
        width, height = (float(said.findtext(f"size/{name}", "0")) for name in ("width", "height"))
        across = down = 1.0
        if width > 0 and height > 0:
            with Image.open(picture) as image:
                across, down = image.width / width, image.height / height
        for each in said.iterfind(".//object"):
            box = each.find("bndbox")
            left, top, right, bottom = (
                float(box.findtext(name, "")) if box is not None else 0.0 for name in ("xmin", "ymin", "xmax", "ymax")
            )
            yield each.findtext("name", ""), (left - 1) * across, (top - 1) * down, right * across, bottom * down
    except (ElementTree.ParseError, ValueError, OSError) as problem:
        raise BoxesUnreadable(file, str(problem)) from problem


def read_voc(folder: Path, *, held: Sequence[str] | None = None, labels: Sequence[str] = ()) -> BoxSet:
    """Return the pictures of a folder that have an XML file of their name, anywhere below it.

    `held`: names without suffix of the pictures that are held back; None: the list of `ImageSets/Main/test.txt`, where
    that is missing every fifth.  `labels`: those to learn, in this order; without it all, in alphabetical order.
    Raises BoxesUnreadable.
    """
    pictures = _pictures(folder)
    files = sorted(file for file in folder.rglob("*.xml") if file.stem in pictures)
    if not files:
        raise BoxesUnreadable(folder, "no picture in it has an XML file of its name")
    listed = next(iter(sorted(folder.rglob("ImageSets/Main/test.txt"))), None)
    if held is None and listed is not None:
        held = listed.read_text().split()
    return _collected(
        [_Found(pictures[file.stem], tuple(_voc_boxes(file, pictures[file.stem]))) for file in files], held, labels
    )


def _entry(entry: Mapping[str, Any], names: Mapping[int, str]) -> tuple[str, float, float, float, float]:
    left, top, width, height = (float(value) for value in entry["bbox"])
    return names[entry["category_id"]], left, top, left + width, top + height


def read_coco(file: Path, *, held: Sequence[str] | None = None, labels: Sequence[str] = ()) -> BoxSet:
    """Return the pictures, at or below its folder, of a JSON file with `images`, `annotations` and `categories`.

    `held`, `labels` as for `read_voc`; without `held` every fifth is held back.  Crowds are left out.  Raises
    BoxesUnreadable.
    """
    try:
        said = json.loads(file.read_text())
        names = {each["id"]: str(each["name"]) for each in said["categories"]}
        boxes: dict[Any, list[tuple[str, float, float, float, float]]] = {each["id"]: [] for each in said["images"]}
        for entry in said["annotations"]:
            if not entry.get("iscrowd"):
                boxes[entry["image_id"]].append(_entry(entry, names))
        wanted = [(Path(each["file_name"]).stem, tuple(boxes[each["id"]])) for each in said["images"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BoxesUnreadable(file, f"{type(problem).__name__}: {problem}") from problem
    pictures = _pictures(file.parent)
    found = [_Found(pictures[stem], each) for stem, each in sorted(wanted) if stem in pictures]
    if not found:
        raise BoxesUnreadable(file, "none of its pictures lies at or below its folder")
    return _collected(found, held, labels)
