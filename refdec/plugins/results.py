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
from refdec.plugins import drawing
from refdec.plugins.drawing import RgbArray
from refdec.plugins.result import Scalar, TaskResult, frozen, plain, require, shown

__all__ = [
    "Box",
    "Boxes",
    "Embedding",
    "Label",
    "Labels",
    "Mask",
    "PictureResult",
    "Report",
    "Scalars",
    "TaskResult",
]

SHADES = " .:-=+*#%@"
TEXT_COLUMNS = 64


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


def _class_colours(count: int) -> list[tuple[int, int, int]]:
    """Return the colours of the classes 0 to count - 1."""
    return [(red, green, blue) for red, green, blue in drawing.class_colours(np.arange(count)).tolist()]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in luma samples of the shown picture: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int
    label: str = ""
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Boxes(TaskResult):
    """Rectangles in a picture of `size` (rows, columns) luma samples."""

    kind: ClassVar[str] = "boxes"
    boxes: tuple[Box, ...]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        require(min(self.size) > 0, self.kind, f"the picture has the size {self.size}")
        checked = []
        for box in self.boxes:
            x, y, width, height = (int(n) for n in (box.x, box.y, box.width, box.height))
            require(min(width, height) > 0, self.kind, f"a box is {width} wide and {height} high")
            checked.append(Box(x, y, width, height, str(box.label), float(plain(self.kind, "a score", box.score))))
        object.__setattr__(self, "boxes", tuple(checked))

    def text(self) -> str:
        """Return a line per box: left, top, width, height, score, label."""
        rows = [f"{b.x},{b.y} {b.width}x{b.height}  {b.score:.4f}  {b.label}".rstrip() for b in self.boxes]
        return "\n".join(rows) or "(no boxes)"

    def json(self) -> dict[str, Any]:
        """Return {"size": [rows, columns], "boxes": [{"x", "y", "width", "height", "label", "score"} ...]}."""
        names = ("x", "y", "width", "height", "label", "score")
        rows = [{name: getattr(box, name) for name in names} for box in self.boxes]
        return {"kind": self.kind, "size": list(self.size), "boxes": rows}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return frames over the picture, or on black."""
        canvas = np.zeros((*self.size, 3), np.uint8) if over is None else over.copy()
        colours = dict(self._colours())
        for box in self.boxes:
            drawing.framed(canvas, box.x, box.y, box.width, box.height, colours[box.label])
        return canvas

    def legend(self) -> RgbArray | None:
        """Return the colour of each label."""
        return drawing.colour_names(self._colours()) if self.boxes else None

    def _colours(self) -> list[tuple[str, tuple[int, int, int]]]:
        labels = sorted({box.label for box in self.boxes})
        return list(zip(labels, _class_colours(len(labels) + 1)[1:], strict=True))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mask(TaskResult, ShortRepr):
    """A map over the picture: a value per square of `cell` x `cell` luma samples (16: per latent position).

    `values` [rows, columns]: amounts >= 0 in `unit`, or with `names` class numbers, of which 0 is the background.
    """

    kind: ClassVar[str] = "mask"
    values: npt.NDArray[Any]
    cell: int = 16
    unit: str = ""
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = self.values
        good = isinstance(values, np.ndarray) and values.ndim == 2 and values.size > 0 and values.dtype.kind in "biuf"
        require(good, self.kind, "its values are no array of numbers [rows, columns]")
        require(bool(np.isfinite(values).all()) and values.min() >= 0, self.kind, "a value is below 0 or no number")
        require(self.cell >= 1, self.kind, f"its cell is {self.cell}")
        if self.names:
            whole = values.dtype.kind in "biu" and int(values.max()) < len(self.names)
            require(whole, self.kind, f"a class number is not 0..{len(self.names) - 1}")
        object.__setattr__(self, "values", frozen(values))

    def text(self) -> str:
        """Return shares of classes, or range and mean and the map in characters."""
        if self.names:
            count = np.bincount(self.values.ravel().astype(np.int64), minlength=len(self.names))
            shares = [f"{100 * n / self.values.size:6.2f} %  {name}" for n, name in zip(count, self.names, strict=True)]
            return "\n".join(shares)
        low, mean, high = float(self.values.min()), float(self.values.mean()), float(self.values.max())
        head = f"min {low:.6g}, mean {mean:.6g}, max {high:.6g} {self.unit}".rstrip()
        return "\n".join([head, *self._characters(high)])

    def _characters(self, high: float) -> list[str]:
        step = -(-self.values.shape[1] // TEXT_COLUMNS)
        small = self.values[:: 2 * step, ::step].astype(np.float64)
        shade = np.minimum(small / high * len(SHADES), len(SHADES) - 1).astype(int) if high > 0 else small.astype(int)
        return ["".join(SHADES[k] for k in row) for row in shade]

    def json(self) -> dict[str, Any]:
        """Return {"cell", "unit", "names", "values": rows of numbers}."""
        facts = {"cell": self.cell, "unit": self.unit, "names": list(self.names)}
        return {"kind": self.kind, **facts, "values": self.values.tolist()}

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the map in colours at the picture's scale, half transparent over a picture."""
        colours = drawing.class_colours(self.values) if self.names else drawing.heat_colours(self.values)
        return drawing.blended(drawing.enlarged(colours, self.cell), over)

    def legend(self) -> RgbArray | None:
        """Return the colours of the classes that occur, or the scale from 0 to the largest value."""
        if not self.names:
            unit = f"{self.unit} in a square of {self.cell} x {self.cell} samples".lstrip()
            return drawing.colour_bar(float(self.values.max()), unit)
        colours = _class_colours(len(self.names))
        return drawing.colour_names([(self.names[k], colours[k]) for k in np.unique(self.values).astype(int).tolist()])


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
        array, dtype = self.array, np.uint8 if self.bit_depth <= 8 else np.uint16
        good = isinstance(array, np.ndarray) and array.dtype == dtype and array.size > 0 and 1 <= self.bit_depth <= 16
        require(good, self.kind, f"it is no array of {np.dtype(dtype)} codes")
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

    def picture(self, over: RgbArray | None = None) -> RgbArray:
        """Return the pictures of the maps, boxes and pictures among the parts; of all parts if there are none."""
        seen = [part for _, part in self.parts if isinstance(part, Mask | Boxes | PictureResult)]
        chosen: Sequence[TaskResult] = seen or [part for _, part in self.parts]
        pictures = [part.picture(over) for part in chosen]
        return pictures[0] if len(pictures) == 1 else drawing.stacked(pictures)

    def legend(self) -> RgbArray | None:
        """Return the legends of the parts that have one, each under its title if there are several."""
        found = [(title, legend) for title, part in self.parts if (legend := part.legend()) is not None]
        if len(found) < 2:
            return found[0][1] if found else None
        return drawing.stacked([piece for title, legend in found for piece in (drawing.text_lines([title]), legend)])
