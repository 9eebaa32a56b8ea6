"""Synthesised planes of any window (4.10.5), tile by tile as the header has them.

In: the latents that the window reads.  Out: planes int32 Q18, equal to the same window of the whole synthesis.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.latents import LatentWindow
from refdec.decoding.models import Models
from refdec.limits import Check, unchecked
from refdec.observation import UNWATCHED, Watch
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import SynthesisPiece, latent_reach, synthesis_pieces

__all__ = ["latent_needed", "synthesis_window"]

PLANES = (("Y",), ("U", "V"))


@clause("4.10.5")
def latent_needed(picture: PictureHeader, models: Models, transform: int, component: int, window: Rect) -> Rect:
    """(4.10.5, 6.6) The window of latents that `synthesis_window` reads for a window of the planes (luma samples)."""
    return latent_reach(picture, component, window, models.synthesis(transform, component).halo)


@clause("4.5")
@clause("4.10.5")
def synthesis_window(
    picture: PictureHeader,
    latents: LatentWindow,
    models: Models,
    transform: int,
    component: int,
    window: Rect,
    *,
    watch: Watch = UNWATCHED,
    check: Check = unchecked,
) -> Int32Array:
    """(4.5, 4.10.5) Planes [1 or 2, h, w] int32 Q18 of a window (luma samples of the coded picture) of one component.

    Cores of tiles are written in raster order; later ones overwrite earlier ones.  `latents` must hold `latent_needed`.
    SOP and BOP synthesise the window and its halo, HOP every tile that the window touches, because attention spans a
    tile.  Chroma reads the luma latent of the same rectangle, luma's channels first (4.5.2).  `check()` is called
    before each tile.
    """
    network = models.synthesis(transform, component)
    pieces = synthesis_pieces(picture, component, window, network.halo)

    def synthesised(piece: SynthesisPiece) -> Int32Array:
        check()
        inputs = latents.cut(piece.latent)[: 1 + component]
        return network(np.concatenate(inputs), *piece.size, piece.keep)

    if len(pieces) == 1 and pieces[0].at == window:
        frame = synthesised(pieces[0])
    else:
        frame = np.zeros((1 + component, *window.size_hw), np.int32)
        for piece in pieces:
            into = piece.at.seen_from(window)
            frame[:, into.rows, into.columns] = synthesised(piece)
    for name, plane in zip(PLANES[component], frame, strict=True):
        watch.window(f"synthesis.{name}", plane, window, (picture.img_height, picture.img_width))
    return frame
