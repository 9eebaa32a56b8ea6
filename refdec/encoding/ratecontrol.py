"""Rate control: the model and displacement that meet a rate or a quality (6.7 leaves both to the encoder).

In: what codes a picture at a model and a displacement, cheaply, again and again.  Out: the best codestream that was
seen. Everything that is coded is integer; only the search itself reckons with floats, and the same picture takes the
same steps.

Which model: the scale of the weights says at which displacement each model is left for the next one.  A model is taken
if it meets the goal up to there, else the next one is looked at; so no model is tried that is not needed.  Which
displacement: the first guess is where the model is entered, or what the size says of the PSNR; then the curve through
the two nearest attempts is followed, within what is known to lie below and above.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from refdec import tables
from refdec.clauses import clause
from refdec.encoding.rategoal import Goal, psnr_goal, size_goal
from refdec.errors import UsageError
from refdec.weights.ranges import SYNTAX, ModelRange

__all__ = [
    "CHROMA_REACH",
    "Attempt",
    "RateOutOfReach",
    "Search",
    "chroma_displacement",
    "sensible_range",
    "share_done",
]

CHROMA_OFFSET = 300
"""Chroma this far above luma costs 2 to 3 % of the bits for half a decibel of RGB PSNR."""
CHROMA_RANGE = (-1000, 800)
"""Displacements of chroma that come of it: below, colours go and no bits are saved; above, bits go for nothing."""
SENSIBLE = (-1280, 800)
"""Displacements of luma that make up a quality scale: beyond them streams decode, but far from what anyone wants."""
CHROMA_REACH = 601
"""Chroma goes so far from where it usually is, exclusive, where steps of luma are too coarse to meet a size."""
MOST_TRIES = 14
USUAL_TRIES = 3
"""Further tries that a search takes for granted when it tells how far it is."""
MOST_DECIBELS = 100.0
"""Stands for a picture without any error."""
PSNR_MARGIN = 3.0
"""An estimate further than this from the goal, in dB, tells which side of it a point is on."""


def share_done(tries: int, part: float = 0.0) -> float:
    """Return the share of a search that is done after so many tries and a part of the next, 0..1."""
    return (tries + part) / (tries + USUAL_TRIES)


def sensible_range(reference: bool) -> tuple[int, int]:
    """Return the displacements of luma that a quality scale uses, inclusive.

    `reference`: whether the latents come from the reference software's analysis, whose range 3.B.2 recommends.
    """
    if not reference:
        return SENSIBLE
    low, high = tables.model_constants()["common"]["beta_displacement_log_encoder_range"]
    return low, high


class RateOutOfReach(UsageError):
    """No model and displacement of the weights at hand meets the rate or the quality that was asked for."""

    code, clause = "RD0961", ""

    def __init__(self, wanted: float, unit: str, low: float, high: float) -> None:
        super().__init__(wanted, unit, low, high)
        self.wanted, self.unit, self.low, self.high = wanted, unit, low, high

    def explain(self) -> str:
        return (
            f"{self.wanted:g} {self.unit} is out of reach for this picture and these weights: they reach "
            f"{self.low:.4g} to {self.high:.4g} {self.unit}.\n"
            "Ask for something in between, or fix the point yourself: --model M --displacement D"
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A codestream that was made on the way: `psnr` dB of luma, None where nobody asked."""

    model_id: int
    displacement: int
    chroma_displacement: int
    data: bytes
    psnr: float | None = None

    @property
    def point(self) -> tuple[int, int, int]:
        """Model, displacement of luma, displacement of chroma."""
        return self.model_id, self.displacement, self.chroma_displacement

    @property
    def bits(self) -> int:
        """Bits of the whole codestream."""
        return 8 * len(self.data)


Try = Callable[[int, int, int], Attempt]
"""Code at (model_id, displacement, chroma displacement)."""


@clause("3.B.2", kind="added", reason="how an encoder chooses the chroma displacement is left open")
def chroma_displacement(displacement: int, offset: int | None = None) -> int:
    """(3.B.2) Return the displacement of chroma that goes with luma's; `offset` None: the default, CHROMA_OFFSET."""
    wanted = displacement + (CHROMA_OFFSET if offset is None else offset)
    return min(max(wanted, CHROMA_RANGE[0]), CHROMA_RANGE[1])


