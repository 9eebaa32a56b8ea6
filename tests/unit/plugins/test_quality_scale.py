"""The quality scale of packs: of the bundled one, and of one with a second model."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from refdec.metrics.sse import sum_squared_error
from refdec.plugins import quality_scale as module
from refdec.plugins.api import CodingSettings, EncodeRequest, OperatingPoint, Quality, SourcePicture
from refdec.plugins.core import Core
from refdec.plugins.core_errors import NoModel
from refdec.plugins.quality_scale import quality_scale, with_scale
from refdec.weights.names import checkpoint_name, name_of_text
from refdec.weights.pack import Checkpoint, WeightPack
from refdec.weights.ranges import ModelRange
from tests.encodable import bundled, bundled_model, photograph, two_models


def pack_of_two() -> WeightPack:
    """The bundled weights as model 1 and once more as model 2."""
    pack = bundled_model(1)
    one = pack.names()
    again = {str(checkpoint_name(name_of_text(name).kind, 2)): name for name in one}

    def renamed(old: str, new: str) -> Checkpoint:
        return replace(pack.by_name(old), name=new)

    makers = {name: partial(pack.by_name, name) for name in one}
    return WeightPack(makers | {new: partial(renamed, old, new) for new, old in again.items()})


def test_a_pack_of_one_model_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_curve", lambda pack, model: pytest.fail("measured"))
    pack = bundled_model(1)
    (info,) = Core(pack).models
    (stretch,) = quality_scale(pack, (info,)).stretches
    assert (stretch.model_id, stretch.low, stretch.high) == (1, *info.displacements)


def test_a_pack_without_models_has_no_scale() -> None:
    with pytest.raises(NoModel):
        quality_scale(WeightPack.of([]), ())


def test_a_second_model_of_the_same_weights_is_no_better_and_left_out() -> None:
    pack = pack_of_two()
    assert [stretch.model_id for stretch in quality_scale(pack, Core(pack).models).stretches] == [1]


def test_a_pack_that_says_its_scale_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_curve", lambda pack, model: pytest.fail("measured"))
    pack = two_models()
    scale = quality_scale(pack, Core(pack).models)
    assert scale.stretches == pack.scale
    points = [scale.point(quality) for quality in range(1, 101)]
    assert points[0][:2] == (1, -1280) and points[-1][:2] == (2, 800)


def test_a_scale_with_a_model_that_cannot_encode_is_measured_anew() -> None:
    pack = replace(two_models(), scale=(ModelRange(0, -1280, 0), ModelRange(1, -400, 800)))
    assert {stretch.model_id for stretch in quality_scale(pack, Core(pack).models).stretches} <= {1, 2}


def test_a_pack_learns_its_scale_where_it_has_several_models() -> None:
    assert with_scale(bundled_model(1)).scale == ()
    two = replace(two_models(), scale=())
    assert with_scale(two).scale == quality_scale(two, Core(two).models).stretches != ()


def test_rate_and_quality_grow_across_the_hand_over() -> None:
    pack = pack_of_two()
    first, second = Core(pack).models
    second = replace(second, displacements=(-1000, 800))
    scale = quality_scale(pack, (replace(first, displacements=(-1000, -100)), second))
    assert [stretch.model_id for stretch in scale.stretches] == [1, 2]
    points = [OperatingPoint(*scale.point(value)) for value in range(1, 101)]
    models = [point.model_id for point in points]
    assert models == sorted(models)
    over, core = models.index(2), Core(pack)
    picture, settings = SourcePicture.from_rgb(photograph(192, 256)), CodingSettings()
    sizes, errors = [], []
    for point in points[over - 3 : over + 3]:
        targets = core.analyse(picture, point.model_id, settings)
        data = core.write(core.quantise(picture, targets, point, settings))
        sizes.append(len(data))
        errors.append(sum_squared_error(np.stack(core.decode(data).planes), np.stack(picture.planes)))
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)


def test_the_core_codes_at_the_point_of_a_quality() -> None:
    core = Core(bundled())
    point, picture = core.operating_point(37), SourcePicture.from_rgb(photograph(64, 64))
    request = EncodeRequest(Quality(37))
    data = core.code_latents(picture, lambda asked: core.analyse(picture, asked.model, asked.settings), request)
    headers = core.read(data, "headers").headers
    assert (headers.model_id, *headers.displacement) == (point.model_id, *point.displacements)
