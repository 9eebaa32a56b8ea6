"""The second look at large pictures: boxes of the small picture, in samples of the large one, each face once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from refdec_tasks.faces import Faces
from refdec_tasks.faces.large import SCALE, SMALLEST_FACE, apart, is_large, large_faces

import refdec
from refdec.plugins.api import Box, Boxes, OptionValues, Stage
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import photograph
from tests.found_faces import finding_head

LEAST = 0.1
HEAD = finding_head(-1.5)


@pytest.mark.parametrize("components", [1, 3])
def test_boxes_lie_in_the_large_picture(components: int, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = photograph(520, 517)
    data = refdec.encode(picture[..., 0] if components == 1 else picture, model=1, displacement=-300)
    core = Core(bundled_pack())
    bundle = core.read(data, Stage.LATENT)
    assert is_large(bundle)
    found = large_faces((HEAD,), bundle, core, LEAST)
    assert found and all(box.x % SCALE == box.y % SCALE == 0 and box.label == "face" for box in found)
    assert all(max(box.width, box.height) >= SMALLEST_FACE for box in found)
    assert all(box.x + box.width <= 517 and box.y + box.height <= 520 for box in found)
    assert any(box.x + box.width == 517 or box.y + box.height == 520 for box in found), "cut where the picture ends"
    monkeypatch.setattr("refdec_tasks.faces.wanted_heads", lambda package, options: (HEAD,))
    whole = Faces().run(bundle, OptionValues({"threshold": LEAST, "head": None}), core)
    first = core.heads.boxes((HEAD,), bundle, threshold=LEAST)
    assert isinstance(whole, Boxes) and whole.boxes == apart([*first.boxes, *found]) != first.boxes


def test_small_pictures_are_looked_at_once() -> None:
    bundle = refdec.read_latents(refdec.encode(photograph(96, 520), model=1, displacement=-300))
    assert not is_large(bundle)


def test_a_face_is_named_once() -> None:
    best, near, part = (
        Box(0, 0, 100, 100, "face", 0.9),
        Box(5, 5, 100, 100, "face", 0.8),
        Box(30, 60, 20, 20, "face", 0.7),
    )
    other, beside = Box(300, 0, 50, 50, "face", 0.95), Box(80, 0, 100, 100, "face", 0.5)
    assert apart([part, near, best, other, beside]) == (other, best, beside)
    assert apart([part, replace(best, score=0.6)]) == (part, replace(best, score=0.6)), "the better one stays"