def _usual_psnr(bits_per_pixel: float, displacement: int) -> float:
    """Return what luma's PSNR may be, in dB, within about 2: what costs more is harder to code.

    It is a line through measurements of the bundled model 1, good enough to begin a search with.
    """
    return 26.4 + displacement / 100 - 4.4 * math.log2(bits_per_pixel)


class Search:
    """One search for one picture; attempts are kept, so no point is coded twice.

    `models`: displacements that may be used, by rising rates.  `scale`: of the same models the stretches for which each
    is the best; empty: unknown, and those models come first that are nearest to the goal in the middle of their range.
    """

    def __init__(
        self, models: Sequence[ModelRange], attempt: Try, offset: int | None, *, scale: Sequence[ModelRange] = ()
    ) -> None:
        self._models = tuple(models)
        self._scale = tuple(scale)
        self._try = attempt
        self._offset = offset
        self._seen: dict[tuple[int, int, int], Attempt] = {}

    def at(self, model: ModelRange, displacement: int, chroma: int | None = None) -> Attempt:
        """Return the attempt at a point."""
        point = self._point(model, displacement, chroma)
        if point not in self._seen:
            self._seen[point] = self._try(*point)
        return self._seen[point]

    def _point(self, model: ModelRange, displacement: int, chroma: int | None = None) -> tuple[int, int, int]:
        usual = chroma_displacement(displacement, self._offset)
        return model.model_id, displacement, usual if chroma is None else chroma

    def for_bits(self, wanted_bits: float, tolerance: float, pixels: int) -> Attempt:
        """Return the attempt nearest to a size, within `tolerance` (a share) wherever the steps are fine enough.

        Raises RateOutOfReach with the range in bits per pixel.
        """
        near = tolerance / 4

        def error(attempt: Attempt) -> float:
            return math.log(attempt.bits / wanted_bits)

        def distance(attempt: Attempt) -> float:
            return abs(error(attempt))

        goal = size_goal(near)
        for model, start in self._tracks(goal, lambda model, place: error(self.at(model, place))):
            below, above = self._enclosed(model, goal, error, start)
            best = min((attempt for attempt in (below, above) if attempt is not None), key=distance)
            if distance(best) <= tolerance:
                return best
            if None not in (below, above):
                return self._by_chroma(model, best.displacement, error, near)
        bits = [attempt.bits for attempt in self._ends()]
        raise RateOutOfReach(wanted_bits / pixels, "bits per pixel", min(bits) / pixels, max(bits) / pixels)

    def for_psnr(self, wanted: float, *, tolerance: float = 0.0, size: Try | None = None, pixels: int = 1) -> Attempt:
        """Return the smallest attempt whose luma reaches a PSNR in dB.  Raises RateOutOfReach.

        `tolerance`: with so many dB more than wanted it need not be the smallest, which saves tries.  `size` codes
        without decoding, which is much quicker: it gives the first guess for a picture of `pixels`.
        """

        def error(attempt: Attempt) -> float:
            assert attempt.psnr is not None
            return min(attempt.psnr, MOST_DECIBELS) - wanted

        def looked_at(model: ModelRange, place: int) -> float:
            if size is not None and model == self._models[0]:
                coded = size(*self._point(model, place))
                likely = _usual_psnr(coded.bits / pixels, place) - wanted
                if abs(likely) > PSNR_MARGIN or len(self._models) == 1:
                    return likely
            return error(self.at(model, place))

        sides: list[tuple[Attempt | None, Attempt | None]] = []
        goal, unknown = psnr_goal(tolerance), len(self._models) > 1 or size is not None
        for model, start in self._tracks(goal, looked_at if unknown else None):
            below, reaching = self._enclosed(model, goal, error, start)
            sides.append((below, reaching))
            if None not in (below, reaching):
                break
        reaching = min((above for _, above in sides if above is not None), key=_bits, default=None)
        below_any = any(below is not None for below, _ in sides)
        if reaching is not None and (below_any or error(reaching) >= MOST_DECIBELS - wanted):
            return reaching
        reached = [attempt.psnr for attempt in self._ends() if attempt.psnr is not None]
        raise RateOutOfReach(wanted, "dB", min(reached), max(reached))

    def _tracks(self, goal: Goal, look: Callable[[ModelRange, int], float] | None) -> Iterator[tuple[ModelRange, int]]:
        """Yield models with the displacement to begin at, the likeliest first.

        `look` returns the error, or what it may be, at a place; None: there is nothing to choose.
        """
        if len(self._models) == 1 or not self._scale or look is None:
            found = {model: look(model, _middle(model)) if look else 0.0 for model in self._models}
            for model in sorted(self._models, key=lambda model: abs(found[model])):
                yield model, _middle(model) - goal.way(found[model])
            return
        chosen, start = self._taken(goal, look)
        yield self._models[chosen], start
        for k in sorted(range(len(self._models)), key=lambda k: abs(k - chosen)):
            if k != chosen:
                yield self._models[k], _middle(self._models[k])

    def _taken(self, goal: Goal, look: Callable[[ModelRange, int], float]) -> tuple[int, int]:
        """Return which model the scale says, the first that meets the goal before it is left, and where to begin."""
        start = 0
        for k, (model, stretch) in enumerate(zip(self._models[:-1], self._scale, strict=False)):
            error = look(model, stretch.high)
            if error >= 0:
                return k, stretch.high - goal.way(error)
            start = self._scale[k + 1].low - goal.way(error)
        return len(self._models) - 1, start

    def _enclosed(
        self, model: ModelRange, goal: Goal, error: Callable[[Attempt], float], start: int
    ) -> tuple[Attempt | None, Attempt | None]:
        """Return the attempts of a model next below the goal and next above it; twice the same if it meets the goal.

        None stands for what its range does not reach.
        """
        tried = {
            attempt.displacement: error(attempt)
            for attempt in self._seen.values()
            if attempt.point == self._point(model, attempt.displacement)
            and model.low <= attempt.displacement <= model.high
        }
        place = min(max(start, model.low), model.high)
        for tries in range(1, MOST_TRIES + 1):
            tried[place] = error(self.at(model, place))
            if goal.met(tried[place]):
                return self.at(model, place), self.at(model, place)
            below, above = goal.sides(tried, model)
            if goal.close(below, above, model, tries):
                break
            place = goal.next_place(tried, model)
        ends = (self.at(model, at) if model.low <= at <= model.high else None for at in (below, above))
        return next(ends), next(ends)

    def _ends(self) -> list[Attempt]:
        """Return attempts at both ends of all models: how far they reach."""
        return [self.at(model, place) for model in self._models for place in (model.low, model.high)]

    def _by_chroma(self, model: ModelRange, place: int, error: Callable[[Attempt], float], near: float) -> Attempt:
        """Return the best attempt near a luma point with other chroma: where a step of luma is coarse.

        `error` is 0 at the goal.  More chroma at the points below, less at those above; first the half of what is left
        again and again, then, for tiny pictures whose sizes jump about, all in a row.
        """
        points = [at for at in (place, place - 1, place + 1) if model.low <= at <= model.high]
        best = min((self.at(model, at) for at in points), key=lambda attempt: abs(error(attempt)))
        for displacement in points:
            usual = chroma_displacement(displacement, self._offset)
            sign = 1 if error(self.at(model, displacement)) < 0 else -1
            inner, outer = 0, CHROMA_REACH
            while outer - inner > 1 and abs(error(best)) > near:
                change = (inner + outer) // 2
                tried = self.at(model, displacement, _legal(usual + sign * change))
                best = min((best, tried), key=lambda attempt: abs(error(attempt)))
                inner, outer = (change, outer) if sign * error(tried) < 0 else (inner, change)
        for displacement, change in product(points, range(-300, 301, 25)):
            if abs(error(best)) <= near:
                break
            tried = self.at(model, displacement, _legal(chroma_displacement(displacement, self._offset) + change))
            best = min((best, tried), key=lambda attempt: abs(error(attempt)))
        return best


def _legal(displacement: int) -> int:
    return min(max(displacement, SYNTAX[0]), SYNTAX[1])


def _bits(attempt: Attempt) -> int:
    return attempt.bits


def _middle(model: ModelRange) -> int:
    return (model.low + model.high) // 2
