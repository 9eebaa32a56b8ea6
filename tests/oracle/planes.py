"""From latents to output planes (4.10.5, 5.2): synthesis tile by tile, assembly, filters, colour.

In: latents of both components.  Out: three planes int32 Q18, the decoded picture before it is cut to codes.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.decoding.models import Models
from refdec.limits import Check, unchecked
from refdec.observation import Observer
from refdec.picture.colour import CustomColour, to_output
from refdec.picture.filters.tools import FilterTools
from refdec.picture.planes import Planes, ThreePlanes
from refdec.tiling.tiles import Tile, synthesis_tiles
from tests.oracle.filters import ScaleIndex, apply_filters, assemble
from tests.oracle.values import Latents, unobserved

__all__ = ["BAND_ROWS", "filter_planes", "finish_planes", "synthesise", "synthesise_tile"]

BAND_ROWS = 16
"""Latent rows that a synthesis network works on at once, where it may be cut: its maps then stay in the cache."""


def synthesise_tile(
    tile: Tile, latents: tuple[Int32Array, Int32Array], models: Models, transform: int, component: int
) -> Int32Array:
    """(4.5) Synthesise one tile of a component: planes [1 or 2, h, w] of its rectangle, int32 Q18 in 0..255.

    Chroma reads the luma latent of the same rectangle, luma's channels first (4.5.2).
    """
    inputs = latents if component else latents[:1]
    rows, columns = tile.latent.rows, tile.latent.columns
    latent = np.concatenate([part[:, rows, columns] for part in inputs])
    return models.synthesis(transform, component)(latent, *tile.rect.size_hw)


def synthesise(
    picture: PictureHeader,
    latents: Latents,
    models: Models,
    transform: int,
    *,
    observe: Observer = unobserved,
    check: Check = unchecked,
) -> Planes:
    """(4.10.5) Synthesise all tiles of both components and write their cores in raster order; `check()` before each."""
    planes = []
    for c in (0, 1):
        frame = np.zeros((1 + c, picture.img_height, picture.img_width), np.int32)
        for tile in synthesis_tiles(picture, c):
            check()
            made = synthesise_tile(tile, latents.latent, models, transform, c)
            inside = tile.core_in_tile
            frame[:, tile.core.rows, tile.core.columns] = made[:, inside.rows, inside.columns]
        for name, plane in zip(("Y", "UV")[c], frame, strict=True):
            observe(f"synthesis.{name}", plane)
            planes.append(plane)
    return Planes(*planes)


def filter_planes(
    picture: PictureHeader,
    tools: FilterTools | None,
    synthesis: Planes,
    scale_index_channel: ScaleIndex,
    models: Models,
    transform: int,
    *,
    observe: Observer = unobserved,
) -> Planes:
    """(5.2) Steps 2 to 4: crop and decimate, bring chroma to the output format, filter (`tools` None: no filter).

    `scale_index_channel(c)` gives a channel of luma's scale indices after RVS, int32 [h,w], of which LEF reads one.
    """
    planes = assemble(synthesis, picture)
    for name, plane in zip("YUV", planes.as_tuple(), strict=True):
        observe(f"pre_filters.{name}", plane)
    return apply_filters(
        planes,
        picture,
        tools,
        transform=transform,
        load_icci=models.eicci,
        scale_index_channel=scale_index_channel,
        observe=observe,
    )


def finish_planes(
    headers: Headers,
    synthesis: Planes,
    luma_scale: Int32Array,
    models: Models,
    transform: int,
    *,
    filters: bool = True,
    custom: CustomColour | None = None,
    observe: Observer = unobserved,
) -> ThreePlanes:
    """(5.2) Steps 2 to 5: those of filter_planes, then transform the colour and clamp.

    `luma_scale` int32 [160,h,w] holds the scale indices after RVS.  `custom` allows colour_transform_idx 2.
    """
    picture, tools = headers.picture, headers.tools if filters else None
    planes = filter_planes(
        picture, tools, synthesis, lambda channel: luma_scale[channel], models, transform, observe=observe
    )
    final = to_output(planes, picture, custom=custom)
    for name, plane in zip("012", final, strict=True):
        observe(f"final.{name}", plane)
    return final
