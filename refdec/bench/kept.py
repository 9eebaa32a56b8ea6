"""What is kept of picture files that go through a HEIF file without loss and back; the work of `refdec bench kept`.

In: picture files of any kind that is read.  Out: a row a file: of its samples, transparency, colour profile, Exif data,
XMP, resolution and texts what came back, what was left behind with a word, and what was lost without one.

Source and result are both looked at by Pillow, not by refdec's own readers: what those overlooked would not be missed.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.bench.errors import NoPictures
from refdec.errors import RefdecError
from refdec.formats.foreign_readers import damage_named

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["FEATURES", "Fate", "KeptRow", "files_of", "measure_kept", "tally"]

FEATURES: Mapping[str, tuple[str, ...]] = {
    "samples": ("CMYK", "read as", "floats", "dark"),
    "transparency": ("transparen",),
    "profile": ("profile",),
    "Exif": ("Exif", "of the camera", "GPS"),
    "XMP": ("XMP",),
    "resolution": ("resolution",),
    "texts": ("comment", "text"),
}
"""What is looked at, and words of which one stands in the warning that tells of its loss."""
BACK: Mapping[str, str] = {"TIFF": "tif"}
"""Kinds of files that come back as such a file; others come back as PNG, which holds all that is looked at."""
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
FOREIGN = frozenset({"PIL", "tifffile"})
"""Packages whose warnings are not refdec's."""
NEARLY_ONE = 1.01
"""Dots per inch up to which a resolution says nothing but the shape of samples."""
SHALLOW, SPREAD = 8, range(9)


class Fate(Enum):
    """What became of something that a file holds."""

    KEPT = "kept"
    SAID = "left, said"
    LOST = "LOST"
    NONE = "-"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """What became of one file.

    `fates`: of `FEATURES`, by name.  `refused`: why it was not encoded, empty if it was.  `said`: the warnings.
    """

    file: str
    kind: str
    fates: Mapping[str, Fate]
    refused: str = ""
    said: tuple[str, ...] = ()

    @property
    def lost(self) -> tuple[str, ...]:
        """What was lost without a word."""
        return tuple(name for name, fate in self.fates.items() if fate is Fate.LOST)

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self) | {"fates": {name: fate.value for name, fate in self.fates.items()}}


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Return files, and those in folders that have a suffix that is read, in order of names.

    Raises NoPictures, FolderMissing.
    """
    from refdec.formats.files import READ_SUFFIXES
    from refdec.parallel.folders import walk

    found: list[Path] = []
    for path in paths:
        found += [path / below for below in walk(path, READ_SUFFIXES)] if path.is_dir() else [path]
    if not found:
        raise NoPictures(tuple(map(str, paths)))
    return found


def measure_kept(
    files: Sequence[Path],
    *,
    weights: WeightPack | Source | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> list[KeptRow]:
    """Return what became of files; of several pictures in one it is the first that is looked at."""
    rows = []
    for number, path in enumerate(files):
        rows.append(_row(path, weights))
        progress((number + 1) / len(files))
    return rows


def tally(rows: Sequence[KeptRow]) -> dict[str, dict[str, int]]:
    """Return how many files have each fate, by feature."""
    return {
        name: {fate.value: sum(row.fates.get(name) is fate for row in rows) for fate in Fate if fate is not Fate.NONE}
        for name in FEATURES
    }


def _row(path: Path, weights: WeightPack | Source | None) -> KeptRow:
    from refdec.api.decode import decode
    from refdec.api.encode import encode
    from refdec.formats.files import read_picture, suffix_of

    kind, before = _looked_at(path.read_bytes())
    kind = kind or suffix_of(path).lstrip(".").upper()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            frame = 1 if before is not None and getattr(before, "n_frames", 1) > 1 else None
            picture = decode(
                encode(path, lossless=True, container="jaii", frame=frame, weights=weights), weights=weights
            )
            target = io.BytesIO()
            picture.save(target, format=BACK.get(kind, "png"))
        except RefdecError as reason:
            return KeptRow(path.name, kind, {}, refused=str(reason).splitlines()[0])
    own = [each for each in heard if not FOREIGN & {*Path(each.filename).parts}]
    said = tuple(dict.fromkeys(str(each.message) for each in own))
    if before is None:  # raw samples, whose only reader is refdec
        equal = all(map(np.array_equal, picture.planes, read_picture(path, keep_alpha=True).components))
        return KeptRow(path.name, kind, {"samples": Fate.KEPT if equal else Fate.LOST}, said=said)
    _, after = _looked_at(target.getvalue())
    assert after is not None, "Pillow reads what is written here"
    return KeptRow(path.name, kind, dict(_fates(before, after, " ".join(said))), said=said)


def _looked_at(data: bytes) -> tuple[str, Image | None]:
    """Return what Pillow calls a file, and its first picture, None where it reads none, or not all of its samples."""
    from PIL import Image

    from refdec.formats.kinds import sniffed_suffix

    try:
        with warnings.catch_warnings(), damage_named(""):
            warnings.simplefilter("ignore")
            image = _heic(data) if sniffed_suffix(data) == ".heic" else Image.open(io.BytesIO(data))
            image.load()
    except RefdecError:
        return "", None
    return "JPEG" if image.format == "MPO" else str(image.format), image


def _heic(data: bytes) -> Image:
    """Return a HEIC file as pillow-heif opens it, which is an image of Pillow.  Raises ValueError for deep ones."""
    from pillow_heif import as_plugin

    make: Callable[[io.BytesIO], Image] = as_plugin.HeifImageFile
    image = make(io.BytesIO(data))
    if image.info["bit_depth"] > SHALLOW:
        raise ValueError("it would be cut to 8 bits")
    return image


def _fates(before: Image, after: Image, said: str) -> Iterator[tuple[str, Fate]]:
    """Yield the fate of each feature."""
    for name, words in FEATURES.items():
        there, kept = COMPARED[name](before, after)
        if not there:
            yield name, Fate.NONE
        elif kept:
            yield name, Fate.KEPT
        else:
            yield name, Fate.SAID if any(word in said for word in words) else Fate.LOST


# -- what is there before, and whether it is there after


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
