"""Latent bundles out of the pipeline: a codestream decoded up to a stage and no further, or what an encoder has coded.

In: a codestream, or coded components; weights.  Out: `LatentBundle`, the same from either side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.userdata import read_weights_mark
from refdec.bundles import BundleHeaders, ComponentLatents, LatentBundle, Stage, headers_of
from refdec.clauses import clause
from refdec.decoding.models import Models, stream_fingerprint
from refdec.decoding.opening import DEFAULT_OPTIONS, CheckWeights, DecodeOptions, open_codestream, parse
from refdec.decoding.values_old import ComponentSymbols, Latents, Symbols
from refdec.limits import Check, Limits, unchecked
from refdec.picture.planes import ThreePlanes
from refdec.weights.pack import WeightPack

__all__ = ["bundle_of", "decode_to_stage", "filtered_planes", "stage_headers"]

DEFAULT_LIMITS = Limits()


def stage_headers(codestream: Codestream, headers: Headers, pack: WeightPack | None) -> BundleHeaders:
    """Return the header fields of a bundle; `pack` None (stage headers) names no weights."""
    return headers_of(
        headers,
        codestream,
        weights_fingerprint="" if pack is None else stream_fingerprint(pack, headers.picture.model_id),
        stream_fingerprint=read_weights_mark(headers.user_data) or "",
    )


def _component(part: ComponentSymbols, latents: Latents | None, index: int) -> ComponentLatents:
    """Return the arrays of a component; without `latents` those of stage symbols."""
    symbols = (part.z_hat, part.sigma.final, part.coded, part.symbols)
    if latents is None:
        return ComponentLatents(*symbols)
    mean = sat32(wide(latents.before_lsbs[index]) - latents.residual[index])
    return ComponentLatents(*symbols, mean, latents.residual[index], latents.latent[index])


def bundle_of(
    fields: BundleHeaders, symbols: Symbols, latents: Latents | None = None, planes: ThreePlanes | None = None
) -> LatentBundle:
    """Return the bundle of a picture at the stage that its arguments reach."""
    stage = Stage.SYMBOLS if latents is None else Stage.LATENT if planes is None else Stage.PICTURE
    luma, chroma = (_component(part, latents, index) for index, part in enumerate(symbols.components))
    return LatentBundle(fields, stage, luma, chroma, planes)


@clause("5.2")
def filtered_planes(
    headers: Headers,
    latents: Latents,
    luma_scale: Int32Array,
    models: Models,
    transform: int,
    *,
    check: Check = unchecked,
) -> ThreePlanes:
    """(5.2) Return Y, U, V after synthesis and filters, before the colour transform, int32 Q18 in 0..255."""
    from refdec.arithmetic.fixed import WHITE_Q18
    from refdec.decoding.planes_old import filter_planes, synthesise
    from refdec.networks.exact_blas import single_threaded_blas

    picture, tools = headers.picture, headers.tools
    with single_threaded_blas():
        synthesis = synthesise(picture, latents, models, transform, check=check)
        planes = filter_planes(picture, tools, synthesis, lambda channel: luma_scale[channel], models, transform)
    y, u, v = (np.ascontiguousarray(np.clip(plane, 0, WHITE_Q18)) for plane in planes.as_tuple())
    return y, u, v


@clause("3.2")
def decode_to_stage(
    data: bytes,
    pack: WeightPack | None,
    stage: Stage,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    limits: Limits = DEFAULT_LIMITS,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> tuple[LatentBundle, Headers]:
    """(3.2, 4.7) Decode a codestream up to a stage; returns its headers too.  Stage headers needs no pack.

    Of `options` those count that concern reading, and, at stage picture, `transform`.
    `check_weights(user_data, pack, model_id)` may refuse before anything is decoded; `check()` is called between steps.

    Raises CodestreamError, UnsupportedError, LimitExceeded, WeightsError, TransformNotListed.
    """
    if stage is not Stage.PICTURE:
        options = replace(options, transform=None)
    if stage is Stage.HEADERS or pack is None:
        codestream, headers = parse(data, options, limits)
        return LatentBundle(stage_headers(codestream, headers, None)), headers
    from refdec.decoding.latents_old import reconstruct_latents
    from refdec.decoding.memory import whole_bytes
    from refdec.decoding.symbols_old import decode_symbols
    from refdec.networks.exact_blas import single_threaded_blas

    opened = open_codestream(data, pack, options, limits=limits, check_weights=check_weights)
    codestream, headers, models = opened.codestream, opened.headers, opened.models
    limits.require_memory(whole_bytes(headers, opened.transform))
    fields = stage_headers(codestream, headers, pack)

    def seen(stage: str, array: npt.NDArray[Any]) -> None:
        check()

    with single_threaded_blas():
        symbols = decode_symbols(codestream, headers, models, observe=seen)
        if stage is Stage.SYMBOLS:
            return bundle_of(fields, symbols), headers
        latents = reconstruct_latents(headers, symbols, models, observe=seen)
    if stage is Stage.LATENT:
        return bundle_of(fields, symbols, latents), headers
    luma_scale = symbols.components[0].sigma.final
    planes = filtered_planes(headers, latents, luma_scale, models, opened.transform, check=check)
    return bundle_of(fields, symbols, latents, planes), headers
