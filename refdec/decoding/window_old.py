"""Windows of latents and synthesised planes (4.7, 4.10.3 to 4.10.5, 6.5 item 1), bit for bit as in the whole picture.

In: `CompactSymbols` and a rectangle.  Out: the latents, or the planes, of that rectangle alone.  Every array made here
has the size of the window and its reach; regions, seams and tiles of the header keep all that they do to samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.clauses import clause
from refdec.decoding.compact import CompactSymbols, SigmaWindow, scale_window
from refdec.decoding.models import Models
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.lsbs import lsbs
from refdec.latent.sigma import scaler_q10
from refdec.networks.context import chroma_latent
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import LatentStep, RegionGrid
from refdec.tiling.windows import (
    bounding,
    context_reach,
    even_around,
    hyper_reach,
    latent_reach,
    synthesis_pieces,
    visible,
)

__all__ = [
    "LatentWindow",
    "latent_needed",
    "latent_window",
    "psi_window",
    "regions_needed",
    "residual_window",
    "scale_index_window",
    "synthesis_window",
]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


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


@clause("4.10.3", kind="added", reason=REASON)
def psi_window(grid: RegionGrid, symbols: CompactSymbols, models: Models, window: Rect) -> Int32Array:
    """(4.10.3) A window of the merged psi frame, int32 Q18 [4C,h,w]."""
    c = grid.component
    network, z_hat = models.hyper_decoder(c), symbols.components[c].z_hat
    frame = np.zeros((4 * COMPONENT_CHANNELS[c], *window.size_hw), np.int32)
    steps = grid.hyper_steps()
    places = [step.psi.intersection(window) for step in steps]
    for step, at, seen in zip(steps, places, visible(places), strict=True):
        if not seen:
            continue
        inner = at.seen_from(step.psi)
        z = hyper_reach(inner, step.z.size_hw)
        made_h, made_w = (ceil_div(n, 1 << network.depth) for n in step.size)
        rows, columns = min(2 * z.bottom, made_h) - 2 * z.y, min(2 * z.right, made_w) - 2 * z.x
        piece = z_hat[:, step.z.y + z.y : step.z.y + z.bottom, step.z.x + z.x : step.z.x + z.right]
        psi = network(piece, rows << network.depth, columns << network.depth)
        keep = Rect(inner.x - 2 * z.x, inner.y - 2 * z.y, inner.w, inner.h)
        into = at.seen_from(window)
        frame[:, into.rows, into.columns] = psi[:, keep.rows, keep.columns]
    return frame


@clause("6.3.3", kind="added", reason=REASON)
def residual_window(
    picture: PictureHeader, symbols: CompactSymbols, models: Models, component: int, window: Rect
) -> tuple[Int32Array, SigmaWindow]:
    """(6.3.3) The residual of a window of the latent, int32 Q18 [C,h,w], and the scale indices it came from."""
    part, steps = symbols.components[component], symbols.quality_steps
    sigma = scale_window(picture, models, component, part.trunk, steps, window)
    residual = residual_from_symbols(
        part.symbols[:, window.rows, window.columns],
        sigma.maps.likely,
        sigma.maps.variance,
        scaler_q10(models.gain(component), picture.beta_log[component]),
        None if steps is None else steps.window(window.rows, window.columns),
        origin=(window.y - sigma.rect.y, window.x - sigma.rect.x),
    )
    return residual, sigma


@clause("4.7", kind="added", reason=REASON)
def _component_window(
    headers: Headers, symbols: CompactSymbols, models: Models, component: int, window: Rect
) -> Int32Array:
    """(4.7) Steps 1 to 3 for a window of one component: the latent after LSBS, int32 Q18 [C,h,w]."""
    picture = headers.picture
    grid = RegionGrid.of(picture, component)
    parts = _parts_of(grid, window)
    seen = bounding([window, *(part.reach for part in parts)])
    psi_seen = bounding(part.psi for part in parts)
    residual, sigma = residual_window(picture, symbols, models, component, seen)
    psi = psi_window(grid, symbols, models, psi_seen)
    reconstruct = models.context() if component == 0 else chroma_latent
    frame = np.zeros((residual.shape[0], *window.size_hw), np.int32)
    for part in parts:
        r, p = part.reach.seen_from(seen), part.psi.seen_from(psi_seen)
        made = reconstruct(
            np.ascontiguousarray(residual[:, r.rows, r.columns]), np.ascontiguousarray(psi[:, p.rows, p.columns])
        )
        keep, into = part.at.seen_from(part.reach), part.at.seen_from(window)
        frame[:, into.rows, into.columns] = made[:, keep.rows, keep.columns]
    if not headers.tools.lsbs_enable_flag[component]:
        return frame
    own = window.seen_from(seen)
    origin = (window.y - sigma.rect.y, window.x - sigma.rect.x)
    inside = np.ascontiguousarray(residual[:, own.rows, own.columns])
    return lsbs(frame, inside, sigma.maps.likely, picture.model_id, origin=origin, out=frame)


@clause("4.7", kind="added", reason=REASON)
def latent_window(
    headers: Headers, symbols: CompactSymbols, models: Models, rows: slice, columns: slice = slice(None)
) -> LatentWindow:
    """(4.7) Steps 1 to 3 for a window of the latent frame, given in latent positions: the final latents of both.

    The window equals the same window of the whole picture's latents, with any partition; its residual must have been
    decoded (`regions_needed`).  Temporaries: about 4 KB for each position of the window grown by 6 on every side.
    """
    picture = headers.picture
    top, bottom, _ = rows.indices(picture.lat_h)
    left, right, _ = columns.indices(picture.lat_w)
    window = Rect.between(left, top, right, bottom)
    first, second = (_component_window(headers, symbols, models, c, window) for c in (0, 1))
    return LatentWindow(window, (first, second))


@clause("4.10.5", kind="added", reason=REASON)
def latent_needed(picture: PictureHeader, models: Models, transform: int, component: int, window: Rect) -> Rect:
    """(4.10.5, 6.6) The window of latents that `synthesis_window` reads for a window of the planes (luma samples)."""
    return latent_reach(picture, component, window, models.synthesis(transform, component).halo)


@clause("4.10.5", kind="added", reason=REASON)
def synthesis_window(
    picture: PictureHeader, latents: LatentWindow, models: Models, transform: int, component: int, window: Rect
) -> Int32Array:
    """(4.10.5) Planes [1 or 2, h, w] int32 Q18 of a window (luma samples of the coded picture) of one component.

    They equal the same window of the whole synthesis.  `latents` must hold `latent_needed`.  SOP and BOP synthesise the
    window and its halo, HOP every tile that the window touches, because attention spans a tile.
    """
    network = models.synthesis(transform, component)
    frame = np.zeros((1 + component, *window.size_hw), np.int32)
    for piece in synthesis_pieces(picture, component, window, network.halo):
        inputs = latents.cut(piece.latent)[: 1 + component]
        into = piece.at.seen_from(window)
        frame[:, into.rows, into.columns] = network(np.concatenate(inputs), *piece.size, piece.keep)
    return frame


@clause("5.9", kind="added", reason=REASON)
def scale_index_window(
    picture: PictureHeader, symbols: CompactSymbols, models: Models, channel: int, window: Rect
) -> Int32Array:
    """(5.9) Scale indices s2 int32 [h,w] of one luma channel in a window of the latent, for LEF."""
    trunk, steps = symbols.components[0].trunk, symbols.quality_steps
    sigma = scale_window(picture, models, 0, trunk, steps, window, channels=slice(channel, channel + 1))
    inside = window.seen_from(sigma.rect)
    return np.ascontiguousarray(sigma.maps.final[0, inside.rows, inside.columns])
