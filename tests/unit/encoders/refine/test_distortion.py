"""Metrics: values as measured, slopes as difference quotients, probes as curvatures."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.distortion import CHROMA_WEIGHT, METRICS, RGB_OF_YUV, STRUCTURE_SQUARED, Planes, metric_of

from tests.unit.encoders.refine.support import random_map


def planes(seed: int, shape: tuple[int, int] = (64, 80), chroma: tuple[int, int] = (64, 80)) -> Planes:
    y, u, v = (random_map(*size, seed=seed + n, scale=20) + 120 for n, size in enumerate((shape, chroma, chroma)))
    return y, u, v


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("chroma", [(64, 80), (32, 40)])
def test_slopes_are_difference_quotients(name: str, chroma: tuple[int, int]) -> None:
    target, made, way = planes(1, chroma=chroma), planes(5, chroma=chroma), planes(9, chroma=chroma)
    metric = metric_of(name, target)
    _, slopes = metric(made)
    for c in range(3):
        ends = []
        for sign in (1, -1):
            moved = list(made)
            moved[c] = made[c] + np.float32(sign * 0.05) * (way[c] - 120)
            ends.append(metric((moved[0], moved[1], moved[2]))[0])
        expected = (ends[0] - ends[1]) / 0.1
        assert float((slopes[c] * (way[c] - 120)).sum()) == pytest.approx(expected, rel=3e-2, abs=30)


def test_rgb_counts_the_errors_of_red_green_and_blue() -> None:
    target, made = planes(1), planes(5)
    errors = np.stack([(a - b).astype(np.float64) for a, b in zip(made, target, strict=True)])
    in_rgb = np.einsum("cp,phw->chw", RGB_OF_YUV, errors)
    assert metric_of("psnr-rgb", target)(made)[0] == pytest.approx(float((in_rgb**2).sum()) / 3, rel=1e-4)


def test_luma_counts_most_and_small_chroma_stands_for_its_area() -> None:
    target = planes(1, chroma=(32, 40))
    moved = target[0] + 1, target[1], target[2] + 2
    wanted = target[0].size * (1 + 4 * CHROMA_WEIGHT)
    assert metric_of("psnr-y", target)((moved[0], moved[1], moved[2]))[0] == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("name", ["psnr-y", "psnr-rgb"])
@pytest.mark.parametrize("chroma", [(64, 80), (32, 40)])
def test_probes_have_the_curvature_of_the_loss(name: str, chroma: tuple[int, int]) -> None:
    target = planes(1, chroma=chroma)
    metric = metric_of(name, target)
    for c in range(3):
        moved = list(target)
        moved[c] = target[c] + 1
        of_ones = metric((moved[0], moved[1], moved[2]))[0]
        squares = np.mean([np.square(metric.probe(np.random.default_rng(n))[c]).sum() for n in range(20)])
        assert squares == pytest.approx(of_ones, rel=0.05)


def test_ms_ssim_weighs_its_probe_and_keeps_chroma() -> None:
    target = planes(1)
    probe = metric_of("ms-ssim", target).probe(np.random.default_rng(0))
    assert np.square(probe[1]).mean() == pytest.approx(CHROMA_WEIGHT)
    assert np.square(probe[0]).mean() == pytest.approx(1 + STRUCTURE_SQUARED, rel=0.2)
