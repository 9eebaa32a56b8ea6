"""Classic methods do what they are called after."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bench.tasks import rivals
from refdec.bench.tasks.rivals import rivals_of
from tests.encodable import photograph

GOOD = photograph(80, 96)


def test_gamma_brings_the_mean_to_the_middle() -> None:
    for picture in (GOOD // 4, 160 + GOOD // 3):
        made = rivals_of("exposure")["gamma to 0.45"](picture, None)
        assert abs(np.mean(made @ np.array(rivals.LUMA)) / 255 - 0.45) < 0.01


def test_gray_world_makes_means_equal() -> None:
    means = rivals_of("colour")["gray world"](GOOD // 2, None).mean((0, 1))
    assert np.ptp(means) < 1


def test_bicubic_makes_twice_the_size() -> None:
    assert rivals_of("superres")["bicubic"](GOOD, None).shape == (160, 192, 3)


def test_without_opencv_its_methods_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "find_spec", lambda name: None)
    assert list(rivals_of("lowlight")) == ["gamma to 0.45"] and not rivals_of("inpaint")


def test_methods_of_opencv() -> None:
    pytest.importorskip("cv2")
    holes = np.zeros((80, 96), bool)
    holes[20:30, 40:50] = True
    for what, name in (("denoise", "NLM"), ("lowlight", "CLAHE"), ("inpaint", "Telea")):
        made = rivals_of(what)[name](GOOD, holes)
        assert made.shape == GOOD.shape and not np.array_equal(made, GOOD)
    filled = rivals_of("inpaint")["Telea"](GOOD, holes)
    assert np.array_equal(filled[~holes], GOOD[~holes]), "red stays red"
