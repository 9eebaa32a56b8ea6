"""How far a window of a decoded array reaches back (6.5 item 1, 6.6): rectangles that decoding of a window alone needs.

In: a window of an array, and the array's size.  Out: the window of the array before it that the same integers follow
from.  Each reach is derived in its docstring from the taps of the network between the two; cut borders at a reach
replace true neighbours by the zero padding of a network, which does not get as far as the window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refdec.clauses import clause
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.tiles import TilingLike, synthesis_tiles

__all__ = [
    "SynthesisPiece",
    "blocks_around",
    "bounding",
    "clipped",
    "context_reach",
    "even_around",
    "hyper_reach",
    "latent_reach",
    "synthesis_pieces",
    "visible",
]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"
BLOCK, LATENT_SAMPLES = 8, 16
CONTEXT_REACH = 3
Span = tuple[int, int]


def clipped(rect: Rect, frame_hw: Span) -> Rect:
    """Return the part of a rectangle that lies in a frame of size (h, w)."""
    return rect.intersection(Rect(0, 0, frame_hw[1], frame_hw[0]))


def bounding(rects: Iterable[Rect]) -> Rect:
    """Return the smallest rectangle that holds all of them; empty ones do not count."""
    held = [rect for rect in rects if not rect.empty]
    if not held:
        return Rect(0, 0, 0, 0)
    return Rect.between(
        min(r.x for r in held), min(r.y for r in held), max(r.right for r in held), max(r.bottom for r in held)
    )


def visible(parts: list[Rect]) -> list[bool]:
    """Tell of each rectangle, written in this order, whether some of it may survive: no later one holds all of it."""
    return [
        not part.empty and not any(later.contains(part) for later in parts[index + 1 :])
        for index, part in enumerate(parts)
    ]


def _around(window: Rect, frame_hw: Span, grid: int) -> Rect:
    """Grow a window to multiples of `grid`, at most to the frame."""
    left, top = window.x // grid * grid, window.y // grid * grid
    right, bottom = ceil_div(window.right, grid) * grid, ceil_div(window.bottom, grid) * grid
    return Rect.between(left, top, min(right, frame_hw[1]), min(bottom, frame_hw[0]))


@clause("3.6.1", kind="added", reason=REASON)
def blocks_around(window: Rect, frame_hw: Span) -> Rect:
    """(3.6.1) Grow a window of the latent to whole 8x8 blocks: `likely` of a block takes all of its samples."""
    return _around(window, frame_hw, BLOCK)


@clause("4.4.3", kind="added", reason=REASON)
def even_around(window: Rect, frame_hw: Span) -> Rect:
    """(4.4.3) Grow a window of the latent to whole 2x2 groups, each of which belongs to one position of psi."""
    return _around(window, frame_hw, 2)


@clause("4.4.2", kind="added", reason=REASON)
def context_reach(window: Rect, piece_hw: Span) -> Rect:
    """(4.4.2) Return the window of residual and psi (twice its size) that a window of the luma latent follows from.

    On the grid of phases one 3x3 stands between a phase and each earlier one: phase 1 reaches 1 beyond phase 0, phase 2
    reaches 1 beyond phase 1, phase 3 reaches 1 beyond phase 2: 3 in all, 6 latent samples, from an even border.
    """
    even = even_around(window, piece_hw)
    far = 2 * CONTEXT_REACH
    return clipped(Rect.between(even.x - far, even.y - far, even.right + far, even.bottom + far), piece_hw)


@clause("4.3", kind="added", reason=REASON)
def hyper_reach(window: Rect, z_hw: Span) -> Rect:
    """(4.3) Return the window of z that a window of psi follows from.

    Two 3x3 after the T4 reach 2 each way.  Of z rows a .. b-1, T4 makes rows 2a .. 2b-1 of which the first and the last
    miss a tap; psi is true in rows 2a+3 .. 2b-4.  So a = floor((first - 3) / 2) and b = ceil((beyond + 3) / 2).
    """
    left, top = (window.x - 3) // 2, (window.y - 3) // 2
    return clipped(Rect.between(left, top, ceil_div(window.right + 3, 2), ceil_div(window.bottom + 3, 2)), z_hw)


@clause("4.10.5", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True)
class SynthesisPiece:
    """(4.10.5, 6.6) Synthesise `latent` (in the frame) as a picture of `size` (h, w); `keep` of it goes to `at`."""

    latent: Rect
    size: tuple[int, int]
    keep: Rect
    at: Rect


@clause("4.10.5", kind="added", reason=REASON)
def synthesis_pieces(
    header: TilingLike, component: int, window: Rect, halo: tuple[int, int] | None
) -> tuple[SynthesisPiece, ...]:
    """(4.10.5, 6.6) Cut what a window of a component (luma samples) needs out of the synthesis tiles, in their order.

    `halo` (before, after) in latent samples cuts within tiles; None synthesises whole tiles.  Raises what
    synthesis_tiles raises.
    """
    tiles = synthesis_tiles(header, component)
    parts = [tile.core.intersection(window) for tile in tiles]
    pieces = []
    for tile, part, seen in zip(tiles, parts, visible(parts), strict=True):
        if not seen:
            continue
        latent = tile.latent
        if halo is not None:
            left, right = _latent_span(part.x - tile.rect.x, part.right - tile.rect.x, halo, latent.w)
            top, bottom = _latent_span(part.y - tile.rect.y, part.bottom - tile.rect.y, halo, latent.h)
            latent = Rect.between(latent.x + left, latent.y + top, latent.x + right, latent.y + bottom)
        x = tile.rect.x + LATENT_SAMPLES * (latent.x - tile.latent.x)
        y = tile.rect.y + LATENT_SAMPLES * (latent.y - tile.latent.y)
        made = Rect(x, y, LATENT_SAMPLES * latent.w, LATENT_SAMPLES * latent.h).intersection(tile.rect)
        pieces.append(SynthesisPiece(latent, made.size_hw, part.seen_from(made), part))
    return tuple(pieces)


@clause("6.6")
def _latent_span(first: int, beyond: int, halo: tuple[int, int], count: int) -> Span:
    """(6.6) First latent position and first beyond for samples first .. beyond-1 of a tile with `count` positions."""
    return max(first // LATENT_SAMPLES - halo[0], 0), min(ceil_div(beyond, LATENT_SAMPLES) + halo[1], count)


@clause("4.10.5", kind="added", reason=REASON)
def latent_reach(header: TilingLike, component: int, window: Rect, halo: tuple[int, int] | None) -> Rect:
    """(4.10.5, 6.6) Return the window of the latent that a window of a component's planes follows from.

    Where tiles straddle independent regions, samples may lie in no core and stay 0.  For a window of nothing else the
    latents below it are named: it needs none, but one at the origin would keep all rows of latents in between.
    """
    pieces = synthesis_pieces(header, component, window, halo)
    if pieces:
        return bounding(piece.latent for piece in pieces)
    left, top = window.x // LATENT_SAMPLES, window.y // LATENT_SAMPLES
    return Rect.between(left, top, ceil_div(window.right, LATENT_SAMPLES), ceil_div(window.bottom, LATENT_SAMPLES))
