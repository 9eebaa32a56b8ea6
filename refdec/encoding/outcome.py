"""What a decoder will make of coded components (4.7): symbols, latents and luma, without a codestream.

In: `Coded`.  Out: whole arrays for guests that look at them, and decoded luma window by window for rate control.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.decoding.cuts import unit_grid
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.latents import ComponentLatent, LatentSource, LatentWindow, component_latent
from refdec.decoding.models import Models
from refdec.decoding.synthesis import latent_needed, synthesis_window
from refdec.encoding.encoder import Coded
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.values import KeptSymbols
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.sigma import scaler_q10
from refdec.latent.skip import skip_mask
from refdec.limits import Check, unchecked
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid

__all__ = [
    "decoded_component",
    "decoded_luma",
    "kept",
    "latents_of",
    "scales_of",
    "steps_of",
    "symbols_of",
    "transform_at_hand",
    "with_luma",
]


def kept(coded: Coded) -> Coded:
    """Return the same with all symbols there at once, for those who look at them more than once."""
    luma, chroma = (replace(part, symbols=KeptSymbols(symbols_of(coded, c))) for c, part in enumerate(coded.parts))
    return replace(coded, parts=(luma, chroma))


def with_luma(coded: Coded) -> Coded:
    """Return the same with all symbols of luma there at once."""
    luma, chroma = coded.parts
    return replace(coded, parts=(replace(luma, symbols=KeptSymbols(symbols_of(coded, 0))), chroma))


def symbols_of(coded: Coded, component: int) -> Int16Array:
    """Return the symbols int16 [C,h,w] of a whole component."""
    source, picture = coded.parts[component].symbols, coded.headers.picture
    if isinstance(source, KeptSymbols):
        return source.values
    out = np.empty((COMPONENT_CHANNELS[component], picture.lat_h, picture.lat_w), np.int16)
    for region in RegionGrid.of(picture, component).regions:
        core = region.y_core
        out[:, core.rows, core.columns] = source.of_region(region.index, core)
    return out


@clause("3.2")
def scales_of(coded: Coded, component: int) -> tuple[Int32Array, BoolArray]:
    """(3.2) Return the scale indices and the mask of a component as a decoder will have them, [C,h,w]."""
    maps = coded.hyper.sigma(component, coded.frame).maps
    return maps.final, skip_mask(maps.base, coded.parts[component].cube_flags)


@clause("6.3.3")
def steps_of(coded: Coded, component: int) -> Int32Array:
    """(6.3.3) Return what a symbol 1 adds to the latent at each place, int32 Q18 [C,h,w]."""
    picture, models, maps = coded.headers.picture, coded.prepared.models, coded.hyper.sigma(component, coded.frame).maps
    scaler = scaler_q10(models.gain(component), picture.beta_log[component])
    ones = np.ones(maps.base.shape, np.int16)
    steps = coded.prepared.hyper.latents.quality_steps
    return residual_from_symbols(ones, maps.likely, maps.variance, scaler, steps)


@clause("4.7")
def latents_of(coded: Coded) -> tuple[ComponentLatent, ComponentLatent]:
    """(4.7) Return residual and latents of both components as a decoder will have them."""
    return decoded_component(coded, 0, coded.frame), decoded_component(coded, 1, coded.frame)


@clause("4.7")
def decoded_component(coded: Coded, component: int, window: Rect) -> ComponentLatent:
    """(4.7) Return residual and latents of a window of one component as a decoder will have them.

    Symbols that are not there at once (`kept`) are made anew in each call.
    """
    source = _latent_source(coded, symbols_of(coded, component))
    return component_latent(coded.headers, source, coded.prepared.models, component, window, keep=True)


def _latent_source(coded: Coded, symbols: Int16Array) -> LatentSource:
    """Return what the latents of one component are made of."""
    return LatentSource((symbols, symbols), coded.prepared.hyper.latents.quality_steps, coded.hyper)


def transform_at_hand(coded: Coded) -> int:
    """Return the first listed synthesis transform that the pack has; the first of the list if it has none."""
    models, listed = coded.prepared.models, coded.headers.picture.synthesis_transforms
    return next((t for t in listed if _has_synthesis(models, t)), listed[0])


def _has_synthesis(models: Models, transform: int) -> bool:
    from refdec.weights.names import checkpoint_name, decoder_stem

    return checkpoint_name(f"{decoder_stem(transform)}Y", models.model_id) in models.pack


@clause("4.7")
def decoded_luma(coded: Coded, transform: int, *, check: Check = unchecked) -> Iterator[tuple[Int32Array, Int32Array]]:
    """(4.7) Yield windows of the source's luma and of what a decoder will have before any filter, int32 Q18.

    Together they are all that is displayed: what luma PSNR needs, without chroma.
    """
    models, picture = coded.prepared.models, coded.headers.picture
    source = _latent_source(coded, symbols_of(coded, 0))
    decoder = PictureDecoder(coded.headers, models, transform)
    for rect in unit_grid(decoder, decoder.shown.size_hw, 1).units():
        check()
        seen = latent_needed(picture, models, transform, 0, rect)
        latent = component_latent(coded.headers, source, models, 0, seen).latent
        (luma,) = synthesis_window(picture, LatentWindow(seen, (latent, latent)), models, transform, 0, rect)
        yield _source_luma(coded.prepared.source, rect), luma


def _source_luma(source: EncoderInput, window: Rect) -> Int32Array:
    """Return a window of the source's luma; of chroma only a sample is made beside it."""
    ver, hor = source.output
    return source.planes(window, Rect(window.x // hor, window.y // ver, 1, 1)).y
