"""Networks that others trained, on pixels: what tasks on latents are measured beside.

In: a TFLite model of a folder, and a picture.  Out: a vector.  Needs ai-edge-litert.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.errors import TeacherUnusable

__all__ = ["EMBEDDING", "EMBEDDING_PRODUCTS", "Embed", "Vector", "embedding", "unit"]

EMBEDDING = "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
EMBEDDING_PRODUCTS = 569_000_000
"""Products of MobileNet v1 for a picture of 224 x 224, as its authors count them."""
Vector: TypeAlias = npt.NDArray[np.float64]
Embed: TypeAlias = Callable[[UInt8Array], Vector]


def unit(vector: npt.NDArray[np.floating]) -> Vector:
    """Return vectors (the last axis) of length one; zeros stay zeros."""
    return np.asarray(vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12), np.float64)


def embedding(folder: Path) -> Embed:
    """Return MobileNet v1 as a function from a picture to a vector of length one.  Raises TeacherUnusable."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise TeacherUnusable(EMBEDDING, "ai-edge-litert is not installed") from None
    try:
        model = Interpreter(str(folder / EMBEDDING), num_threads=1)
        model.allocate_tensors()
    except (ValueError, RuntimeError) as problem:
        raise TeacherUnusable(str(folder / EMBEDDING), str(problem)) from problem
    given, answer = model.get_input_details()[0], model.get_output_details()[0]
    _, rows, columns, _ = (int(side) for side in given["shape"])

    def ask(rgb: UInt8Array) -> Vector:
        small = Image.fromarray(rgb).resize((columns, rows), Image.Resampling.BILINEAR)
        model.set_tensor(given["index"], np.asarray(small)[None])
        model.invoke()
        values = model.get_tensor(answer["index"]).ravel().astype(np.float64)
        return unit(values - answer["quantization"][1])

    return ask
