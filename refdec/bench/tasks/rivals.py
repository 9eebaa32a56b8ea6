"""Classic methods on the decoded picture, which `enhance` is compared with.

In: R, G, B uint8 [rows, columns, 3] of a decoded picture, and where holes are.  Out: a picture.  Those of OpenCV are
left out where it is not installed (extra `opencv`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.arithmetic.types import BoolArray, UInt8Array

__all__ = ["Rival", "rivals_of"]

Rival: TypeAlias = Callable[[UInt8Array, BoolArray | None], UInt8Array]
LUMA = (0.2126, 0.7152, 0.0722)
MIDDLE = 0.45
"""Mean luma that a gamma brings a picture to."""
NLM_STRENGTH, NLM_PATCH, NLM_AROUND = 8, 7, 21
CLIP, TILES = 4.0, (8, 8)
TELEA_RADIUS = 5
SHADES = 6
"""Exponent of the means of shades of gray."""


def _codes(x: npt.NDArray[np.float64]) -> UInt8Array:
    codes: UInt8Array = np.clip(np.rint(x), 0, 255).astype(np.uint8)
    return codes


def _gamma(rgb: UInt8Array, holes: BoolArray | None) -> UInt8Array:
    """Apply the gamma that brings the mean of luma to MIDDLE."""
    luma = np.maximum(rgb @ np.array(LUMA) / 255, 1 / 255)
    low, high = 0.05, 20.0
    for _ in range(40):
        gamma = (low * high) ** 0.5
        low, high = (gamma, high) if np.mean(luma**gamma) > MIDDLE else (low, gamma)
    return _codes(255 * (rgb / 255) ** gamma)


def _gray_world(power: int) -> Rival:
    """Return what makes the means of R, G and B (of a power) equal, luma's mean as it was."""

    def balanced(rgb: UInt8Array, holes: BoolArray | None) -> UInt8Array:
        means = np.maximum(np.mean(rgb.astype(np.float64) ** power, axis=(0, 1)) ** (1 / power), 1)
        return _codes(rgb * (means @ np.array(LUMA) / means))

    return balanced


def _cubic(rgb: UInt8Array, holes: BoolArray | None) -> UInt8Array:
    size = 2 * rgb.shape[1], 2 * rgb.shape[0]
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC))


def _opencv(run: Callable[[Any, UInt8Array, BoolArray | None], Any]) -> Rival:
    """Return a method of OpenCV, which is imported when it runs; pictures are B, G, R there."""

    def ran(rgb: UInt8Array, holes: BoolArray | None) -> UInt8Array:
        import cv2

        return np.ascontiguousarray(np.asarray(run(cv2, np.ascontiguousarray(rgb[..., ::-1]), holes))[..., ::-1])

    return ran


def _nlm(cv2: Any, bgr: UInt8Array, holes: BoolArray | None) -> Any:
    return cv2.fastNlMeansDenoisingColored(bgr, None, NLM_STRENGTH, NLM_STRENGTH, NLM_PATCH, NLM_AROUND)


def _clahe(cv2: Any, bgr: UInt8Array, holes: BoolArray | None) -> Any:
    lab = cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB)
    lab[..., 0] = cv2.createCLAHE(CLIP, TILES).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)


def _telea(cv2: Any, bgr: UInt8Array, holes: BoolArray | None) -> Any:
    assert holes is not None
    return cv2.inpaint(bgr, holes.astype(np.uint8), TELEA_RADIUS, cv2.INPAINT_TELEA)


OWN: Mapping[str, Mapping[str, Rival]] = MappingProxyType(
    {
        "lowlight": {"gamma to 0.45": _gamma},
        "exposure": {"gamma to 0.45": _gamma},
        "colour": {"gray world": _gray_world(1), "shades of gray": _gray_world(SHADES)},
        "superres": {"bicubic": _cubic},
    }
)
OPENCV: Mapping[str, Mapping[str, Rival]] = MappingProxyType(
    {
        "denoise": {"NLM": _opencv(_nlm)},
        "lowlight": {"CLAHE": _opencv(_clahe)},
        "exposure": {"CLAHE": _opencv(_clahe)},
        "inpaint": {"Telea": _opencv(_telea)},
    }
)


def rivals_of(what: str) -> dict[str, Rival]:
    """Return the methods that can be had for what `enhance` does, by name, the strongest first."""
    return {**OWN.get(what, {}), **(OPENCV.get(what, {}) if find_spec("cv2") else {})}
