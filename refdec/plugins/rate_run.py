"""One search for a rate: a guest's targets coded at one operating point after another until the request is met.

In: the models there are, prepared targets of each, a request.  Out: the codestream that meets it.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.encoding.encoder import Coded, Prepared, code
from refdec.encoding.outcome import decoded_luma, transform_at_hand, with_luma
from refdec.encoding.quality import QUALITIES, QualityScale, largest_fitting
from refdec.encoding.ratecontrol import CHROMA_REACH, Attempt, Search, chroma_displacement, share_done
from refdec.encoding.rategoal import SIZE_STEP
from refdec.encoding.values import SymbolChooser
from refdec.limits import Check, unchecked
from refdec.plugins.core_errors import NoModel, TooFewBytes
from refdec.plugins.rate_targets import BitsPerPixel, LumaPsnr, MaxBytes, OperatingPoint, Quality
from refdec.plugins.requests import EncodeRequest
from refdec.plugins.target_latents import ModelInfo
from refdec.weights.ranges import SYNTAX, ModelRange

__all__ = ["PointOf", "RateRun", "Target", "Tries", "coded_within"]

PointOf: TypeAlias = Callable[[int], OperatingPoint]
"""Returns the point of a quality 1..100."""

LEAST_SECONDS = 0.001
"""What is left of a time budget that is used up: a budget is above 0."""
LOG = logging.getLogger(__name__)
Target: TypeAlias = tuple[Prepared, SymbolChooser | None]
"""Targets of one model, ready to be coded at any displacement, and who picks the symbols."""


SIZE_SHARE = 0.98
"""A codestream fills a number of bytes if it has this share of them, at least."""
SIZE_AIM = 0.99
FINE_TRIES = 6
PSNR_TOLERANCE = 0.03
"""A PSNR is reached if luma has no more than so many dB above it."""


def coded_within(target: MaxBytes, code_at: Callable[[OperatingPoint], bytes], point_of: PointOf) -> bytes:
    """Return the best codestream that has no more bytes than the target, and not much fewer.  Raises TooFewBytes.

    It is that of the largest quality, or of a displacement between that and the next quality.
    """
    sizes: dict[int, int] = {}

    def code(quality: int) -> bytes:
        data = code_at(point_of(quality))
        sizes[quality] = len(data)
        return data

    best, smallest = largest_fitting(code, target.size_bytes)
    if best is None:
        raise TooFewBytes(target.size_bytes, smallest)
    quality = max(quality for quality, size in sizes.items() if size <= target.size_bytes)
    if quality == QUALITIES[-1]:
        return best
    low, high = point_of(quality), point_of(quality + 1)
    same = high.model_id == low.model_id
    end = (high.displacement, sizes[quality + 1]) if same else (SYNTAX[1] + 1, None)
    return _filled(target.size_bytes, code_at, low, best, end)


def _filled(
    most_bytes: int,
    code_at: Callable[[OperatingPoint], bytes],
    low: OperatingPoint,
    best: bytes,
    end: tuple[int, int | None],
) -> bytes:
    """Return `best`, which was coded at `low`, or what fits better before `end`: a displacement, its size if known.

    Where sizes jump from one displacement to the next, more chroma fills the rest.
    """
    place, too_far = low.displacement, end
    for _ in range(FINE_TRIES):
        if len(best) >= SIZE_SHARE * most_bytes or too_far[0] - place <= 1:
            break
        wanted = math.log(max(SIZE_AIM * most_bytes / len(best), 1.0))
        step = SIZE_STEP if too_far[1] is None else math.log(too_far[1] / len(best)) / (too_far[0] - place)
        middle = min(max(place + round(wanted / step), place + 1), too_far[0] - 1)
        data = code_at(OperatingPoint(low.model_id, middle, chroma_displacement(middle)))
        if len(data) <= most_bytes:
            best, place = data, middle
        else:
            too_far = (middle, len(data))
    usual = chroma_displacement(place)
    change, too_much = 0, min(CHROMA_REACH, SYNTAX[1] + 1 - usual)
    for _ in range(FINE_TRIES):
        if len(best) >= SIZE_SHARE * most_bytes:
            break
        between = (change + too_much) // 2
        data = code_at(OperatingPoint(low.model_id, place, usual + between))
        if len(data) <= most_bytes:
            best, change = data, between
        else:
            too_much = between
    return best


class Tries:
    """The requests for one point after another that come of one request; all share its time budget and progress."""

    def __init__(self, request: EncodeRequest) -> None:
        self._request, self._began, self._tries = request, time.monotonic(), 0

    def request_at(self, point: OperatingPoint) -> EncodeRequest:
        """Return the request for the next point."""
        tried, budget = self._tries, self._request.time_budget_seconds
        self._tries += 1
        left = None if budget is None else max(budget - (time.monotonic() - self._began), LEAST_SECONDS)

        def progress(done: float) -> None:
            self._request.progress(share_done(tried, done))

        return replace(self._request, target=point, progress=progress, time_budget_seconds=left)


KEPT_BYTES = 1 << 29
"""Targets of several models are kept in so many bytes, and at least those of one: 1 KB for 256 samples."""


class RateRun:
    """One `code_latents`: targets are asked for once a model, and each try only quantises and codes."""

    def __init__(
        self,
        models: tuple[ModelInfo, ...],
        prepared: Callable[[int], Target],
        scale: Callable[[], QualityScale],
        request: EncodeRequest,
        pixels: int,
        *,
        write: Callable[[Coded], bytes],
        again: Callable[[Coded], Coded] | None = None,
        check: Check = unchecked,
    ) -> None:
        """`models`: those of the weights; `prepared(model_id)`: a guest's targets; `scale`: returns the weights' scale.

        `pixels`: of the picture.  `write` makes a codestream of what was coded; `again` may code once more what was
        coded at a point that is given.  `check()` is called between the steps of each try.
        """
        self._models, self._prepared, self._request, self._pixels = models, prepared, request, pixels
        self._scale, self._write, self._again = scale, write, again
        self._ready: dict[int, Target] = {}
        self._check = check
        self._tries = 0

    def run(self) -> bytes:
        """Return the codestream that meets the target.  Raises RateOutOfReach, TooFewBytes, NoModel."""
        target = self._request.target
        if isinstance(target, OperatingPoint):
            data = self._at(target)
        elif isinstance(target, Quality):
            data = self._at(self._point_of(target.value))
        elif isinstance(target, MaxBytes):
            data = coded_within(target, self._at, self._point_of)
        else:
            data = self._searched(target).data
        self._request.progress(1.0)
        return data

    def _at(self, point: OperatingPoint) -> bytes:
        """Return the codestream of a point.  Raises NoModel."""
        if all(info.model_id != point.model_id for info in self._models):
            raise NoModel(point.model_id, tuple(info.model_id for info in self._models))
        return self._attempt(point.model_id, *point.displacements).data

    def _point_of(self, quality: int) -> OperatingPoint:
        return OperatingPoint(*self._scale().point(quality))

    def _ranges(self, target: BitsPerPixel | LumaPsnr) -> tuple[list[ModelRange], tuple[ModelRange, ...]]:
        """Return the models and displacements that the search may use, and their scale if it is known.

        Without a wish for a model that is a model of the scale: another is never the better one.  Raises NoModel.
        """
        there, wanted = [info.model_id for info in self._models], target.model_id
        models = [model_id for model_id in there if wanted in (None, model_id)]
        if not models:
            raise NoModel(wanted, tuple(there))
        scale: tuple[ModelRange, ...] = ()
        if len(models) > 1 and any(info.analysis for info in self._models):
            scale = self._scale().stretches
            models = [part.model_id for part in scale]
        return [ModelRange(model_id, *(target.displacements or SYNTAX)) for model_id in models], scale

    def _searched(self, target: BitsPerPixel | LumaPsnr) -> Attempt:
        """Return the attempt that meets the target.  Raises RateOutOfReach, NoModel."""
        ranges, scale = self._ranges(target)
        search = Search(ranges, self._attempt, target.chroma_offset, scale=scale)
        if isinstance(target, LumaPsnr):
            size = self._sized if target.displacements is None else None
            return search.for_psnr(target.db, tolerance=PSNR_TOLERANCE, size=size, pixels=self._pixels)
        return search.for_bits(target.bpp * self._pixels, target.tolerance, self._pixels)

    def _sized(self, model_id: int, displacement: int, chroma: int) -> Attempt:
        """Code at one point, and do not decode it."""
        prepared, chooser = self._target(model_id)
        coded = code(prepared, (displacement, chroma), chooser=chooser, check=self._check)
        return Attempt(model_id, displacement, chroma, self._write(coded))

    def _attempt(self, model_id: int, displacement: int, chroma: int) -> Attempt:
        """Code at one point."""
        prepared, chooser = self._target(model_id)
        coded = code(prepared, (displacement, chroma), chooser=chooser, check=self._check)
        self._tries += 1
        self._request.progress(share_done(self._tries))
        psnr = None
        if self._again is not None and isinstance(self._request.target, OperatingPoint | Quality):
            coded = self._again(coded)
        if isinstance(self._request.target, LumaPsnr):
            coded = with_luma(coded)
            psnr = self._psnr(coded)
        made = Attempt(model_id, displacement, chroma, self._write(coded), psnr)
        reached = "" if psnr is None else f", {psnr:.2f} dB"
        LOG.debug("try %d: model %d at %d, %d: %d bytes%s", self._tries, *made.point, len(made.data), reached)
        return made

    def _target(self, model_id: int) -> Target:
        """Return the targets of a model; those used last are kept as far as there is room."""
        known = self._ready.pop(model_id, None)
        if known is None:
            self._make_room()
            known = self._prepared(model_id)
        self._ready[model_id] = known
        return known

    def _make_room(self) -> None:
        """Forget the targets used longest ago, until another model's have room beside the rest."""
        sizes = [prepared.y[0].nbytes + prepared.y[1].nbytes for prepared, _ in self._ready.values()]
        while sizes and sum(sizes) + sizes[0] > KEPT_BYTES:
            self._ready.pop(next(iter(self._ready)))
            sizes.pop(0)

    def _psnr(self, coded: Coded) -> float:
        """Return the PSNR of decoded luma, in dB on the 0..255 scale."""
        windows = decoded_luma(coded, transform_at_hand(coded), check=self._check)
        total = sum(_squared_error(luma, made) for luma, made in windows)
        most = (255 << 18) ** 2 * self._pixels
        return math.inf if total == 0 else 10 * math.log10(most / total)


def _squared_error(first: Int32Array, second: Int32Array) -> int:
    """Return the sum of squared differences of planes 0..255 in Q18, exact: squares below 2^52 in two halves."""
    squares = (first.astype(np.int64) - second) ** 2
    return (int((squares >> 26).sum()) << 26) + int((squares & ((1 << 26) - 1)).sum())
