"""How much memory a decode needs, known from its headers before the first large array is made.

In: headers, the synthesis transform, and what part of the picture is decoded how.  Out: an upper bound in bytes of the
arrays that are alive at a time; program, weights and prepared networks (about 0.3 GB) are not counted.  The figures are
measured (tests compare them with the real peak) and rounded up.
"""

from __future__ import annotations

from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.picture.filters.tools import FilterTools
from refdec.tiling.geometry import Rect
from refdec.tiling.tiles import ICCI_NARROWEST

__all__ = ["coded_samples", "region_bytes", "streaming_bytes", "whole_bytes"]

REASON = "an upper bound on memory; the text sets none"
FIXED_BYTES = 10 << 20
"""Blocks of the networks' products, and everything else that does not grow with the picture."""
SYNTHESIS_BYTES = {Synthesis.SOP: 56, Synthesis.BOP: 112, Synthesis.HOP: 560}
"""Feature maps, per luma sample of what is synthesised at once."""
EICCI_BYTES = 136
"""Feature maps of an eICCI network, per luma sample of a filter tile."""
ENTROPY_BYTES, LATENT_BYTES, PLANES_BYTES, FILTER_BYTES = 3, 36, 44, 28
"""Per luma sample: symbols and hyper latents; all that latents are made of; planes up to the codes; filters' copies."""
POSITION_SAMPLES, LATENT_CHANNELS = 256, 256


def coded_samples(picture: PictureHeader) -> int:
    """Return the luma samples that whole positions of the hyper latent cover."""
    return (picture.z_h * picture.z_w) << 12


def _largest_tile(picture: PictureHeader) -> int:
    """Return the luma samples of the largest synthesis tile; those of independent regions grow by their overlap."""
    return max(
        _square(picture, size + overlap) if size else _square(picture, max(picture.img_height, picture.img_width))
        for size, overlap in zip(picture.tile_size, picture.tile_overlap, strict=True)
    )


def _square(picture: PictureHeader, edge: int) -> int:
    """Return the samples of a square tile of at most the picture's size."""
    return min(edge, picture.img_height) * min(edge, picture.img_width)


def _filter_bytes(picture: PictureHeader, tools: FilterTools | None, samples: int) -> int:
    """Return what filters add for so many samples of planes."""
    if tools is None:
        return 0
    used = any(tool is not None for tool in (tools.efe_linear, tools.icci, tools.efe_nonlinear, tools.lef_ch_idx))
    needed = FILTER_BYTES * samples if used else 0
    if tools.icci is not None:
        whole = max(picture.img_height, picture.img_width)
        edge = tools.icci.tile_size + ICCI_NARROWEST if tools.icci.tile_size else whole
        needed += EICCI_BYTES * min(_square(picture, edge), samples)
    return needed


@clause("1.8 (7)", kind="added", reason=REASON)
def whole_bytes(headers: Headers, transform: int, *, filters: bool = True) -> int:
    """(1.8 (7)) The bytes of a decode that keeps every stage of the whole picture."""
    picture = headers.picture
    samples = coded_samples(picture)
    tools = headers.tools if filters else None
    temporary = SYNTHESIS_BYTES[Synthesis(transform)] * _largest_tile(picture)
    return FIXED_BYTES + PLANES_BYTES * samples + max(temporary, _filter_bytes(picture, tools, samples))


@clause("1.8 (7)", kind="added", reason=REASON)
def streaming_bytes(
    headers: Headers,
    transform: int,
    unit: int,
    *,
    filters: bool,
    whole_planes: bool,
    kept_rows: int,
    slots_bytes: int,
    workers: int,
    threads: int = 1,
) -> int:
    """(1.8 (7)) The bytes of a decode in units of at most `unit` luma samples, by several workers, or threads of one.

    `kept_rows`: latent rows that are kept at a time; `slots_bytes`: of finished units; `whole_planes`: whether planes
    are kept before the filters.
    """
    picture = headers.picture
    samples = coded_samples(picture)
    at_once = max(unit, _largest_tile(picture)) if transform == Synthesis.HOP else unit
    each = FIXED_BYTES + (SYNTHESIS_BYTES[Synthesis(transform)] + LATENT_BYTES + PLANES_BYTES + FILTER_BYTES) * at_once
    needed = ENTROPY_BYTES * samples + 4 * LATENT_CHANNELS * kept_rows * picture.lat_w + slots_bytes + workers * each
    needed += (threads - 1) * FIXED_BYTES
    if whole_planes:
        tools = headers.tools if filters else None
        needed += PLANES_BYTES * samples + _filter_bytes(picture, tools, samples)
    return needed


@clause("1.8 (7)", kind="added", reason=REASON)
def region_bytes(headers: Headers, transform: int, latent: Rect, planes: Rect, *, filters: bool) -> int:
    """(1.8 (7)) The bytes of a decode of a rectangle: `latent` positions and `planes` (luma samples) that it reads."""
    picture = headers.picture
    window = max(planes.w * planes.h, latent.w * latent.h * POSITION_SAMPLES)
    at_once = max(window, _largest_tile(picture)) if transform == Synthesis.HOP else window
    tools = headers.tools if filters else None
    temporary = max(SYNTHESIS_BYTES[Synthesis(transform)] * at_once, _filter_bytes(picture, tools, window))
    return FIXED_BYTES + ENTROPY_BYTES * coded_samples(picture) + (LATENT_BYTES + PLANES_BYTES) * window + temporary
