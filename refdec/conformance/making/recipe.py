"""Recipes: how one stream of a suite is made from headers and synthetic symbols (1.9).

In: `Recipe` and the networks of its model.  Out: the bytes of a codestream that breaks no rule.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from refdec.bitstream.builder import HeaderChoices, picture_header
from refdec.bitstream.framing import write_codestream
from refdec.bitstream.headers import Edition, Headers, build_headers, write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.rendering import RenderingInfo
from refdec.bitstream.rules import all_problems
from refdec.bitstream.tools import ToolsHeader
from refdec.conformance.making.drawn_symbols import ComponentDraw, Draw, MapStyle, Style, draw_symbols
from refdec.decoding.models import Models
from refdec.entropy.hyper import encode_z
from refdec.entropy.qualitymap import encode_quality_map
from refdec.entropy.residual import encode_residual
from refdec.tiling.regions import RegionGrid

__all__ = ["Dice", "Recipe", "dice_of", "draft", "payloads_of", "stream_of", "write_parts"]

Dice = Callable[[str], np.random.Generator]
"""Gives the generator of a name; equal names give equal numbers."""


def dice_of(seed: int) -> Dice:
    """Return the generators of a suite's seed."""

    def generator(name: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))

    return generator


@dataclass(frozen=True, slots=True)
class Recipe:
    """One stream: its headers, how its symbols are drawn, and what is unusual about its layout.

    `absent`: (component, region_idx) of independent regions that are left out; `shuffled`: substreams of the residual
    in reverse order of regions; `trailing`: bytes after EOC; `exact_only`: values so extreme that a decoder in floating
    point cannot be compared.
    """

    name: str
    title: str
    headers: Headers = field(repr=False)
    style: Style = "usual"
    map_style: MapStyle = "noise"
    absent: tuple[tuple[int, int], ...] = ()
    shuffled: bool = False
    trailing: bytes = b""
    exact_only: bool = False
    remark: str = ""


def draft(
    width: int = 96,
    height: int = 80,
    *,
    tools: ToolsHeader | Callable[[PictureHeader], ToolsHeader] | None = None,
    rendering: RenderingInfo | None = None,
    user_data: bytes | None = None,
    changes: Mapping[str, Any] | None = None,
    edition: Edition = Edition.PUBLISHED,
    **choices: Any,
) -> Headers:
    """Return legal headers from the builder's choices; `changes` replaces fields of the picture header.

    Raises the first broken rule, also one that decoders tolerate: a plan with an illegal recipe is a bug.
    """
    picture = picture_header(HeaderChoices(width=width, height=height, **choices))
    picture = replace(picture, **(changes or {}))
    made = tools(picture) if callable(tools) else tools
    headers = build_headers(picture, made, rendering, user_data, edition=edition)
    for problem in all_problems(headers):
        raise problem
    return headers


def _residual(picture: PictureHeader, component: int, part: ComponentDraw, recipe: Recipe) -> list[bytes]:
    count, threads = picture.num_chs_coded[component], picture.num_threads_r[component]
    units: list[bytes | None] = []
    for region in RegionGrid.of(picture, component).regions:
        if (component, region.index) in recipe.absent:
            units.append(None)
            continue
        window = (slice(0, count), region.y_core.rows, region.y_core.columns)
        values, level = np.ascontiguousarray(part.symbols[window]), np.ascontiguousarray(part.levels[window])
        units.append(encode_residual(values, level, np.ascontiguousarray(part.coded[window]), threads))
    return assemble_residual(units, picture.independent_regions)


def payloads_of(recipe: Recipe, draw: Draw, models: Models) -> dict[Marker, list[bytes]]:
    """Return the entropy-coded payloads of drawn symbols."""
    picture = recipe.headers.picture
    payloads = {marker: _residual(picture, c, draw.components[c], recipe) for c, marker in enumerate(RESIDUAL_MARKERS)}
    z = tuple(part.z for part in draw.components)
    payloads[Marker.SOZ] = [encode_z(z[0], z[1], models.z_tables(0), models.z_tables(1), picture.num_threads_z)]
    if draw.quality_map is not None:
        index = picture.quality_map_entropy_index
        payloads[Marker.SOQ] = [encode_quality_map(draw.quality_map, picture.num_threads_q, entropy_index=index)[0]]
    if recipe.shuffled:
        payloads |= {marker: payloads[marker][::-1] for marker in RESIDUAL_MARKERS}
    return payloads


def write_parts(headers: Headers, payloads: Mapping[Marker, list[bytes]]) -> bytes:
    """Return the codestream in the order of `substream_order`; payloads that the order does not hold come last."""
    waiting = {marker: list(rows) for marker, rows in payloads.items()}
    waiting |= {marker: [payload] for marker, payload in write_headers(headers).items()}
    parts = [(marker, waiting[marker].pop(0)) for marker in headers.substream_order if waiting.get(marker)]
    parts += [(marker, payload) for marker, rows in waiting.items() for payload in rows]
    return write_codestream(parts)


def stream_of(recipe: Recipe, models: Models, dice: Dice) -> bytes:
    """Return the stream of a recipe."""
    draw = draw_symbols(dice(recipe.name), recipe.headers.picture, models, recipe.style, recipe.map_style)
    return write_parts(recipe.headers, payloads_of(recipe, draw, models)) + recipe.trailing
