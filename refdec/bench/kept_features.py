"""What of a picture file is there before and after, as Pillow sees it: the comparisons of `refdec bench kept`.

In: two images of Pillow.  Out: for each feature whether the first has it, and whether the second has the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["COMPARED", "same_frame"]

ORIENTATION, RESOLUTION_TAGS, EXIF_DIRECTORIES = 0x0112, (282, 283, 296), (0x8769, 0x8825, 0xA005)
LAYOUT_TAGS = frozenset(
    {
        *range(254, 270),
        *range(273, 282),
        *range(284, 293),
        *range(297, 305),
        *range(317, 350),
        530,
        531,
        532,
        34665,
        34853,
        40965,
    }
)
"""Tags of TIFF about how samples are stored, which are the writer's to say; and pointers."""
CARRIED_ELSEWHERE = frozenset({ORIENTATION, *RESOLUTION_TAGS, 700, 34675, 34377, 33723})
"""Tags that are looked at by another name, or named by one: XMP, ICC, Photoshop and IPTC data."""
NEARLY_ONE = 1.01
"""Dots per inch up to which a resolution says nothing but the shape of samples."""
SPREAD = range(9)
"""Bits by which codes may be spread."""


def _samples(before: Image, after: Image) -> tuple[bool, bool]:
    """Compare colours as they are shown, the right way up; codes may be spread over more bits."""
    from PIL import ImageOps

    shown = ImageOps.exif_transpose(before)
    mode = "RGB" if after.mode == "RGBA" else "L" if after.mode == "LA" else after.mode
    opaque = _alpha(shown) is None
    plain = shown if shown.mode == mode else shown.convert("RGBA" if mode == "RGB" and not opaque else mode)
    first, second = (
        np.asarray(image.convert("RGB") if image.mode == "RGBA" else image).astype(np.int64) for image in (plain, after)
    )
    second = second[..., 0] if after.mode == "LA" else second
    return True, first.shape == second.shape and any(np.array_equal(first << k, second) for k in SPREAD)


def _alpha(image: Image) -> np.ndarray | None:
    """Return how opaque an image is, None where it is everywhere."""
    from PIL import ImageOps

    if image.mode not in ("LA", "PA", "RGBA", "La", "RGBa") and "transparency" not in image.info:
        return None
    found = np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))[..., 3]
    return None if found.min() == found.max() == np.iinfo(found.dtype).max else found


def _transparency(before: Image, after: Image) -> tuple[bool, bool]:
    first, second = _alpha(before), _alpha(after)
    return first is not None, first is not None and second is not None and np.array_equal(first, second)


def _profile(before: Image, after: Image) -> tuple[bool, bool]:
    stated = before.info.get("icc_profile")
    return bool(stated), stated == after.info.get("icc_profile")


def _tags(image: Image) -> dict[tuple[int, int], Any]:
    """Return Exif data by directory and tag, without what is about the samples of this file."""
    exif = image.getexif()
    found = {(0, tag): value for tag, value in exif.items() if tag not in LAYOUT_TAGS | CARRIED_ELSEWHERE}
    for directory in EXIF_DIRECTORIES:
        found |= {
            (directory, tag): value for tag, value in exif.get_ifd(directory).items() if tag not in EXIF_DIRECTORIES
        }
    return found


def _exif(before: Image, after: Image) -> tuple[bool, bool]:
    first, second = _tags(before), _tags(after)
    return bool(first), all(tag in second and str(value) == str(second[tag]) for tag, value in first.items())


def _xmp(before: Image, after: Image) -> tuple[bool, bool]:
    first, second = (image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b"" for image in (before, after))
    first, second = (each.encode() if isinstance(each, str) else each for each in (first, second))
    return bool(first), first == second


def _dots(image: Image) -> tuple[float, float] | None:
    """Return the resolution that a file states, in dots per inch, None for none."""
    exif = image.getexif()
    if 282 in exif and 283 in exif:
        per_inch = 2.54 if exif.get(296) == 3 else 1.0
        return float(exif[282]) * per_inch, float(exif[283]) * per_inch
    stated = image.info.get("dpi")
    if stated is None or (image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit")):
        return None
    return float(stated[0]), float(stated[1])


def _resolution(before: Image, after: Image) -> tuple[bool, bool]:
    first, second = _dots(before), _dots(after)
    there = first is not None and min(first) > NEARLY_ONE
    return there, first is not None and second is not None and np.allclose(first, second, rtol=1e-3)


def _texts(before: Image, after: Image) -> tuple[bool, bool]:
    words = {key: str(value) for key, value in getattr(before, "text", {}).items() if key != "XML:com.adobe.xmp"}
    words |= {"comment": str(before.info["comment"])} if before.info.get("comment") else {}
    again = {key: str(value) for key, value in getattr(after, "text", {}).items()}
    return bool(words), all(again.get(key) == value for key, value in words.items())


def same_frame(before: Image, after: Image) -> bool:
    """Tell whether a frame is shown as it was; colours under full transparency are nobody's to see."""
    first, second = (np.asarray(image.convert("RGBA")) for image in (before, after))
    if first.shape != second.shape or not np.array_equal(first[..., 3], second[..., 3]):
        return False
    seen = first[..., 3] > 0
    return np.array_equal(first[seen], second[seen])


COMPARED: Mapping[str, Callable[[Image, Image], tuple[bool, bool]]] = {
    "samples": _samples,
    "transparency": _transparency,
    "profile": _profile,
    "Exif": _exif,
    "XMP": _xmp,
    "resolution": _resolution,
    "texts": _texts,
}
"""For each feature: whether the file has it, and whether it came back."""
