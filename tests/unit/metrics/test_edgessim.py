"""Edge SSIM: closed forms, what it looks at, and the same by windows written out one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refdec.metrics.edgessim import STRONG_GRADIENT, edge_ssim, edge_ssim_luma, gradient
from refdec.metrics.errors import PictureTooSmall, ShapesDiffer


def page(seed: int = 1) -> Any:
    """White paper with a soft shade on the left and dark strokes on the right."""
    rows, columns = np.mgrid[:48, :80]
    soft = 235 + 10 * np.sin(rows / 9 + columns / 13)
    strokes = (columns > 48) & (rows % 8 < 3) & ((columns * 7 + rows // 8 * 5 + seed) % 11 < 6)
    return np.where(strokes, 40, soft).round()


def test_a_ramp_has_its_slope() -> None:
    rows, columns = np.mgrid[:9, :12].astype(float)
    assert gradient(3 * columns) == pytest.approx(np.full((7, 10), 3.0))
    assert gradient(3 * columns + 4 * rows) == pytest.approx(np.full((7, 10), 5.0))


def test_equal_planes_give_one_and_flat_ones_are_measured_everywhere() -> None:
    assert edge_ssim(page(), page()) == pytest.approx(1.0, abs=1e-12)
    first, second = np.full((20, 20), 100.0), np.full((20, 20), 110.0)
    c1 = (0.01 * 255) ** 2
    assert edge_ssim(first, second) == pytest.approx((2 * 100 * 110 + c1) / (100**2 + 110**2 + c1))


def test_only_what_lies_near_edges_counts() -> None:
    original = page()
    noise = np.random.default_rng(4).normal(0, 12, original.shape)
    left, right = original.copy(), original.copy()
    left[:, :32] += noise[:, :32]
    right[:, 48:] += noise[:, 48:]
    assert edge_ssim(original, left) == pytest.approx(1.0, abs=1e-9)
    assert edge_ssim(original, right) < 0.995


def test_against_windows_one_by_one() -> None:
    original, other = page(), np.clip(page(2) * 0.5 + page() * 0.5, 0, 255)
    axis = np.arange(-5, 6)
    window = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    sobel = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / 8
    values = []
    for r in range(5, original.shape[0] - 5):
        for c in range(5, original.shape[1] - 5):
            near = original[r - 1 : r + 2, c - 1 : c + 2]
            if np.hypot((near * sobel).sum(), (near * sobel.T).sum()) < STRONG_GRADIENT:
                continue
            x, y = (plane[r - 5 : r + 6, c - 5 : c + 6] for plane in (original, other))
            mx, my = (window * x).sum(), (window * y).sum()
            vx, vy = (window * (x - mx) ** 2).sum(), (window * (y - my) ** 2).sum()
            cov = (window * (x - mx) * (y - my)).sum()
            values.append(
                (2 * mx * my + 6.5025) * (2 * cov + 58.5225) / ((mx**2 + my**2 + 6.5025) * (vx + vy + 58.5225))
            )
    assert len(values) > 100
    assert edge_ssim(original, other) == pytest.approx(np.mean(values), abs=1e-9)


def test_gray_rgb_has_the_value_of_its_plane() -> None:
    first, second = page().astype(np.uint8), page(2).astype(np.uint8)
    one, two = (np.repeat(plane[..., None], 3, axis=2) for plane in (first, second))
    assert edge_ssim_luma(one, two) == pytest.approx(edge_ssim(first, second), abs=1e-9)


def test_what_cannot_be_measured() -> None:
    with pytest.raises(ShapesDiffer):
        edge_ssim(np.zeros((20, 20)), np.zeros((20, 21)))
    with pytest.raises(PictureTooSmall, match="SSIM needs at least 11"):
        edge_ssim(np.zeros((10, 20)), np.zeros((10, 20)))
