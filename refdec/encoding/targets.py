"""From a source picture to target latents (6.7, 5.14.1, 4.6, 4.10.6): the encoder's networks.

In: planes and a header draft that says the coded size and format.  Out: y and z_hat of both components.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.encoding.values import EncoderInput, Targets
from refdec.picture.planes import Planes
from refdec.picture.source import chroma_to_coded, grown, secondary_input
from refdec.tiling.analysis import analysis_tiles, usual_analysis_tiling

if TYPE_CHECKING:
    from refdec.networks.analysis import Analysis
    from refdec.networks.hyperencoder import HyperEncoder

__all__ = ["analyse", "analysis_kind", "coded_planes", "hyper_latents"]


@clause("4.6", kind="added", reason="a pack holds the light analysis networks, or those of the reference, or none")
def analysis_kind(models: Models) -> str | None:
    """(4.6) Return the kind of analysis networks that the pack has for the model: "light", "reference", or None.

    The SOP and BOP profiles use the BOP encoder (4.6); the light networks come first where both are there.
    """
    for name, kinds in (("light", LIGHT_KINDS), ("reference", REFERENCE_KINDS)):
        if all(_has(models, kind) for kind in kinds):
            return name
    return None


LIGHT_KINDS = ("analysis/Y", "analysis/UV")
REFERENCE_KINDS = ("VM_bop/encoder_Y", "VM_bop/encoder_UV")


def _has(models: Models, kind: str) -> bool:
    from refdec.weights.names import checkpoint_name

    return checkpoint_name(kind, models.model_id) in models.pack


@lru_cache(maxsize=4)
def _analysis(models: Models, component: int, light: bool) -> Analysis:
    from refdec.networks.analysis import load_analysis

    return load_analysis(models.checkpoint((LIGHT_KINDS if light else REFERENCE_KINDS)[component]))


@lru_cache(maxsize=4)
def _hyper_encoder(models: Models, component: int) -> HyperEncoder:
    from refdec.networks.hyperencoder import HyperEncoder

    return HyperEncoder.of(models.common(component))


@clause("5.14.1")
@clause("6.7")
def coded_planes(source: EncoderInput, picture: PictureHeader) -> Planes:
    """(5.14.1, 6.7) Planes of the coded size, chroma in the coded format: grown to 64 samples first, then resampled."""
    planes = grown(source.planes, picture.img_height, picture.img_width, source.output)
    return chroma_to_coded(planes, source.output, (picture.c_ver, picture.c_hor))


@clause("4.6")
def analyse(source: EncoderInput, picture: PictureHeader, models: Models) -> Targets:
    """(4.6) Return y and z_hat of both components; raises MissingCheckpoint where the pack cannot analyse."""
    planes = coded_planes(source, picture)
    if analysis_kind(models) != "reference":
        y = _light(planes, picture, models)
        return Targets(y, hyper_latents(y, models))
    pairs = [_reference(planes, picture, models, c) for c in (0, 1)]
    return Targets((pairs[0][0], pairs[1][0]), (pairs[0][1], pairs[1][1]))


@clause("4.6.1")
def hyper_latents(y: tuple[Int32Array, Int32Array], models: Models) -> tuple[Int8Array, Int8Array]:
    """(4.6.1) Return z_hat int8 of luma and chroma: the hyper encoder on whole latents."""
    return _hyper_encoder(models, 0)(y[0]), _hyper_encoder(models, 1)(y[1])


@clause("4.6", kind="added", reason="the light networks of this project's own weights see the whole picture at once")
def _light(planes: Planes, picture: PictureHeader, models: Models) -> tuple[Int32Array, Int32Array]:
    """Return y of both components by the light networks; subsampled chroma is repeated to full resolution."""
    height, width = picture.img_height, picture.img_width
    full = [
        np.repeat(np.repeat(plane, picture.c_ver, axis=0), picture.c_hor, axis=1)[:height, :width]
        for plane in (planes.u, planes.v)
    ]
    luma = _analysis(models, 0, True)(planes.y[None])
    return luma, _analysis(models, 1, True)(np.stack([planes.y, *full]))


@clause("4.10.6")
def _reference(planes: Planes, picture: PictureHeader, models: Models, component: int) -> tuple[Int32Array, Int8Array]:
    """(4.10.6) Return y and z_hat of a component by the reference networks, tile by tile."""
    whole = planes.y[None] if component == 0 else secondary_input(planes, (picture.c_ver, picture.c_hor))
    network, hyper = _analysis(models, component, False), _hyper_encoder(models, component)
    channels = COMPONENT_CHANNELS[component]
    y = np.zeros((channels, picture.lat_h, picture.lat_w), np.int32)
    z_hat = np.zeros((channels, picture.z_h, picture.z_w), np.int8)
    for tile in analysis_tiles(picture, component, usual_analysis_tiling(picture, component)):
        y_made = network(np.ascontiguousarray(whole[:, tile.rect.rows, tile.rect.columns]))
        z_made = hyper(y_made)
        y[:, tile.y.at.rows, tile.y.at.columns] = y_made[:, tile.y.keep.rows, tile.y.keep.columns]
        z_hat[:, tile.z.at.rows, tile.z.at.columns] = z_made[:, tile.z.keep.rows, tile.z.keep.columns]
    return y, z_hat
