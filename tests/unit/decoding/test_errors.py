"""Every error of the stages, raised by what provokes it, says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.decoding import errors
from refdec.decoding.models import models_of
from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoder import prepare, targets_of
from refdec.encoding.encoderinput import EncoderInput
from refdec.errors import RefdecError
from refdec.weights.seeded import seeded_pack
from tests.encodable import bundled, source

GOLDEN = Path(__file__).resolve().parents[2] / "golden"


def too_many_regions() -> object:
    return targets_of(source(64, 64), EncodeSettings(regions=(2, 2)), models_of(bundled(), 1))


def too_large() -> object:
    plane = np.broadcast_to(np.uint8(0), (20000, 20000))
    return draft_header(EncoderInput((plane, plane, plane), 8, rgb=True), EncodeSettings(), 1)


def wrong_map() -> object:
    settings = EncodeSettings(quality_map=np.zeros((4, 5), np.int32))
    return targets_of(source(64, 64), settings, models_of(bundled(), 1))


def wrong_latents() -> object:
    y = np.zeros((160, 4, 4), np.int32), np.zeros((96, 4, 3), np.int32)
    return prepare(source(64, 64), EncodeSettings(), models_of(bundled(), 1), y)


def test_a_refusal_quotes_what_is_wrong_but_no_second_code() -> None:
    with pytest.raises(errors.SettingsRefused) as caught:
        too_many_regions()
    assert str(caught.value).count("[RD") == 1 and "RD" not in caught.value.explain()


STREAM = GOLDEN / "vectors" / "bop_yuv420_8bit.jai"


def region(x: int, y: int, width: int, height: int) -> object:
    return refdec.decode(STREAM, region=(x, y, width, height), weights=seeded_pack(1))


CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    errors.AnalysisMissing: lambda: targets_of(
        source(64, 64), EncodeSettings(), models_of(bundled(), 1), networks="hop"
    ),
    errors.RegionOutside: lambda: region(0, 0, 1000, 1),
    errors.RegionOffGrid: lambda: region(1, 0, 2, 2),
    errors.TransformNotListed: lambda: refdec.decode(STREAM, synthesis="hop", weights=seeded_pack(1)),
    errors.SettingsRefused: too_many_regions,
    errors.LevelTooSmall: too_large,
    errors.QualityMapDoesNotFit: wrong_map,
    errors.LatentsDoNotFit: wrong_latents,
}


def test_wishes_that_cannot_be_fulfilled_are_wrong_use() -> None:
    assert {kind.exit_code for kind in CAUSES} == {2}
