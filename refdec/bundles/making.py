"""Latent bundles out of the pipeline: a codestream decoded up to a stage and no further, or what an encoder has coded.

In: a codestream, or coded components; weights.  Out: `LatentBundle`, the same from either side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.userdata import read_weights_mark
from refdec.bundles import BundleHeaders, ComponentLatents, LatentBundle, Stage, headers_of
from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.latents import ComponentLatent, LatentSource, LatentWindow, component_latent
from refdec.decoding.memory import whole_bytes
from refdec.decoding.models import Models, stream_fingerprint
from refdec.decoding.opening import CheckWeights, absent_warnings, open_codestream, parse
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.decoding.symbols import Symbols
from refdec.latent.skip import skip_mask
from refdec.limits import Check, unchecked
from refdec.picture.planes import ThreePlanes
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect
from refdec.weights.pack import WeightPack

__all__ = ["bundle_of", "decode_to_stage", "filtered_planes", "stage_headers"]

Warn: TypeAlias = Callable[[str], None]
"""Told, in a sentence each, what was passed over."""


def unheard(warning: str) -> None:
    """Take no notice: the caller does not ask for warnings."""


def stage_headers(codestream: Codestream, headers: Headers, pack: WeightPack | None) -> BundleHeaders:
    """Return the header fields of a bundle; `pack` None (stage headers) names no weights."""
    return headers_of(
        headers,
        codestream,
        weights_fingerprint="" if pack is None else stream_fingerprint(pack, headers.picture.model_id),
        stream_fingerprint=read_weights_mark(headers.user_data) or "",
    )


@dataclass(frozen=True, slots=True, eq=False)
class ComponentSymbols:
    """What entropy decoding gives for one component, as whole arrays.

    `z_hat` int8 [C,hz,wz]; `scale_index` int32 [C,h,w]; `coded` the mask; `symbols` int16 [C,h,w], 0 where not coded.
    """

    z_hat: Int8Array
    scale_index: Int32Array
    coded: BoolArray
    symbols: Int16Array


def _component(part: ComponentSymbols, latent: ComponentLatent | None) -> ComponentLatents:
    """Return the arrays of a component; without `latent` those of stage symbols."""
    symbols = (part.z_hat, part.scale_index, part.coded, part.symbols)
    if latent is None:
        return ComponentLatents(*symbols)
    mean = sat32(wide(latent.before_lsbs) - latent.residual)
    return ComponentLatents(*symbols, mean, np.ascontiguousarray(latent.residual), latent.latent)


def bundle_of(
    fields: BundleHeaders,
    symbols: tuple[ComponentSymbols, ComponentSymbols],
    latents: tuple[ComponentLatent, ComponentLatent] | None = None,
    planes: ThreePlanes | None = None,
) -> LatentBundle:
    """Return the bundle of a picture at the stage that its arguments reach."""
    stage = Stage.SYMBOLS if latents is None else Stage.LATENT if planes is None else Stage.PICTURE
    luma, chroma = (_component(part, None if latents is None else latents[index]) for index, part in enumerate(symbols))
    return LatentBundle(fields, stage, luma, chroma, planes)


@clause("5.2")
def filtered_planes(
    headers: Headers,
    latents: tuple[Int32Array, Int32Array],
    luma_scale: Int32Array,
    models: Models,
    transform: int,
    *,
    check: Check = unchecked,
) -> ThreePlanes:
    """(5.2) Return Y, U, V after synthesis and filters, before the colour transform, int32 Q18 in 0..255.

    `latents`: final, of both components; `luma_scale` int32 [160,h,w]: luma's scale indices.
    """
    from refdec.arithmetic.fixed import WHITE_Q18

    decoder, windows = PictureDecoder(headers, models, transform), Windows.whole(headers.picture)

    def scale_index(channel: int, window: Rect) -> Int32Array:
        return np.ascontiguousarray(luma_scale[channel, window.rows, window.columns])

    held = LatentWindow(decoder.latent_frame, latents)
    synthesis = decoder.synthesis(held, windows.luma, windows.chroma, check=check)
    planes = decoder.filtered(synthesis, scale_index, windows)
    y, u, v = (np.ascontiguousarray(np.clip(plane, 0, WHITE_Q18)) for plane in planes.as_tuple())
    return y, u, v


def _whole_component(symbols: Symbols, component: int) -> ComponentSymbols:
    """Return the symbols of a component with its scale indices and mask, of all channels."""
    hyper, values = symbols.hyper, symbols.values[component]
    picture = hyper.picture
    maps = hyper.sigma(component, picture.latent_frame).maps
    coded = skip_mask(maps.base, picture.cube_flags[component])
    whole = np.zeros(maps.final.shape, np.int16)
    whole[: len(values)] = values
    return ComponentSymbols(hyper.latents.z_hat[component], maps.final, coded, whole)


@clause("3.2")
def decode_to_stage(
    data: bytes,
    pack: WeightPack | None,
    stage: Stage,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
    warn: Warn = unheard,
) -> tuple[LatentBundle, Headers]:
    """(3.2, 4.7) Decode a codestream up to a stage; returns its headers too.  Stage headers needs no pack.

    Of `options` those count that concern reading and limits, and, at stage picture, `synthesis`.
    `check_weights(user_data, pack, model_id)` may refuse before anything is decoded; `check()` is called between steps.
    `warn(sentence)` is told what a lenient reader passed over and which regions are absent, as `decode` tells it.

    Raises CodestreamError, UnsupportedError, LimitExceeded, WeightsError, TransformNotListed.
    """
    if stage is not Stage.PICTURE:
        options = replace(options, synthesis=None)
    if stage is Stage.HEADERS or pack is None:
        codestream, headers = parse(data, options)
        for problem in (*codestream.warnings, *headers.warnings):
            warn(problem.headline())
        return LatentBundle(stage_headers(codestream, headers, None)), headers

    opened = open_codestream(data, pack, options, check_weights=check_weights)
    codestream, headers, models = opened.codestream, opened.headers, opened.models
    options.limits.require_memory(whole_bytes(headers, opened.transform))
    fields = stage_headers(codestream, headers, pack)
    decoder = PictureDecoder(headers, models, opened.transform)
    hyper = decoder.hyper_side(decoder.hyper_latents(codestream))
    check()
    symbols = decoder.symbols(codestream, hyper)
    check()
    for warning in (*opened.warnings, *absent_warnings(symbols.absent_regions)):
        warn(warning)
    parts = _whole_component(symbols, 0), _whole_component(symbols, 1)
    if stage is Stage.SYMBOLS:
        return bundle_of(fields, parts), headers
    source = LatentSource(symbols.values, hyper.latents.quality_steps, hyper)
    luma, chroma = (
        component_latent(headers, source, models, c, decoder.latent_frame, keep=True, check=check) for c in (0, 1)
    )
    if stage is Stage.LATENT:
        return bundle_of(fields, parts, (luma, chroma)), headers
    latents = luma.latent, chroma.latent
    planes = filtered_planes(headers, latents, parts[0].scale_index, models, opened.transform, check=check)
    return bundle_of(fields, parts, (luma, chroma), planes), headers
