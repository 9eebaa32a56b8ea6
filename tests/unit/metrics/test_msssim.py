"""MS-SSIM: closed forms, and an independent computation with SciPy where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.metrics.errors import PictureTooSmall, ShapesDiffer
from refdec.metrics.msssim import EXPONENTS, ms_ssim, ms_ssim_luma, ssim_terms


def textured(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return (rows * rows * 3 + columns * columns * 5 + rows * columns) % 256


def distorted(plane: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
    return np.clip(plane + (rows * 7 + columns * 13) % 41 - 20, 0, 255)


def test_equal_planes_give_one() -> None:
    plane = textured(180, 200)
    assert ms_ssim(plane, plane) == pytest.approx(1.0, abs=1e-12)


def test_flat_planes_differ_in_luminance_of_the_last_scale_only() -> None:
    first, second = np.full((176, 176), 100.0), np.full((176, 176), 110.0)
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 100 * 110 + c1) / (100**2 + 110**2 + c1)
    assert ms_ssim(first, second) == pytest.approx(luminance ** EXPONENTS[-1], abs=1e-9)


def test_a_negative_structure_counts_as_none() -> None:
    plane = np.indices((192, 192)).sum(axis=0) % 2 * 200
    assert ms_ssim(plane, 200 - plane) == 0.0


def test_it_falls_as_noise_grows() -> None:
    plane = textured(176, 190)
    noise = np.random.default_rng(5).normal(size=plane.shape)
    values = [ms_ssim(plane, plane + strength * noise) for strength in (0, 5, 20, 80)]
    assert values == sorted(values, reverse=True)
    assert values[3] < 0.97


def test_a_picture_must_hold_five_scales() -> None:
    with pytest.raises(PictureTooSmall):
        ms_ssim(np.zeros((175, 400)), np.zeros((175, 400)))
    with pytest.raises(ShapesDiffer):
        ms_ssim(np.zeros((180, 180)), np.zeros((180, 181)))


def test_gray_rgb_has_the_value_of_its_plane() -> None:
    plane = textured(177, 181).astype(np.uint8)
    other = distorted(textured(177, 181)).astype(np.uint8)
    rgb, rgb_other = (np.repeat(p[..., None], 3, axis=2) for p in (plane, other))
    assert ms_ssim_luma(rgb, rgb_other) == pytest.approx(ms_ssim(plane, other), abs=1e-9)


def test_against_an_independent_computation() -> None:
    """The two-dimensional window and the halving filter written out as convolutions."""
    ndimage = pytest.importorskip("scipy.ndimage")
    signal = pytest.importorskip("scipy.signal")
    axis = np.arange(-5, 6)
    window = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()

    def filtered(plane: np.ndarray) -> np.ndarray:
        return signal.convolve2d(plane, window, mode="valid")

    first, second = textured(179, 201).astype(float), distorted(textured(179, 201)).astype(float)
    value, x, y = 1.0, first, second
    for scale in range(5):
        mx, my = filtered(x), filtered(y)
        sxx, syy, sxy = filtered(x * x) - mx**2, filtered(y * y) - my**2, filtered(x * y) - mx * my
        structure = (2 * sxy + 58.5225) / (sxx + syy + 58.5225)
        whole = structure * (2 * mx * my + 6.5025) / (mx**2 + my**2 + 6.5025)
        assert ssim_terms(x, y) == pytest.approx((whole.mean(), structure.mean()), abs=1e-9)
        value *= (whole if scale == 4 else structure).mean() ** EXPONENTS[scale]
        x, y = (ndimage.uniform_filter(p, 2, origin=-1, mode="reflect")[::2, ::2] for p in (x, y))
    assert ms_ssim(first, second) == pytest.approx(value, abs=1e-9)
