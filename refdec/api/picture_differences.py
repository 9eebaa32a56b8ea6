"""Comparing two pictures: first difference, statistics and PSNR of each component, and a picture of the difference.

In: two pictures.  Out: lines and plain values; the difference as a file.  PSNR of luma is that of the metrics
(5.14.1 step 1, BT.709) for RGB, that of Y for YUV.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.api.errors import NoDifferencePicture
from refdec.formats.difference_pictures import difference_picture, fitting_scale, in_one_picture
from refdec.formats.errors import SuffixUnknown
from refdec.formats.files import suffix_of, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.metrics import psnr, psnr_luma
from refdec.trace.samples import ArrayDifference, PlanesDifference, compare_planes

if TYPE_CHECKING:
    from refdec.picture.floats import FloatPlanes

__all__ = [
    "DifferenceFile",
    "compare_codes",
    "describe_array",
    "describe_planes",
    "json_values",
    "psnr_by_name",
    "psnr_line",
    "require_shown",
]

COMPONENTS = {"RGB": ("R", "G", "B"), "YUV": ("Y", "U", "V"), "gray": ("gray",)}
EXACT_SUFFIXES = (".png", ".tif", ".tiff", ".ppm", ".pnm", ".yuv", ".npy")
MOST_HISTOGRAM = 24
MOST_PLACES = 1 << 32
"""More than two floats can be apart."""


@dataclass(frozen=True, slots=True)
class DifferenceFile:
    """Where a picture of the difference goes, and how much it is amplified; 0: as much as the largest one allows.

    Raises SuffixUnknown for a format that would not keep each difference, or not all depths.
    """

    path: Path
    amplify: int = 0

    def __post_init__(self) -> None:
        suffix = suffix_of(self.path)
        if suffix not in EXACT_SUFFIXES:
            raise SuffixUnknown(suffix, EXACT_SUFFIXES)

    def write(self, a: CodePicture, b: CodePicture) -> tuple[str, int]:
        """Write |A - B| and return a sentence that states the scale, and the scale.  Raises NoDifferencePicture.

        YUV in a format without YUV is one gray picture: Y, below it U, below that V.
        """
        scale = self.amplify or fitting_scale(a, b)
        shown = difference_picture(a, b, scale)
        stacked = shown if suffix_of(self.path) in {".yuv", ".npy"} else in_one_picture(shown)
        write_picture(self.path, stacked)
        planes = "; Y, below it U, below that V" if stacked.colour is not shown.colour else ""
        return f"{self.path}: |A - B| x {scale}, black where equal{planes}", scale


def compare_codes(a: CodePicture, b: CodePicture) -> PlanesDifference:
    """Compare the codes of two pictures; what cannot be compared, and floats that differ, are said by `structure`."""
    if a.floats is not None or b.floats is not None:
        said = _floats_apart(a.floats, b.floats)
        if said:
            return PlanesDifference((), said)
    if a.bits != b.bits:
        return PlanesDifference((), f"A has {a.bits} bits a sample, B has {b.bits}")
    if a.colour is not b.colour:
        return PlanesDifference((), f"A is {a.colour.value}, B is {b.colour.value}")
    return compare_planes(COMPONENTS[a.colour.value], a.components, b.components)


def _floats_apart(a: FloatPlanes | None, b: FloatPlanes | None) -> str:
    """Return how the floats of two pictures differ, "" where every bit is the same."""
    from refdec.lossless.float_layer import places_apart

    if a is None or b is None:
        return f"{'A' if b is None else 'B'} holds floats, {'B' if b is None else 'A'} codes"
    forms = [
        f"{len(each.planes)} components of {each.width} x {each.height}, {each.bits} bit floats" for each in (a, b)
    ]
    if forms[0] != forms[1]:
        return f"A has {forms[0]}, B has {forms[1]}"
    differing = sum(int(np.count_nonzero(one != two)) for one, two in zip(a.planes, b.planes, strict=True))
    if not differing:
        return ""
    places = places_apart(a, b)
    far = "some where one alone is finite" if places >= MOST_PLACES else f"by at most {places} steps"
    return f"{differing} of {a.width * a.height * len(a.planes)} floats differ, {far}"


def require_shown(found: PlanesDifference) -> None:
    """Raise NoDifferencePicture where two pictures cannot be compared sample by sample."""
    if found.structure:
        raise NoDifferencePicture(found.structure)


def psnr_by_name(a: CodePicture, b: CodePicture) -> dict[str, float]:
    """Return PSNR in dB by component, of all samples together, and of luma; infinity where all is equal.

    The pictures have one size, depth and colour.
    """
    names, peak = COMPONENTS[a.colour.value], float((1 << a.bits) - 1)
    pairs = list(zip(a.components, b.components, strict=True))
    found = {name: psnr(one, two, peak) for name, (one, two) in zip(names, pairs, strict=True)}
    if len(pairs) > 1:
        every = [np.concatenate([part.reshape(-1) for part in picture.components]) for picture in (a, b)]
        found[a.colour.value] = psnr(every[0], every[1], peak)
    if a.colour is Colour.RGB:
        one, two = (np.stack(picture.components, axis=2) for picture in (a, b))
        found["luma"] = psnr_luma(one, two, a.bits)
    return found


def psnr_line(values: Mapping[str, float]) -> str:
    """Return PSNR as one line."""
    parts = [f"{name} {'equal' if math.isinf(value) else f'{value:.2f}'}" for name, value in values.items()]
    return f"PSNR in dB: {', '.join(parts)}"


def describe_planes(found: PlanesDifference) -> Iterator[str]:
    """Yield lines about two pictures: the first difference, then each component."""
    if found.structure:
        yield f"not comparable: {found.structure}"
        return
    first = found.first
    if first is None or first.first is None or first.values is None:
        yield f"equal: {sum(plane.total for plane in found.planes)} samples"
        return
    row, column = first.first
    yield (
        f"first difference in raster order: row {row}, column {column}, component {first.name}: "
        f"{first.values[0]:g} in A, {first.values[1]:g} in B"
    )
    for plane in found.planes:
        yield describe_array(plane)
        yield from _histogram_lines(plane)


def describe_array(found: ArrayDifference) -> str:
    """Return one line about two arrays of a name."""
    if found.shapes[0] != found.shapes[1]:
        return f"{found.name}: shape {list(found.shapes[0])} in A, {list(found.shapes[1])} in B"
    if found.first is None:
        return f"{found.name}: equal"
    return (
        f"{found.name}: {found.differing} of {found.total} differ ({100 * found.share:.4g} %), "
        f"largest {found.max_abs:g}, mean {found.mean_abs:.4g}"
    )


def _histogram_lines(found: ArrayDifference) -> Iterator[str]:
    most = max((count for _, count in found.histogram), default=1)
    for text, count in found.histogram[:MOST_HISTOGRAM]:
        yield f"  B - A = {text:>14}  {count:>9}  {'#' * max(round(40 * count / most), 1)}"


def json_values(values: Mapping[str, float]) -> dict[str, Any]:
    """Return PSNR as JSON can hold it: null where all is equal."""
    return {name: None if math.isinf(value) else round(value, 4) for name, value in values.items()}
