"""A teacher of faces: YuNet, asked about pictures that nobody has drawn boxes on.

In: its ONNX model (onnxruntime), picture files.  Out: boxes in samples of the file, kept beside the latents.

The model is fully convolutional: B, G, R 0..255 [1, 3, rows, columns], both sides multiples of 32.  For strides 8, 16
and 32 it says `cls`, `obj` [1, n, 1] and `bbox` [1, n, 4]: a middle from the corner of a position, and logarithms of
sides, in strides.  A score is the root of the product of the first two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec_train.errors import TeacherUnusable
from refdec_train.heads.boxes import TrueBox, Truth
from refdec_train.heads.examples import Show, digest_of, read_rgb, write_array
from refdec_train.heads.precision import overlaps
from refdec_train.heads.teacher import onnx_session

__all__ = ["FaceTeacher", "taught_faces"]

Found: TypeAlias = npt.NDArray[np.float64]
STRIDES = (8, 16, 32)
SIDE = 32
OVERLAP = 0.45
LEAST = 0.05
MOST = 500
SURE, DOUBTFUL = 0.7, 0.25
"""Scores: from the first on a face of the teacher is one; below the second it is none."""


class FaceTeacher:
    """The model, loaded once.  Raises TeacherMissing, TeacherUnusable."""

    def __init__(self, path: Path) -> None:
        self._session = onnx_session(path)
        self._names = [output.name for output in self._session.get_outputs()]
        wanted = {f"{name}_{stride}" for name in ("cls", "obj", "bbox") for stride in STRIDES}
        if not wanted <= set(self._names):
            raise TeacherUnusable(path, f"it has no output {min(wanted - set(self._names))}")

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> Found:
        """Return the faces in a picture, best first: [n, 5], edges in samples and a score of LEAST or more."""
        rows, columns = rgb.shape[:2]
        whole = np.pad(rgb, ((0, -rows % SIDE), (0, -columns % SIDE), (0, 0)))[..., ::-1]
        given = np.ascontiguousarray(whole.astype(np.float32).transpose(2, 0, 1)[None])
        said = dict(zip(self._names, self._session.run(None, {self._session.get_inputs()[0].name: given}), strict=True))
        rows_found = [_at_stride(said, stride, given.shape[3] // stride) for stride in STRIDES]
        found = np.concatenate(rows_found)
        return _apart(found[np.argsort(-found[:, 4], kind="stable")][:MOST])


def _at_stride(said: Mapping[str, npt.NDArray[Any]], stride: int, columns: int) -> Found:
    """Return what is said at one stride, [n, 5]."""
    sure, there = (np.clip(said[f"{name}_{stride}"].reshape(-1).astype(np.float64), 0, 1) for name in ("cls", "obj"))
    box, score = said[f"bbox_{stride}"].reshape(-1, 4).astype(np.float64), np.sqrt(sure * there)
    place = np.arange(len(score))
    middle = (np.stack([place % columns, place // columns], axis=1) + box[:, :2]) * stride
    half = np.exp(box[:, 2:]) * stride / 2
    return np.column_stack([middle - half, middle + half, score])[score >= LEAST]


def _apart(found: Found) -> Found:
    """Return those that no better one covers."""
    kept: list[int] = []
    for number, row in enumerate(found):
        if not kept or float(overlaps(row[:4], found[kept, :4]).max()) < OVERLAP:
            kept.append(number)
    return found[kept]


def taught_faces(
    teacher: Path, pictures: Sequence[Path], folder: Path, *, show: Show = lambda done, total: None
) -> dict[Path, Truth]:
    """Return the faces that a teacher finds in each picture; what it says is kept in `folder`.

    Pictures in which it is not sure of one are left out: a head shall learn neither that it is a face nor that it is
    none.  Raises TeacherMissing, TeacherUnusable, PictureUnreadable.
    """
    ask: Callable[[npt.NDArray[np.uint8]], Found] | None = None
    model, found = digest_of(teacher), dict[Path, Truth]()
    for number, path in enumerate(pictures):
        digest = hashlib.sha256(f"faces 1 {model} {digest_of(path)}".encode()).hexdigest()
        file = folder / digest[:2] / f"{digest[2:]}.npy"
        if not file.is_file():
            ask = ask or FaceTeacher(teacher)
            write_array(file, ask(read_rgb(path)))
        rows = np.load(file, allow_pickle=False)
        scores = rows[:, 4]
        if not ((scores >= DOUBTFUL) & (scores < SURE)).any():
            found[path] = tuple(TrueBox(0, *map(float, row[:4])) for row in rows if row[4] >= SURE)
        show(number + 1, len(pictures))
    return found
