"""Codestreams of any size for measurements, made in a moment: the symbols of a real one, repeated.

In: a codestream and a size.  Out: a codestream of that size whose hyper latents and symbols are those of the first,
repeated in both directions, with the tiles that writers usually choose.  It decodes to a carpet of the picture, with
the statistics of a real one; no picture is analysed, so 16384 x 16384 takes seconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int16Array
from refdec.bitstream.builder import HeaderChoices, picture_header
from refdec.bitstream.headers import Headers, build_headers, write_stream
from refdec.bitstream.levels import smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual
from refdec.decoding.hyper import HyperLatents, HyperSide, decode_hyper
from refdec.decoding.models import models_of
from refdec.decoding.opening import parse
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.decoding.symbols import Symbols, decode_symbols, run_of_channels
from refdec.entropy.hyper import encode_z
from refdec.entropy.residual import encode_residual
from refdec.tiling.analysis import USUAL_OVERLAP, usual_synthesis_tiling
from refdec.tiling.regions import RegionGrid
from refdec.weights.pack import WeightPack

__all__ = ["repeated_stream"]

T = TypeVar("T", bound=np.generic)


def repeated_stream(
    data: bytes,
    pack: WeightPack,
    width: int,
    height: int,
    *,
    transforms: tuple[int, ...] = (1, 0),
    tile_size: int | None = None,
) -> bytes:
    """Return a codestream of width x height (at least 64 each) from the symbols of another one.

    `tile_size`: synthesis tiles in luma samples, 0: one tile; None: the usual rule of writers (1.6.6).
    """
    codestream, source = parse(data, DEFAULT_OPTIONS)
    models = models_of(pack, source.picture.model_id)
    headers = _headers(source, width, height, transforms, tile_size)
    known = HyperSide.of(source.picture, models, decode_hyper(codestream, source, models))
    symbols = decode_symbols(codestream, source, known)
    z_h, z_w = headers.picture.z_h, headers.picture.z_w
    z_luma, z_chroma = (_repeated(z_hat, z_h, z_w) for z_hat in known.latents.z_hat)
    hyper = HyperSide.of(headers.picture, models, HyperLatents((z_luma, z_chroma)))
    payloads = {marker: _payloads(headers, c, hyper, symbols) for c, marker in enumerate(RESIDUAL_MARKERS)}
    payloads[Marker.SOZ] = [encode_z(z_luma, z_chroma, models.z_tables(0), models.z_tables(1), 1)]
    return write_stream(headers, payloads)


def _headers(source: Headers, width: int, height: int, transforms: tuple[int, ...], tile_size: int | None) -> Headers:
    model_id = source.picture.model_id
    level = smallest_level(width * height, model_id)
    if level is None:
        raise ValueError(f"no level of the standard holds {width} x {height} samples")
    choices = HeaderChoices(
        width=width,
        height=height,
        model_id=model_id,
        beta_log=source.picture.beta_log,
        synthesis_transforms=transforms,
        level_idc=level,
    )
    draft = picture_header(choices)
    usual = usual_synthesis_tiling(draft)
    samples = usual.size if tile_size is None else tile_size
    if samples:
        size, overlap = samples >> 4, (usual.overlap or USUAL_OVERLAP) >> 4
        draft = replace(
            draft,
            synthesis_tile_enable=(1, 1),
            synthesis_tile_size=(size, size),
            synthesis_tile_overlap=(overlap, overlap),
        )
    return build_headers(draft)


def _repeated(values: npt.NDArray[T], h: int, w: int) -> npt.NDArray[T]:
    """Return values [C, h0, w0], repeated to [C, h, w]."""
    rows, columns = np.arange(h) % values.shape[1], np.arange(w) % values.shape[2]
    return np.ascontiguousarray(values[:, rows[:, None], columns[None, :]])


def _payloads(headers: Headers, component: int, hyper: HyperSide, symbols: Symbols) -> list[bytes]:
    """Return the residual of a component; where the mask leaves symbols out, they are left out."""
    picture = headers.picture
    count = picture.num_chs_coded[component]
    units: list[bytes | None] = []
    for region in RegionGrid.of(picture, component).regions:
        core = region.y_core
        assert core == picture.latent_frame, "streams for measurements have one region"
        levels, coded = run_of_channels(hyper, component, core, slice(0, count))
        values: Int16Array = _repeated(symbols.values[component], core.h, core.w)
        units.append(encode_residual(values, levels, coded, 1))
    return assemble_residual(units, picture.independent_regions)
