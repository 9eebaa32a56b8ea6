"""Latents of any window (4.7 steps 1 to 3): residual, prediction from psi, LSBS, bit for bit as in the whole picture.

In: symbols, and whatever gives scale indices and psi.  Out: the latents of a rectangle of their frame.  Every array
made here has the size of the window and its reach; regions and seams of the header keep all that they do to samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.hyper import HyperWindows
from refdec.decoding.models import COMPONENT_NAMES, Models
from refdec.decoding.scales import SigmaWindow
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.lsbs import lsbs
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.sigma import scaler_q10
from refdec.limits import Check, unchecked
from refdec.networks.context import chroma_latent
from refdec.observation import UNWATCHED, Watch
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import LatentStep, RegionGrid
from refdec.tiling.windows import bounding, context_reach, even_around, visible

__all__ = ["ComponentLatent", "LatentSource", "LatentWindow", "component_latent", "latent_window", "regions_needed"]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@dataclass(frozen=True, slots=True, eq=False)
class LatentSource:
    """What latents are made of: symbols int16 [channels,h,w] of both components, the quality steps, the hyper side."""

    values: tuple[Int16Array, Int16Array]
    quality_steps: QualitySteps | None
    hyper: HyperWindows


@dataclass(frozen=True, slots=True, eq=False)
class ComponentLatent:
    """One component in a window, int32 Q18 [C,h,w]: the residual, the latent before and after LSBS.

    `before_lsbs` is `latent` itself where LSBS is off, and where it was not to be kept.
    """

    residual: Int32Array
    before_lsbs: Int32Array
    latent: Int32Array


@dataclass(frozen=True, slots=True, eq=False)
class LatentWindow:
    """Final latents (after LSBS) of `rect` of the latent frame: luma int32 Q18 [160,h,w] and chroma [96,h,w]."""

    rect: Rect
    latent: tuple[Int32Array, Int32Array]

    def cut(self, rect: Rect) -> tuple[Int32Array, Int32Array]:
        """Return views of both latents at `rect` of the frame, which must lie inside the window."""
        assert self.rect.contains(rect), "the window was made for less than this"
        inside = rect.seen_from(self.rect)
        first, second = (part[:, inside.rows, inside.columns] for part in self.latent)
        return first, second


@dataclass(frozen=True, slots=True)
class _Part:
    """What one region's latent step gives of a window: `at` of the frame, from `reach` of residual and psi frames."""

    at: Rect
    reach: Rect
    psi: Rect


def _reach_of(step: LatentStep, at: Rect, component: int) -> Rect:
    """Return the rectangle of the residual frame that a step must see to make `at` of the latent frame."""
    grown = context_reach if component == 0 else even_around
    inner = grown(at.seen_from(step.y), step.y.size_hw)
    return Rect(step.y.x + inner.x, step.y.y + inner.y, inner.w, inner.h)


@clause("4.10.4", kind="added", reason=REASON)
def _parts_of(grid: RegionGrid, window: Rect) -> list[_Part]:
    """(4.10.4) The steps that a window of the latent needs, in their order; what later ones overwrite is left out."""
    steps = grid.latent_steps()
    places = [step.at.intersection(window) for step in steps]
    parts = []
    for step, at, seen in zip(steps, places, visible(places), strict=True):
        if not seen:
            continue
        reach = _reach_of(step, at, grid.component)
        x, y = step.psi.x + (reach.x - step.y.x) // 2, step.psi.y + (reach.y - step.y.y) // 2
        parts.append(_Part(at, reach, Rect(x, y, ceil_div(reach.w, 2), ceil_div(reach.h, 2))))
    return parts


@clause("1.6.4", kind="added", reason=REASON)
def regions_needed(picture: PictureHeader, window: Rect) -> frozenset[int]:
    """(1.6.4) Indices of the regions whose residual a window of the latents depends on, in either component."""
    needed: set[int] = set()
    for c in (0, 1):
        grid = RegionGrid.of(picture, c)
        reaches = [window, *(part.reach for part in _parts_of(grid, window))]
        needed |= {
            region.index
            for region in grid.regions
            if any(not region.y_core.intersection(reach).empty for reach in reaches)
        }
    return frozenset(needed)


