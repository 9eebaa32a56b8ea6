"""Every unit of the entropy coder whose data are wrong (2.3, 2.6 to 2.8, 2.10); the decoder stops at the first.

In: a codestream with legal headers, and the networks that its distributions come from.  Out: one problem a unit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.hyper import HyperLatents, HyperSide, decode_hyper_latents, decode_quality
from refdec.decoding.models import Models
from refdec.decoding.symbols import GrowingRegion, region_units
from refdec.errors import CodestreamError
from refdec.latent.qualitysteps import quality_steps
from refdec.limits import Check, unchecked

__all__ = ["entropy_problems"]


@clause("2.10", kind="added", reason="a verifier lists every damaged unit, not only the first")
def entropy_problems(
    codestream: Codestream, headers: Headers, models: Models, *, check: Check = unchecked
) -> Iterator[CodestreamError]:
    """(2.10) Yield what is wrong with the quality map, z, and each region of both residuals.

    Residuals depend on z and the quality map: where one of these is wrong, nothing can be said about them.
    `check()` is called between the units.
    """
    try:
        quality_map = decode_quality(codestream, headers)
        steps = None if quality_map is None else quality_steps(quality_map)
        whole = True
    except CodestreamError as problem:
        steps, whole = None, False
        yield problem
    check()
    try:
        hyper = decode_hyper_latents(codestream, headers.picture, models)
    except CodestreamError as problem:
        yield problem
        return
    if not whole:
        return
    picture = headers.picture
    side = HyperSide.of(picture, models, HyperLatents(hyper, None, steps))
    for component in (0, 1):
        yield from _residual_problems(codestream, headers, side, component, check)


@clause("2.6")
def _residual_problems(
    codestream: Codestream, headers: Headers, side: HyperSide, component: int, check: Check
) -> Iterator[CodestreamError]:
    """(2.6) Yield what is wrong with each region of a component's residual."""
    picture = headers.picture
    count = picture.num_chs_coded[component]
    try:
        units = region_units(codestream, headers, component)
    except CodestreamError as problem:
        yield problem
        return
    symbols = np.zeros((count, picture.lat_h, picture.lat_w), np.int16)
    for region, unit in units:
        if unit is None:
            continue
        check()
        try:
            GrowingRegion(side, component, unit, region.y_core).write(symbols, count)
        except CodestreamError as problem:
            yield problem
