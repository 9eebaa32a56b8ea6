"""Pictures to measure with: PNG files, and the codecs' arrays.

In: files, folders, patterns.  Out: paths in order; RGB codes uint8 [rows, columns, 3].
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.errors import NoPictures, NotEightBits, NothingMeasured, PicturesAlike, SetUnclear
from refdec.errors import RefdecError
from refdec.parallel.places import is_folder, is_there

__all__ = ["picture_files", "picture_sets", "read_rgb", "require_measurable", "require_names_apart"]


def picture_files(paths: Sequence[Path]) -> list[Path]:
    """Return the PNG files among files and folders, folders in order of names.  Raises NoPictures, FolderMissing."""
    from refdec.parallel.folders import walk

    found: list[Path] = []
    for path in paths:
        found += [path / below for below in walk(path, [".png"])] if is_folder(path) else [path]
    if not found:
        raise NoPictures(tuple(map(str, paths)))
    return found


def picture_sets(texts: Sequence[str]) -> dict[str, list[Path]]:
    """Return the pictures of "NAME=WHERE" by name: WHERE is a folder, a file or a pattern (scans/*.png).

    A name that comes several times gathers them all.  Raises SetUnclear, NoPictures, FolderMissing.
    """
    found: dict[str, list[Path]] = {}
    for text in texts:
        name, given, where = text.partition("=")
        if not (name.strip() and given and where.strip()):
            raise SetUnclear(text)
        path = Path(where.strip())
        matched = [path] if is_there(path) else sorted(path.parent.glob(path.name))
        if not matched:
            raise NoPictures((where,))
        found.setdefault(name.strip(), []).extend(picture_files(matched))
    return found


def require_names_apart(paths: Sequence[Path]) -> None:
    """Raise PicturesAlike where two pictures have the same name without suffix, by which results are kept."""
    named: dict[str, Path] = {}
    for path in paths:
        if path.stem in named:
            raise PicturesAlike(str(named[path.stem]), str(path))
        named[path.stem] = path


def require_measurable(paths: Sequence[Path], least_side: int = 1) -> None:
    """Raise NothingMeasured where there is no picture among these that can be measured; most are not read for it.

    `least_side`: rows and columns that it needs.
    """
    first = ""
    for path in paths:
        try:
            rows, columns, _ = read_rgb(path).shape
        except RefdecError as problem:
            first = first or f"{path}: {problem.explain().splitlines()[0]}"
            continue
        if min(rows, columns) >= least_side:
            return
        first = first or f"{path} has {rows} x {columns} samples, and {least_side} rows and columns are the least."
    none = "" if len(paths) == 1 else f"none of {len(paths)} pictures can be; the first:  "
    raise NothingMeasured(f"{none}{first}")


def read_rgb(path: Path) -> UInt8Array:
    """Return a picture of 8 bits as RGB codes [rows, columns, 3]; gray becomes three equal planes.

    Raises NotEightBits, and what reading raises.
    """
    from refdec.formats.files import read_picture
    from refdec.formats.pictures import Colour

    picture = read_picture(path)
    if picture.bits != 8 or picture.colour not in (Colour.GRAY, Colour.RGB):
        raise NotEightBits(str(path), f"{picture.colour.name} of {picture.bits} bits")
    planes = picture.components if picture.colour is Colour.RGB else picture.components[:1] * 3
    return np.stack(planes, axis=-1).astype(np.uint8)