def _psi_of(window: Rect) -> Rect:
    """Return the window of psi below a window of the latent."""
    return Rect.between(window.x // 2, window.y // 2, ceil_div(window.right, 2), ceil_div(window.bottom, 2))


@clause("6.3.3")
def _residual(
    picture: PictureHeader, source: LatentSource, models: Models, component: int, window: Rect, sigma: SigmaWindow
) -> Int32Array:
    """(6.3.3) The residual of a window of the latent, int32 Q18 [C,h,w]."""
    steps = source.quality_steps
    return residual_from_symbols(
        source.values[component][:, window.rows, window.columns],
        sigma.maps.likely,
        sigma.maps.variance,
        scaler_q10(models.gain(component), picture.beta_log[component]),
        None if steps is None else steps.window(window.rows, window.columns),
        origin=(window.y - sigma.rect.y, window.x - sigma.rect.x),
    )


@clause("4.10.4")
def _merged(
    parts: list[_Part],
    component: int,
    window: Rect,
    seen: Rect,
    residual: Int32Array,
    hyper: HyperWindows,
    models: Models,
    watch: Watch,
) -> Int32Array:
    """(4.10.4) Reconstruct the latent of every extended region, trim, and merge, as far as a window shows.

    Later regions overwrite earlier ones.  `residual` is that of `seen`.  A watch is shown all of psi, also what seams
    between regions without overlap leave unused.
    """
    psi_seen = bounding([*(part.psi for part in parts), *([_psi_of(window)] if watch.active else [])])
    psi = hyper.psi(component, psi_seen)
    reconstruct = models.context() if component == 0 else chroma_latent
    frame = np.zeros((residual.shape[0], *window.size_hw), np.int32)
    for part in parts:
        r, p = part.reach.seen_from(seen), part.psi.seen_from(psi_seen)
        made = reconstruct(
            np.ascontiguousarray(residual[:, r.rows, r.columns]), np.ascontiguousarray(psi[:, p.rows, p.columns])
        )
        keep, into = part.at.seen_from(part.reach), part.at.seen_from(window)
        frame[:, into.rows, into.columns] = made[:, keep.rows, keep.columns]
    return frame


@clause("4.7")
def component_latent(
    headers: Headers,
    source: LatentSource,
    models: Models,
    component: int,
    window: Rect,
    *,
    watch: Watch = UNWATCHED,
    keep: bool = False,
    check: Check = unchecked,
) -> ComponentLatent:
    """(4.7) Steps 1 to 3 for a window of one component; the context model works on values before LSBS (3.2 step 10).

    `keep`: the latent before LSBS stays as it was; else LSBS overwrites it.  `check()` is called between the steps.
    """
    picture, name = headers.picture, COMPONENT_NAMES[component]
    parts = _parts_of(RegionGrid.of(picture, component), window)
    seen = bounding([window, *(part.reach for part in parts)])
    sigma = source.hyper.sigma(component, seen)
    residual = _residual(picture, source, models, component, seen, sigma)
    check()
    before = _merged(parts, component, window, seen, residual, source.hyper, models, watch)
    check()
    frame_hw = picture.lat_h, picture.lat_w
    watch.window(f"residual.{name}", residual, seen, frame_hw)
    own = window.seen_from(seen)
    inside = residual[:, own.rows, own.columns]
    watch.window(f"latent_before_lsbs.{name}", before, window, frame_hw)
    latent = before
    if headers.tools.lsbs_enable_flag[component]:
        origin = (window.y - sigma.rect.y, window.x - sigma.rect.x)
        out = None if keep or watch.active else before
        latent = lsbs(before, inside, sigma.maps.likely, picture.model_id, origin=origin, out=out)
    watch.window(f"latent.{name}", latent, window, frame_hw)
    return ComponentLatent(inside, before, latent)


@clause("4.7")
def latent_window(
    headers: Headers, source: LatentSource, models: Models, window: Rect, *, watch: Watch = UNWATCHED
) -> LatentWindow:
    """(4.7) Steps 1 to 3 for a window of the latent frame: the final latents of both components.

    The window equals the same window of the whole picture's latents, with any partition; its residual must have been
    decoded (`regions_needed`).  Temporaries: about 4 KB for each position of the window grown by 6 on every side.
    """
    first, second = (component_latent(headers, source, models, c, window, watch=watch).latent for c in (0, 1))
    return LatentWindow(window, (first, second))
