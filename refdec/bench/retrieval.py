"""Near-duplicate recall of the task `retrieval`: pictures re-encoded, cropped and mirrored, among hard distractors.

In: pictures.  Out: recall by what was done to them; the work of `refdec bench retrieval`.

The database holds every picture at displacement 0 and, as distractors, its four quarters: parts of the very pictures
that are looked for, which a descriptor without places confuses with the whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.pictures import read_rgb
from refdec.encoding.ratecontrol import chroma_displacement
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.plugins.registry import Guest, Plugins
    from refdec.plugins.results import Label
    from refdec.plugins.task_base import Task

__all__ = ["VARIANTS", "Recall", "Variant", "measure_recall", "quarters"]

TASK, ENCODER, MODEL = "retrieval", "analysis", 1
CROP_PERCENT = 10
TOP = 5


@dataclass(frozen=True, slots=True)
class Variant:
    """What is done to a picture before it is looked for.

    `place`: where a crop to 90 % of rows and columns lies, 0..1 (rows, columns); None: no crop.
    """

    name: str
    displacement: int = 0
    place: tuple[float, float] | None = None
    mirrored: bool = False

    def of(self, rgb: UInt8Array) -> UInt8Array:
        """Return the picture to be encoded."""
        if self.place is not None:
            rows, columns = ((100 - CROP_PERCENT) * size // 100 for size in rgb.shape[:2])
            top = int(self.place[0] * (rgb.shape[0] - rows))
            left = int(self.place[1] * (rgb.shape[1] - columns))
            rgb = rgb[top : top + rows, left : left + columns]
        return np.ascontiguousarray(rgb[:, ::-1] if self.mirrored else rgb)


VARIANTS = (
    *(Variant(f"re-encoded at {d:+}", d) for d in (-800, -550, -300, 300, 600)),
    Variant("cropped by 10 %, top left", place=(0.0, 0.0)),
    Variant("cropped by 10 %, bottom right", place=(1.0, 1.0)),
    Variant("cropped by 10 %, middle", place=(0.5, 0.5)),
    Variant("mirrored", mirrored=True),
    Variant("cropped, mirrored, at -550", -550, (0.3, 0.8), True),
    Variant("cropped, mirrored, at +600", 600, (0.7, 0.1), True),
)


@dataclass(frozen=True, slots=True)
class Recall:
    """How often the right picture came first, and among the first five; means of its score and of the best other's."""

    variant: str
    queries: int
    recall_at_1: float
    recall_at_5: float
    right_score: float
    wrong_score: float

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def quarters(rgb: UInt8Array) -> Iterator[UInt8Array]:
    """Yield the four quarters of a picture."""
    rows, columns = rgb.shape[0] // 2, rgb.shape[1] // 2
    for top in (0, rows):
        for left in (0, columns):
            yield np.ascontiguousarray(rgb[top : top + rows, left : left + columns])


class _Run:
    """One measurement, in a folder of its own."""

    def __init__(self, plugins: Plugins, weights: Path | None, folder: Path, show: Progress) -> None:
        from refdec.api.weights import load_weights
        from refdec.plugins.core import Core

        self.core = Core(load_weights(weights))
        self.encoder = plugins.encoder(ENCODER)
        self.task: Guest[Task] = plugins.task(TASK)
        self.database = folder / "index.db"
        self.show = show

    def bundle(self, rgb: UInt8Array, displacement: int) -> Any:
        """Encode a picture; return its latents as the task will see them."""
        from refdec.plugins.api import EncodeRequest, OperatingPoint, SourcePicture
        from refdec.plugins.calls import encode_with, options_for

        point = OperatingPoint(MODEL, displacement, chroma_displacement(displacement))
        request = EncodeRequest(point, options=options_for(self.encoder, {}))
        data = encode_with(self.encoder, SourcePicture.from_rgb(rgb), request, self.core, check=False)
        return self.core.read(data, self.task.item.stage)

    def act(self, name: str, argument: str, bundles: Any, **options: object) -> Any:
        """Run an action of the task on bundles and the database."""
        from refdec.plugins.calls import action_of, options_for, run_action
        from refdec.plugins.task_base import ActionInput

        action = action_of(self.task, name)
        values = options_for(self.task, options, action)
        given = ActionInput(values, self.core, {argument: bundles}, {}, {"DB": self.database})
        return run_action(self.task, action, given)

    def stored(self, pictures: Sequence[Path], steps: int) -> Iterator[Any]:
        """Yield what the database is filled with."""
        from refdec.plugins.task_base import NamedBundle

        for number, path in enumerate(pictures):
            rgb = read_rgb(path)
            yield NamedBundle(path.stem, self.bundle(rgb, 0))
            for place, part in enumerate(quarters(rgb)):
                yield NamedBundle(f"{path.stem} quarter {place}", self.bundle(part, 0))
            self.show((number + 1) / steps)

    def looked_for(self, rgb: UInt8Array, name: str, variant: Variant) -> tuple[Label, ...]:
        """Return what the database says to a variant of a picture."""
        from refdec.plugins.task_base import NamedBundle

        query = [NamedBundle(name, self.bundle(variant.of(rgb), variant.displacement))]
        found: tuple[Label, ...] = self.act("query", "IN", query, top=10000).labels
        return found


def measure_recall(
    pictures: Sequence[Path],
    plugins: Plugins,
    *,
    weights: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[list[Recall], int]:
    """Return the recall of every variant over the pictures, and how many pictures the database had."""
    steps = len(pictures) * 2
    answers: dict[str, list[tuple[int, float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(plugins, weights, Path(folder), progress)
        size = run.act("index", "DIR", run.stored(pictures, steps)).values["pictures"]
        for number, path in enumerate(pictures):
            rgb = read_rgb(path)
            for variant in VARIANTS:
                labels = run.looked_for(rgb, path.stem, variant)
                answers.setdefault(variant.name, []).append(_place(labels, path.stem))
            progress((len(pictures) + number + 1) / steps)
    return [_recall(name, places) for name, places in answers.items()], int(size)


def _place(labels: Sequence[Label], name: str) -> tuple[int, float, float]:
    """Return the place of the right picture from 0, its score, and the best score of the others."""
    place = next(k for k, label in enumerate(labels) if label.name == name)
    others = [label.score for label in labels if label.name != name]
    return place, labels[place].score, max(others, default=-1.0)


def _recall(name: str, places: Sequence[tuple[int, float, float]]) -> Recall:
    return Recall(
        name,
        len(places),
        fmean(place == 0 for place, _, _ in places),
        fmean(place < TOP for place, _, _ in places),
        fmean(right for _, right, _ in places),
        fmean(wrong for _, _, wrong in places),
    )
