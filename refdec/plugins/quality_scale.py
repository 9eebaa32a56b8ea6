"""The quality scale of a pack: what the pack says of it, or measured on a small picture where it has several models.

In: a pack and its models.  Out: `QualityScale`.  A pack of one model needs no measuring; one of several is measured
when it is made (`with_scale`), or once a process where that was not done.
The picture is `data/quality.png`, a part of the Kodak picture 7 whose rate is near the mean of that set.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from refdec.encoding.quality import CurvePoint, QualityScale, scale_of
from refdec.encoding.ratecontrol import chroma_displacement
from refdec.plugins.core_errors import NoModel
from refdec.plugins.core_reading import ReadingCore
from refdec.weights.ranges import ModelRange

if TYPE_CHECKING:
    from refdec.encoding.encoder import Prepared
    from refdec.plugins.target_latents import ModelInfo
    from refdec.weights.pack import WeightPack

__all__ = ["quality_scale", "with_scale"]

PICTURE = "quality.png"
CURVE_POINTS = 25
LOG = logging.getLogger(__name__)


@lru_cache(maxsize=2)
def quality_scale(pack: WeightPack, models: tuple[ModelInfo, ...]) -> QualityScale:
    """Return the scale of the models that can analyse a picture, or of the first if none can.  Raises NoModel."""
    if not models:
        raise NoModel(None, ())
    able = [info for info in models if info.analysis] or list(models[:1])
    ranges = [ModelRange(info.model_id, *info.displacements) for info in able]
    if pack.scale and {part.model_id for part in pack.scale} <= {info.model_id for info in able}:
        return QualityScale(pack.scale)
    return scale_of(ranges, lambda model: _curve(pack, model))


def with_scale(pack: WeightPack) -> WeightPack:
    """Return a pack that says what its quality scale is, where several of its models can analyse a picture."""
    bare = replace(pack, scale=())
    models = tuple(info for info in ReadingCore(bare).models if info.analysis)
    return replace(pack, scale=quality_scale(bare, models).stretches) if len(models) > 1 else bare


def _curve(pack: WeightPack, model: ModelRange) -> Sequence[CurvePoint]:
    """Return what displacements of a model make of the picture, from the lowest to the highest."""
    from refdec.encoding.encoder import code, write
    from refdec.encoding.outcome import decoded_luma, transform_at_hand

    LOG.info("measuring model %d for the quality scale", model.model_id)
    prepared = _prepared(pack, model.model_id)
    points = []
    for k in range(CURVE_POINTS):
        displacement = model.low + k * (model.high - model.low) // (CURVE_POINTS - 1)
        coded = code(prepared, (displacement, chroma_displacement(displacement)))
        windows = decoded_luma(coded, transform_at_hand(coded))
        error = sum(int((((made >> 8).astype(np.int64) - (luma >> 8)) ** 2).sum()) for luma, made in windows)
        points.append(CurvePoint(displacement, len(write(coded)), error))
    return points


def _prepared(pack: WeightPack, model_id: int) -> Prepared:
    """Return the picture's latents, ready to be coded at any displacement."""
    from refdec.decoding.models import models_of
    from refdec.encoding.draft import EncodeSettings
    from refdec.encoding.encoder import prepare, targets_of
    from refdec.encoding.encoderinput import input_from_codes
    from refdec.formats.files import read_picture

    picture = read_picture(resources.files("refdec").joinpath("data", PICTURE).read_bytes(), suffix=".png")
    source = input_from_codes(picture.components, picture.bits, rgb=True)
    settings, models = EncodeSettings(), models_of(pack, model_id)
    targets = targets_of(source, settings, models)
    return prepare(source, settings, models, targets.y, targets.z_hat)
