"""Entropy decoding of a picture (3.2 steps 1 to 6): hyper latent, scale indices, mask, and residual symbols.

In: a codestream with its headers.  Out: `Symbols`.  Everything here is exact in every decoder; the only network is the
integer hyper-scale decoder.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import hyper_unit, quality_map_unit, residual_units
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.decoding.models import COMPONENT_NAMES, Models
from refdec.entropy.hyper import decode_z
from refdec.entropy.qualitymap import decode_quality_map
from refdec.entropy.residual import decode_residual
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import SigmaMaps, levels, scale_maps
from refdec.latent.skip import skip_mask
from refdec.observation import Observer
from refdec.tiling.regions import RegionGrid
from tests.oracle.values import ComponentSymbols, Symbols, unobserved

__all__ = ["component_scales", "decode_hyper_latents", "decode_quality", "decode_symbols", "region_symbols"]


def decode_quality(codestream: Codestream, headers: Headers) -> Int32Array | None:
    """(2.8) The quality map, int32 [h,w], or None where the tool is off."""
    picture = headers.picture
    unit = quality_map_unit(codestream, headers)
    if unit is None:
        return None
    index, threads = picture.quality_map_entropy_index, picture.num_threads_q
    return decode_quality_map(unit.data, picture.lat_h, picture.lat_w, index, threads, at=unit.at)


def decode_hyper_latents(codestream: Codestream, picture: PictureHeader, models: Models) -> tuple[Int8Array, Int8Array]:
    """(2.7) z_hat of luma and chroma, int8 [C,hz,wz]; one substream holds both."""
    unit = hyper_unit(codestream)
    tables = models.z_tables(0), models.z_tables(1)
    return decode_z(unit.data, *tables, picture.z_h, picture.z_w, picture.num_threads_z, at=unit.at)


def component_scales(
    picture: PictureHeader, models: Models, component: int, z_hat: Int8Array, steps: QualitySteps | None
) -> SigmaMaps:
    """(3.2) Steps 1 to 4: scale indices of a whole component, before and after RVS and GRFS."""
    network = models.hyper_scale(component)
    s0 = network.scale(network.trunk(z_hat), picture.lat_h, picture.lat_w)
    return scale_maps(
        s0,
        models.gain(component),
        picture.beta_log[component],
        steps,
        bool(picture.rvs_enable_flag[component]),
        picture.grfs_flags[component] if picture.grfs_enable_flag[component] else None,
        picture.model_id,
    )


def region_symbols(
    codestream: Codestream,
    headers: Headers,
    component: int,
    final: Int32Array,
    coded: BoolArray,
    channels: int | None = None,
) -> tuple[Int16Array, tuple[int, ...]]:
    """(2.6) Residual symbols int16 [C,h,w] of all regions, 0 where not coded, and the regions that are absent (1.4.4).

    `channels` limits what is decoded; the rest stays 0 (2.6.8).
    """
    picture = headers.picture
    count, threads = picture.num_chs_coded[component], picture.num_threads_r[component]
    symbols = np.zeros(final.shape, np.int16)
    absent: list[int] = []
    units = residual_units(codestream, headers, component)
    for region, unit in zip(RegionGrid.of(picture, component).regions, units, strict=True):
        if unit is None:
            absent.append(region.index)
            continue
        window = (slice(0, count), region.y_core.rows, region.y_core.columns)
        run_levels = levels(np.ascontiguousarray(final[window]))
        symbols[window] = decode_residual(unit.data, run_levels, coded[window], threads, channels=channels, at=unit.at)
    return symbols, tuple(absent)


def decode_symbols(
    codestream: Codestream,
    headers: Headers,
    models: Models,
    channels: tuple[int, int] | None = None,
    *,
    observe: Observer = unobserved,
) -> Symbols:
    """(3.2) Everything that the entropy coder carries, and the scale indices and masks that it needs to know."""
    picture = headers.picture
    quality_map = decode_quality(codestream, headers)
    if quality_map is not None:
        observe("quality_map", quality_map)
    steps = None if quality_map is None else quality_steps(quality_map)
    parts: list[ComponentSymbols] = []
    absent: list[tuple[int, int]] = []
    for c, z_hat in enumerate(decode_hyper_latents(codestream, picture, models)):
        name, cube_flags = COMPONENT_NAMES[c], picture.cube_flags[c]
        observe(f"z_hat.{name}", z_hat)
        observe(f"gain_log.{name}", models.gain(c) + np.int32(picture.beta_log[c]))
        if cube_flags is not None:
            observe(f"cube_flag.{name}", cube_flags)
        sigma = component_scales(picture, models, c, z_hat, steps)
        observe(f"scale_index_base.{name}", sigma.base)
        observe(f"scale_index.{name}", sigma.final)
        coded = skip_mask(sigma.base, cube_flags)
        observe(f"mask.{name}", coded)
        limit = None if channels is None else min(channels[c], COMPONENT_CHANNELS[c])
        symbols, missing = region_symbols(codestream, headers, c, sigma.final, coded, limit)
        observe(f"symbols.{name}", symbols)
        absent += [(c, region) for region in missing]
        parts.append(ComponentSymbols(z_hat, sigma, coded, symbols))
    return Symbols((parts[0], parts[1]), quality_map, steps, tuple(absent))
