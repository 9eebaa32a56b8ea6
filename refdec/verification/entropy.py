"""Every unit of the entropy coder whose data are wrong (2.3, 2.6 to 2.8, 2.10); the decoder stops at the first.

In: a codestream with legal headers, and the networks that its distributions come from.  Out: one problem a unit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import residual_units
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.decoding.symbols_old import component_scales, decode_hyper_latents, decode_quality
from refdec.entropy.residual import decode_residual
from refdec.errors import CodestreamError
from refdec.latent.qualitysteps import quality_steps
from refdec.latent.sigma import levels
from refdec.latent.skip import skip_mask
from refdec.tiling.regions import RegionGrid

__all__ = ["entropy_problems"]


@clause("2.10", kind="added", reason="a verifier lists every damaged unit, not only the first")
def entropy_problems(codestream: Codestream, headers: Headers, models: Models) -> Iterator[CodestreamError]:
    """(2.10) Yield what is wrong with the quality map, z, and each region of both residuals.

    Residuals depend on z and the quality map: where one of these is wrong, nothing can be said about them.
    """
    try:
        quality_map = decode_quality(codestream, headers)
        steps = None if quality_map is None else quality_steps(quality_map)
        whole = True
    except CodestreamError as problem:
        steps, whole = None, False
        yield problem
    try:
        hyper = decode_hyper_latents(codestream, headers.picture, models)
    except CodestreamError as problem:
        yield problem
        return
    if not whole:
        return
    for component, z_hat in enumerate(hyper):
        sigma = component_scales(headers.picture, models, component, z_hat, steps)
        coded = skip_mask(sigma.base, headers.picture.cube_flags[component])
        yield from _residual_problems(codestream, headers, component, sigma.final, coded)


@clause("2.6")
def _residual_problems(
    codestream: Codestream,
    headers: Headers,
    component: int,
    final: np.ndarray[tuple[int, int, int], np.dtype[np.int32]],
    coded: np.ndarray[tuple[int, int, int], np.dtype[np.bool_]],
) -> Iterator[CodestreamError]:
    """(2.6) Yield what is wrong with each region of a component's residual."""
    picture = headers.picture
    count, threads = picture.num_chs_coded[component], picture.num_threads_r[component]
    try:
        units = residual_units(codestream, headers, component)
    except CodestreamError as problem:
        yield problem
        return
    for region, unit in zip(RegionGrid.of(picture, component).regions, units, strict=True):
        if unit is None:
            continue
        window = (slice(0, count), region.y_core.rows, region.y_core.columns)
        try:
            decode_residual(unit.data, levels(np.ascontiguousarray(final[window])), coded[window], threads, at=unit.at)
        except CodestreamError as problem:
            yield problem
