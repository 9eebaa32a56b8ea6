"""The quality scale 1..100: which model and displacement a quality stands for (6.7 leaves the choice to the encoder).

In: the models of a pack, and what points of each cost on one picture.  Out: a `QualityScale`; and the search on it for
the largest quality whose codestream is no longer than so many bytes.

Within a model, rate and PSNR grow with the displacement; where a pack has several, the scale goes over to the next
where that one gives a better picture for the same bytes.  Integers throughout: one pack has one scale on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refdec.encoding.ratecontrol import chroma_displacement
from refdec.weights.ranges import ModelRange

__all__ = ["QUALITIES", "CurvePoint", "QualityScale", "largest_fitting", "scale_of"]

QUALITIES = range(1, 101)
GAP_BYTES = (9, 10)
"""Where the scale goes over to another model, the last point before has at most this share of the bytes..."""
GAP_ERROR = (16, 15)
"""... and at least this multiple of its squared error, so that pictures unlike the measured one keep the order."""
STEPS_PER_DOUBLING = 26
"""Qualities that double the bytes, roughly: with it the search takes long steps first."""
GUESSES = 4
"""So many tries of the search guess by the sizes seen; the others halve what is left."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What one displacement of a model made of a picture: bytes of the codestream, summed squared error of luma."""

    displacement: int
    size_bytes: int
    error: int


@dataclass(frozen=True, slots=True)
class QualityScale:
    """Qualities 1..100, evenly on stretches of displacements of luma, worst first; each stretch is one model's."""

    stretches: tuple[ModelRange, ...]

    def point(self, quality: int) -> tuple[int, int, int]:
        """Return model_id, displacement of luma and displacement of chroma of a quality 1..100."""
        steps = [stretch.high - stretch.low for stretch in self.stretches]
        place, index = (quality - QUALITIES[0]) * sum(steps) // (len(QUALITIES) - 1), 0
        while place > steps[index]:
            place, index = place - steps[index], index + 1
        displacement = self.stretches[index].low + place
        return self.stretches[index].model_id, displacement, chroma_displacement(displacement)


def scale_of(models: Sequence[ModelRange], curve_of: Callable[[ModelRange], Sequence[CurvePoint]]) -> QualityScale:
    """Return the scale of one model or more.

    `curve_of` is asked only where there are several; a curve goes from the lowest displacement to the highest.
    """
    ordered = sorted(models, key=lambda model: model.model_id)
    if len(ordered) == 1:
        return QualityScale(tuple(ordered))
    curves = {model.model_id: curve_of(model) for model in ordered}
    stretches = [ordered[0]]
    for model in ordered[1:]:
        while True:
            last = stretches[-1]
            found = _hand_over(_of(last, curves[last.model_id]), curves[model.model_id])
            if found is None:  # never better: the scale does without it
                break
            end, begin = found
            if end is not None:
                stretches[-1] = ModelRange(last.model_id, last.low, end)
            else:  # better everywhere: the scale does without the one before
                stretches.pop()
            if end is not None or not stretches:
                stretches.append(ModelRange(model.model_id, begin, model.high))
                break
    return QualityScale(tuple(stretches))


def _of(stretch: ModelRange, curve: Sequence[CurvePoint]) -> list[CurvePoint]:
    """Return the points of a curve that a stretch still has."""
    return [point for point in curve if stretch.low <= point.displacement <= stretch.high]


def _hand_over(before: Sequence[CurvePoint], after: Sequence[CurvePoint]) -> tuple[int | None, int] | None:
    """Return where the scale leaves one model (None: it never enters it) and enters the next; None: it never does."""
    for point in after:
        if point.size_bytes < before[0].size_bytes:
            continue
        same_bytes = next((other for other in before if other.size_bytes >= point.size_bytes), before[-1])
        if point.error >= same_bytes.error:
            continue
        left = [other for other in before if _well_below(other, point)]
        return (left[-1].displacement if len(left) > 1 else None), point.displacement
    return None


def _well_below(point: CurvePoint, other: CurvePoint) -> bool:
    """Tell whether a point has clearly fewer bytes and clearly more error than another."""
    fewer = point.size_bytes * GAP_BYTES[1] <= other.size_bytes * GAP_BYTES[0]
    return fewer and point.error * GAP_ERROR[1] >= other.error * GAP_ERROR[0]


def largest_fitting(code: Callable[[int], bytes], most_bytes: int) -> tuple[bytes | None, int]:
    """Return the codestream of the largest quality that has at most `most_bytes`, and the size of the smallest tried.

    `code(quality)` makes a codestream; it is asked for about five, ten at most.  None: not even the lowest fits.
    """
    best: bytes | None = None
    sizes: dict[int, int] = {}
    fits, too_large, quality = QUALITIES[0] - 1, QUALITIES[-1] + 1, len(QUALITIES) // 2
    while too_large - fits > 1:
        data = code(quality)
        sizes[quality] = len(data)
        if len(data) <= most_bytes:
            best, fits = data, quality
        else:
            too_large = quality
        if len(sizes) >= GUESSES:
            guess = (fits + too_large) // 2
        elif fits in sizes and too_large in sizes:
            low, high = sizes[fits], sizes[too_large]
            guess = fits + (too_large - fits) * (most_bytes - low) // (high - low)
        else:
            guess = quality + _steps(most_bytes, len(data))
        quality = min(max(guess, fits + 1), too_large - 1)
    return best, min(sizes.values())


def _steps(wanted_bytes: int, found_bytes: int) -> int:
    """Return about how many qualities lie between two sizes, below 0 where fewer bytes are wanted."""
    if wanted_bytes < found_bytes:
        return -_steps(found_bytes, wanted_bytes)
    steps, wanted, found = 0, wanted_bytes, max(found_bytes, 1)
    while wanted >= 2 * found and steps < len(QUALITIES):
        steps, found = steps + STEPS_PER_DOUBLING, 2 * found
    return steps + STEPS_PER_DOUBLING * (wanted - found) // found
