"""A teacher: a network that others trained on pictures, asked about the originals; heads learn to answer like it.

In: a TFLite model (ai-edge-litert) or an ONNX model (onnxruntime) with one picture as input, and picture files.  Out:
its first output as a vector, kept beside the latents.  Extra `teacher`: `pip install 'refdec[teacher]'`.

The picture is brought to the model's size, whatever its shape.  Models with bytes as input are given R'G'B' 0..255,
those with floats (x - 127.5) / 127.5, as MobileNets want it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec_train.errors import TeacherMissing, TeacherUnusable
from refdec_train.heads.examples import Show, digest_of, read_rgb, write_array

__all__ = ["TeacherSpace", "onnx_session", "taught"]

Vector: TypeAlias = npt.NDArray[np.float32]
Ask: TypeAlias = Callable[[npt.NDArray[np.uint8]], Vector]
SIDES = 4
ROWS_LAST, ROWS_FIRST = (1, 2), (2, 3)


def _resized(rgb: npt.NDArray[np.uint8], rows: int, columns: int) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).resize((columns, rows), Image.Resampling.BILINEAR))


def _scaled(rgb: npt.NDArray[np.uint8], dtype: Any) -> npt.NDArray[Any]:
    return rgb if dtype == np.uint8 else ((rgb - 127.5) / 127.5).astype(np.float32)


def _tflite(path: Path) -> Ask:
    """Return a TFLite model as a function.  Raises TeacherMissing, TeacherUnusable."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise TeacherMissing("ai-edge-litert") from None
    try:
        model = Interpreter(str(path), num_threads=1)
        model.allocate_tensors()
    except (ValueError, RuntimeError) as problem:
        raise TeacherUnusable(path, str(problem)) from problem
    given, answer = model.get_input_details()[0], model.get_output_details()[0]
    if len(given["shape"]) != SIDES:
        raise TeacherUnusable(path, f"its input has the shape {list(given['shape'])}")
    rows, columns = (int(given["shape"][axis]) for axis in ROWS_LAST)

    def ask(rgb: npt.NDArray[np.uint8]) -> Vector:
        model.set_tensor(given["index"], _scaled(_resized(rgb, rows, columns), given["dtype"])[None])
        model.invoke()
        values = model.get_tensor(answer["index"]).ravel().astype(np.float32)
        scale, zero = answer["quantization"]
        return np.asarray((values - zero) * scale if scale else values, np.float32)

    return ask


def onnx_session(path: Path) -> Any:
    """Return an ONNX model, loaded for one thread.  Raises TeacherMissing, TeacherUnusable."""
    try:
        import onnxruntime
    except ImportError:
        raise TeacherMissing("onnxruntime") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # foreign code, whose classes of errors have no common base
        raise TeacherUnusable(path, str(problem)) from problem


def _onnx(path: Path) -> Ask:
    """Return an ONNX model as a function; its input is [1, 3, rows, columns].  Raises as `taught` does."""
    session = onnx_session(path)
    given, answer = session.get_inputs()[0], session.get_outputs()[0]
    if len(given.shape) != SIDES or not all(isinstance(given.shape[axis], int) for axis in ROWS_FIRST):
        raise TeacherUnusable(path, f"its input has the shape {given.shape}")
    rows, columns = (int(given.shape[axis]) for axis in ROWS_FIRST)
    dtype = np.uint8 if given.type == "tensor(uint8)" else np.float32

    def ask(rgb: npt.NDArray[np.uint8]) -> Vector:
        picture = _scaled(_resized(rgb, rows, columns), dtype).transpose(2, 0, 1)[None]
        (values,) = session.run([answer.name], {given.name: np.ascontiguousarray(picture)})
        return np.asarray(values, np.float32).ravel()

    return ask


def taught(
    teacher: Path, pictures: Sequence[Path], folder: Path, *, show: Show = lambda done, total: None
) -> dict[Path, Vector]:
    """Return what a teacher says to each picture; answers are kept in `folder` under the digests of both.

    Raises TeacherMissing, TeacherUnusable, PictureUnreadable.
    """
    ask: Ask | None = None
    model, found = digest_of(teacher), dict[Path, Vector]()
    for number, path in enumerate(pictures):
        digest = hashlib.sha256(f"teacher 1 {model} {digest_of(path)}".encode()).hexdigest()
        file = folder / digest[:2] / f"{digest[2:]}.npy"
        if not file.is_file():
            if ask is None:
                ask = _onnx(teacher) if teacher.suffix == ".onnx" else _tflite(teacher)
            write_array(file, ask(read_rgb(path)))
        found[path] = np.asarray(np.load(file, allow_pickle=False), np.float32)
        show(number + 1, len(pictures))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class TeacherSpace:
    """The directions in which a teacher's vectors differ most: `centre` [n], `axes` [n, entries]."""

    centre: Vector
    axes: Vector

    @classmethod
    def of(cls, vectors: Sequence[Vector], entries: int) -> TeacherSpace:
        """Return the principal axes of some vectors, at most `entries`."""
        rows = np.stack(vectors).astype(np.float64)
        centre = rows.mean(axis=0)
        _, _, axes = np.linalg.svd(rows - centre, full_matrices=False)
        return cls(centre.astype(np.float32), np.ascontiguousarray(axes[:entries].T, np.float32))

    def directions(self, vectors: Sequence[Vector]) -> Vector:
        """Return vectors in these axes, of length one: [n, entries]."""
        rows = (np.stack(vectors) - self.centre) @ self.axes
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
