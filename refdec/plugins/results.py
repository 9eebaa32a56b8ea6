"""Typed results of tasks, each with a text, a JSON and a picture rendering.

In: plain values from a task, checked when the result is made.  Out: `text()` for a terminal, `json()` for programs
(plain dictionaries with the key "kind"), `picture()` for eyes: RGB uint8 [rows, columns, 3].
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr
from refdec.picture.output import code_type
from refdec.plugins import drawing
from refdec.plugins.drawing import RgbArray
from refdec.plugins.places import Boxes, Mask
from refdec.plugins.result import Scalar, TaskResult, frozen, plain, require, shown

__all__ = [
    "Embedding",
    "Label",
    "Labels",
    "PictureResult",
    "Report",
    "Scalars",
]


@dataclass(frozen=True, slots=True)
class Label:
    """A name and how well it fits; larger is better."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Labels(TaskResult):
    """Names with scores, best first: classes, or matches of a search."""

    kind: ClassVar[str] = "labels"
    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        checked = tuple(Label(str(e.name), float(plain(self.kind, "a score", e.score))) for e in self.labels)
        object.__setattr__(self, "labels", tuple(sorted(checked, key=lambda label: (-label.score, label.name))))

    def text(self) -> str:
        """Return a line per label: score, name."""
        return "\n".join(f"{label.score:.4f}  {label.name}" for label in self.labels) or "(nothing)"

    def json(self) -> dict[str, Any]:
        """Return {"labels": [{"name", "score"} ...]}."""
        return {"kind": self.kind, "labels": [{"name": e.name, "score": e.score} for e in self.labels]}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return a bar per label, below the picture if there is one."""
        bars = drawing.bars([(label.name, label.score) for label in self.labels])
        return bars if over is None else drawing.stacked([over, bars])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Embedding(TaskResult, ShortRepr):
    """A vector that stands for the picture; `metric` says how two are compared ("cosine", "euclidean", "hamming")."""

    kind: ClassVar[str] = "embedding"
    vector: npt.NDArray[Any]
    metric: str = "cosine"

    def __post_init__(self) -> None:
        vector = self.vector
        good = isinstance(vector, np.ndarray) and vector.ndim == 1 and vector.size > 0 and vector.dtype.kind in "biuf"
        require(good, self.kind, "it is no vector of numbers")
        require(bool(np.isfinite(vector).all()), self.kind, "an entry is no finite number")
        object.__setattr__(self, "vector", frozen(vector))

    def text(self) -> str:
        """Return length, metric and the entries."""
        entries = " ".join(shown(value) for value in self.vector.tolist())
        return f"{self.vector.size} entries, compared by {self.metric}\n{entries}"

    def json(self) -> dict[str, Any]:
        """Return {"metric", "vector": [...]}."""
        return {"kind": self.kind, "metric": self.metric, "vector": self.vector.tolist()}

    @property
    def lies_over(self) -> bool:
        """Whether `picture` shows what it is laid over: never."""
        return False

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return a stripe per entry, brighter for larger ones."""
        shifted = self.vector.astype(np.float64)
        return drawing.enlarged(drawing.heat_colours((shifted - shifted.min())[None, :]), 8).repeat(4, axis=0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PictureResult(TaskResult, ShortRepr):
    """A picture: codes uint8, or uint16 with `bit_depth`, gray [rows, columns] or RGB [rows, columns, 3]."""

    kind: ClassVar[str] = "picture"
    array: npt.NDArray[Any]
    bit_depth: int = 8

    def __post_init__(self) -> None:
        array, dtype = self.array, code_type(self.bit_depth)
        good = isinstance(array, np.ndarray) and array.dtype == dtype and array.size > 0 and 1 <= self.bit_depth <= 16
        require(good, self.kind, f"it is no array of {dtype} codes")
        require(array.ndim == 2 or array.shape[2:] == (3,), self.kind, f"it has the shape {array.shape}")
        require(int(array.max()) >> self.bit_depth == 0, self.kind, f"a code has more than {self.bit_depth} bits")
        object.__setattr__(self, "array", frozen(array))

    def text(self) -> str:
        """Return size and depth."""
        colour = "gray" if self.array.ndim == 2 else "RGB"
        return f"{colour} picture, {self.array.shape[1]} x {self.array.shape[0]}, {self.bit_depth} bits"

    def json(self) -> dict[str, Any]:
        """Return {"shape", "bit_depth", "sha256" of the codes}; the samples are in `picture()`."""
        digest = hashlib.sha256(self.array.tobytes()).hexdigest()
        return {"kind": self.kind, "shape": list(self.array.shape), "bit_depth": self.bit_depth, "sha256": digest}

    @property
    def lies_over(self) -> bool:
        """Whether `picture` shows what it is laid over: never."""
        return False

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the picture itself with 8 bits: of more the highest, fewer spread over 0..255."""
        from refdec.formats.transparency import at_depth

        if self.bit_depth < 8:
            codes = at_depth(self.array, self.bit_depth, 8)
        else:
            codes = (self.array >> (self.bit_depth - 8)).astype(np.uint8)
        return np.repeat(codes[..., None], 3, axis=2) if codes.ndim == 2 else codes


@dataclass(frozen=True, slots=True, eq=False)
class Scalars(TaskResult):
    """Named numbers, texts or flags, in the order given; `units` for some of them."""

    kind: ClassVar[str] = "scalars"
    values: Mapping[str, Scalar]
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked = {str(name): plain(self.kind, str(name), value) for name, value in self.values.items()}
        require(set(self.units) <= set(checked), self.kind, "a unit has no value")
        object.__setattr__(self, "values", MappingProxyType(checked))
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))

    def _lines(self) -> list[str]:
        width = max((len(name) for name in self.values), default=0)
        rows = [(name, shown(value), self.units.get(name, "")) for name, value in self.values.items()]
        return [f"{name:<{width}}  {value} {unit}".rstrip() for name, value, unit in rows]

    def text(self) -> str:
        """Return a line per value: name, value, unit."""
        return "\n".join(self._lines()) or "(nothing)"

    def json(self) -> dict[str, Any]:
        """Return {"values": {...}, "units": {...}}."""
        return {"kind": self.kind, "values": dict(self.values), "units": dict(self.units)}

    @property
    def lies_over(self) -> bool:
        """Whether `picture` shows what it is laid over: never."""
        return False

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the lines of `text` as a picture."""
        return drawing.text_lines(self._lines())


@dataclass(frozen=True, slots=True, eq=False)
class Report(TaskResult):
    """Several results under titles, for a task that has more than one thing to say."""

    kind: ClassVar[str] = "report"
    parts: tuple[tuple[str, TaskResult], ...]

    def __post_init__(self) -> None:
        require(len(self.parts) > 0, self.kind, "it has no parts")
        titles = [title for title, _ in self.parts]
        require(len(set(titles)) == len(titles), self.kind, "two parts have one title")
        require(all(isinstance(part, TaskResult) for _, part in self.parts), self.kind, "a part is no result")

    def text(self) -> str:
        """Return the parts below their titles."""
        return "\n\n".join(f"{title}\n{part.text()}" for title, part in self.parts)

    def json(self) -> dict[str, Any]:
        """Return {"parts": {title: result ...}}."""
        return {"kind": self.kind, "parts": {title: part.json() for title, part in self.parts}}

    @property
    def lies_over(self) -> bool:
        """Whether `picture` shows what it is laid over: whether one of its parts does."""
        return any(part.lies_over for part in self._drawn())

    def _drawn(self) -> Sequence[TaskResult]:
        """Return the parts that `picture` shows."""
        seen = [part for _, part in self.parts if isinstance(part, Mask | Boxes | PictureResult)]
        return seen or [part for _, part in self.parts]

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the pictures of the maps, boxes and pictures among the parts; of all parts if there are none."""
        pictures = [part.picture(over) for part in self._drawn()]
        return pictures[0] if len(pictures) == 1 else drawing.stacked(pictures)

    def legend(self) -> RgbArray | None:
        """Return the legends of the parts that have one, each under its title if there are several."""
        found = [(title, legend) for title, part in self.parts if (legend := part.legend()) is not None]
        if len(found) < 2:
            return found[0][1] if found else None
        return drawing.stacked([piece for title, legend in found for piece in (drawing.text_lines([title]), legend)])
