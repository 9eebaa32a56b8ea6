"""EFE non-linear, the luma-driven chroma offset, and the on/off switch (5.8, 6.4.11).

In: planes in the output format, Q18, the alternative picture where there is one, and the parameters of TON.
Out: new chroma planes; luma never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.fixed import Q, rdiv
from refdec.arithmetic.types import Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.picture.errors import AlternativePictureMissing, MaskSizeMismatch, NonlinearTilesMismatch
from refdec.picture.planes import PictureFormat, Planes, Size, chroma_rect, chroma_size
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.bitstream.tools import EfeNonlinear

__all__ = ["efe_nonlinear", "offset_curve", "on_off_switch", "thresholds"]

WEIGHTS = 8
ZERO_WEIGHT = 32767


@clause("6.4.11")
def thresholds(min_luma: int, max_luma: int) -> Int64Array:
    """(6.4.11) thr_0..thr_7 in Q18 from minLuma and maxLuma of a tile, in hundredths."""
    k = np.arange(WEIGHTS, dtype=np.int64)
    return rdiv((8 * min_luma + k * (max_luma - min_luma)) << Q, 800)


@clause("5.8.1")
def offset_curve(planes: Planes, header: PictureFormat, parameters: EfeNonlinear, at: Rect | None = None) -> Planes:
    """(5.8.1, 6.4.11) Add the offset curve to the chroma planes whose flag is 1, tile by tile.

    `at`: the chroma samples that the planes are a window of; None: all.  Raises NonlinearTilesMismatch if the tiles do
    not cover the planes.
    """
    if not any(parameters.nonLinear_enabled):
        return planes
    at = at or _all_of(planes.u)
    height, width = chroma_size(header)
    tile_h, tile_w = parameters.nonlinearH, parameters.nonlinearW
    stated = len(parameters.minLuma)
    columns = ceil_div(width, tile_w) if tile_w else 0
    needed = ceil_div(height, tile_h) * columns if tile_h else 0
    if needed == 0 or stated != needed:
        raise NonlinearTilesMismatch(stated, needed)
    luma = np.ascontiguousarray(planes.y[:: header.s_ver, :: header.s_hor])
    curves = [thresholds(int(low), int(high)) for low, high in zip(parameters.minLuma, parameters.maxLuma, strict=True)]
    made = []
    for enabled, plane, coded in zip(parameters.nonLinear_enabled, (planes.u, planes.v), parameters.A1, strict=True):
        if not enabled:
            made.append(plane)
            continue
        if coded is None or coded.size != WEIGHTS * needed:
            raise NonlinearTilesMismatch(0 if coded is None else coded.size // WEIGHTS, needed)
        weight = coded.reshape(needed, WEIGHTS).astype(np.int64) + (parameters.minSymbol - ZERO_WEIGHT)
        source, out = np.ascontiguousarray(plane), np.empty(plane.shape, np.int32)
        for tile, curve in enumerate(curves):
            place = Rect(tile % columns * tile_w, tile // columns * tile_h, tile_w, tile_h).intersection(at)
            if not place.empty:
                _bend(out, source, luma, weight[tile], curve, place.seen_from(at))
        made.append(out)
    return planes.with_chroma(made[0], made[1])


def _bend(
    out: Int32Array, plane: Int32Array, luma: Int32Array, weight: Int64Array, curve: Int64Array, at: Rect
) -> None:
    from refdec.picture.filters.kernels import efe_nonlinear_tile

    efe_nonlinear_tile(out, plane, luma, weight, curve, np.array([at.y, at.bottom, at.x, at.right], np.int64))


def _all_of(plane: Int32Array) -> Rect:
    return Rect(0, 0, plane.shape[1], plane.shape[0])


@clause("5.8.2")
def on_off_switch(
    planes: Planes,
    alternative: Planes | None,
    parameters: EfeNonlinear,
    at: Rect | None = None,
    chroma_hw: Size | None = None,
) -> Planes:
    """(5.8.2, 6.4.11) Mix in the alternative picture block by block.

    `at`: the chroma samples of planes of size `chroma_hw` that these are a window of; None: all.  Without mask1 nothing
    happens, whatever mask2 says (I-7); without mask2 V stays.  Raises AlternativePictureMissing and MaskSizeMismatch.
    """
    if not parameters.mask1:
        return planes
    if alternative is None:
        raise AlternativePictureMissing
    at = at or _all_of(planes.u)
    size = chroma_hw or at.size_hw
    u = _switched(planes.u, alternative.u, _choices("U", parameters, 0, size, at))
    v = _switched(planes.v, alternative.v, _choices("V", parameters, 1, size, at)) if parameters.mask2 else planes.v
    return planes.with_chroma(u, v)


def _choices(name: str, parameters: EfeNonlinear, m: int, size: Size, at: Rect) -> UInt8Array:
    """Return the mask's value at every sample of a window of a plane of `size`."""
    mask, edge = parameters.W5[m], parameters.bS
    needed = (ceil_div(size[0], edge), ceil_div(size[1], edge)) if edge else (0, 0)
    if mask is None or mask.shape != needed:
        raise MaskSizeMismatch(name, None if mask is None else (mask.shape[0], mask.shape[1]), needed)
    rows, columns = np.arange(at.y, at.bottom) // edge, np.arange(at.x, at.right) // edge
    return np.ascontiguousarray(mask[rows][:, columns], dtype=np.uint8)


def _switched(plane: Int32Array, alternative: Int32Array, choices: UInt8Array) -> Int32Array:
    from refdec.picture.filters.kernels import switch_plane

    out = np.empty(plane.shape, np.int32)
    switch_plane(out, np.ascontiguousarray(plane), np.ascontiguousarray(alternative), choices, 1)
    return out


@clause("5.8")
def efe_nonlinear(
    planes: Planes,
    alternative: Planes | None,
    header: PictureFormat,
    parameters: EfeNonlinear,
    *,
    held: Rect | None = None,
) -> Planes:
    """(5.8) Offset curve, then switch; `alternative` is the picture that EFE linear made with its set 0, if it did.

    `held`: the luma samples (even corner) that both pictures are a window of; None: all.
    """
    at = None if held is None else chroma_rect(held, (header.s_ver, header.s_hor))
    bent = offset_curve(planes, header, parameters, at)
    return on_off_switch(bent, alternative, parameters, at, None if at is None else chroma_size(header))
