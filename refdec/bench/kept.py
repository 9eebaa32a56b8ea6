"""What is kept of picture files that go through a HEIF file without loss and back; the work of `refdec bench kept`.

In: picture files of any kind that is read.  Out: a row a file: of its samples, transparency, colour profile, Exif data,
XMP, resolution, texts and frames what came back, what was left behind with a word, and what was lost without one.

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
from refdec.bench.kept_features import COMPARED, same_frame
from refdec.errors import RefdecError
from refdec.formats.description import LEFT_BY_FILE
from refdec.formats.foreign_readers import damage_named
from refdec.observation import Progress, no_progress
from refdec.parallel.places import is_folder

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
    "frames": ("frame", "further pictures", "pages"),
}
"""What is looked at, and words of which one stands in the warning that tells of its loss."""
ANIMATIONS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Kinds of files whose pictures follow each other in time, and become a clip."""
MILLISECONDS = 1000
BACK: Mapping[str, str] = {"TIFF": "tif"}
"""Kinds of files that come back as such a file; others come back as PNG, which holds all that is looked at."""
FOREIGN = frozenset({"PIL", "tifffile"})
"""Packages whose warnings are not refdec's."""
SHALLOW = 8


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
    def words(self) -> str:
        """Why it was refused, or what was said of it, in short."""
        return self.refused or "; ".join(self.said).replace(LEFT_BY_FILE, "left: ")

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
        found += [path / below for below in walk(path, READ_SUFFIXES)] if is_folder(path) else [path]
    if not found:
        raise NoPictures(tuple(map(str, paths)))
    return found


def measure_kept(
    files: Sequence[Path],
    *,
    weights: WeightPack | Source | None = None,
    progress: Progress = no_progress,
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

    data = path.read_bytes()
    kind, before = _looked_at(data)
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
            frames = _frames_come_back(data, weights)
        except RefdecError as reason:
            return KeptRow(path.name, kind, {}, refused=str(reason).splitlines()[0])
    own = [each for each in heard if not FOREIGN & {*Path(each.filename).parts}]
    said = tuple(dict.fromkeys(str(each.message) for each in own))
    source = read_picture(path, keep_alpha=True) if before is None or picture.floats is not None else None
    if source is not None:  # raw samples and floats, which Pillow does not read, or not all of
        found, back = (source.floats, picture.floats), (source.components, picture.planes)
        pairs = back if found[0] is None or found[1] is None else (found[0].planes, found[1].planes)
        equal = len(pairs[0]) == len(pairs[1]) and all(map(np.array_equal, *pairs))
        fates = {"samples": Fate.KEPT if equal else Fate.LOST}
        if source.alpha is not None:
            same = picture.alpha is not None and np.array_equal(source.alpha.samples, picture.alpha.samples)
            fates["transparency"] = Fate.KEPT if same else Fate.LOST
        return KeptRow(path.name, kind, fates, said=said)
    _, after = _looked_at(target.getvalue())
    assert before is not None and after is not None, "Pillow reads what is written here"
    fates = dict(_fates(before, after, " ".join(said)))
    return KeptRow(path.name, kind, fates | {"frames": frames}, said=said)


def _frames_come_back(data: bytes, weights: WeightPack | Source | None) -> Fate:
    """Return whether the frames of an animation come back from a clip, each with its duration and its samples."""
    from refdec.api.clip_encode import encode_clip
    from refdec.api.clips import open_clip
    from refdec.api.encode_options import EncodeOptions

    _, before = _looked_at(data)  # which frame it stands at is its own
    count = 1 if before is None else getattr(before, "n_frames", 1)
    if before is None or count == 1 or before.format not in ANIMATIONS:
        return Fate.NONE
    target = io.BytesIO()
    encode_clip(data, target, options=EncodeOptions(lossless=True), weights=weights)
    clip = open_clip(target.getvalue(), weights=weights)
    if len(clip) != count:
        return Fate.LOST
    for index, frame in enumerate(clip):
        before.seek(index)
        before.load()
        stated = before.info.get("duration")
        if stated and frame.duration * MILLISECONDS != stated:
            return Fate.LOST
        if not same_frame(before, frame.picture.to_pil()):
            return Fate.LOST
    return Fate.KEPT


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
    for name, compare in COMPARED.items():
        words = FEATURES[name]
        there, kept = compare(before, after)
        if not there:
            yield name, Fate.NONE
        elif kept:
            yield name, Fate.KEPT
        else:
            yield name, Fate.SAID if any(word in said for word in words) else Fate.LOST
