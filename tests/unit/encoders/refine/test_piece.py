"""The expected cost of targets: slopes as difference quotients, and what it is at whole symbols."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.piece import Pair, Piece
from refdec_encoders.refine.pieces import latents_of
from refdec_encoders.refine.prediction import split

from tests.unit.encoders.refine.support import random_map, setting

NO_VARIANCE = np.zeros((160, 1, 1), np.float32), np.zeros((96, 1, 1), np.float32)


def piece_and_targets(rows: int = 96, columns: int = 112, metric: str = "psnr-y") -> tuple[Piece, Pair, Pair]:
    """Return a piece, the targets of the analysis, and what was coded of them."""
    _, _, targets, parts = setting(rows, columns, metric=metric)
    (cut,) = parts.cuts()
    luma, chroma = parts.coded.bundle.luma.latent_q18, parts.coded.bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    wanted = latents_of((targets.luma_q18, targets.chroma_q18), cut)
    return parts.piece(cut), wanted, latents_of((luma, chroma), cut)


@pytest.mark.parametrize("metric", ["psnr-y", "psnr-rgb", "ms-ssim"])
@pytest.mark.parametrize("component", [0, 1])
def test_slopes_are_difference_quotients(metric: str, component: int) -> None:
    """At odd sizes too; within one step of the quantiser the expected cost has no corners but at whole symbols."""
    piece, targets, _ = piece_and_targets(90, 75, metric)
    price = 50.0
    way = random_map(*targets[component].shape, seed=3)
    _, slopes = piece.slope(targets, NO_VARIANCE, price)
    ends = []
    for sign in (1, -1):
        moved = list(targets)
        moved[component] = targets[component] + np.float32(sign * 2e-3) * way * piece.steps[component]
        ends.append(piece.slope((moved[0], moved[1]), NO_VARIANCE, price)[0])
    expected = (ends[0] - ends[1]) / 4e-3
    size = float(np.sqrt(np.square(slopes[component]).sum()))
    assert float((slopes[component] * way).sum()) == pytest.approx(expected, rel=5e-2, abs=0.15 * size)


def test_the_expected_cost_of_whole_symbols_is_that_of_the_decoder() -> None:
    _, _, _, parts = setting()
    piece, _, coded = piece_and_targets()
    loss, squared = piece.measured(coded)
    cost, _ = piece.slope(coded, NO_VARIANCE, 1.0)
    bits = sum(int(part.sum(dtype=np.int64)) for part in parts.core.symbol_bits_q16(parts.coded.bundle)) / 65536
    assert cost - loss == pytest.approx(bits, rel=2e-3)
    planes = parts.core.synthesise(parts.coded.bundle).planes_q18
    assert planes is not None
    error = (planes[0] - parts.core.coded_planes(parts.coded, slice(0, 96), slice(0, 112))[0]) * 2.0**-18
    assert squared == pytest.approx(float((error**2).sum()), rel=1e-3)


def test_the_variance_of_rounding_pulls_towards_whole_symbols() -> None:
    piece, targets, _ = piece_and_targets()
    ones = np.ones((160, 1, 1), np.float32), np.ones((96, 1, 1), np.float32)
    _, plain = piece.slope(targets, NO_VARIANCE, 50.0)
    _, pulled = piece.slope(targets, ones, 50.0)
    known, before = split(np.pad(targets[0], ((0, 0), (0, 0), (0, 1)))), list[np.ndarray]()
    for k in range(4):
        mean, _ = piece.networks.context.mean(k, before, piece.psi[k])
        before.append(np.where(piece.luma[k].coded, known[k], mean))
    last = piece.luma[3]
    symbol = (known[3] - mean) / last.step
    share = symbol - np.floor(symbol)
    added = (pulled[0] - plain[0])[:, 1::2, ::2]
    columns = added.shape[2]
    coded = last.coded[:, :, :columns]
    assert np.allclose(added[coded], (1 - 2 * share)[:, :, :columns][coded], atol=2e-2)
    assert not added[~coded].any()


def test_curvatures_foretell_what_rounding_costs() -> None:
    piece, _, coded = piece_and_targets()
    curvature = piece.curvature(coded)
    before, _ = piece.measured(coded)
    ratios = []
    for seed in range(4):
        noise = [random_map(*part.shape, seed=seed + c, scale=0.1) for c, part in enumerate(coded)]
        moved = [part + step * more for part, step, more in zip(coded, piece.steps, noise, strict=True)]
        # the mean of both signs is without the slope
        back = [part - step * more for part, step, more in zip(coded, piece.steps, noise, strict=True)]
        after = (piece.measured((moved[0], moved[1]))[0] + piece.measured((back[0], back[1]))[0]) / 2
        foretold = sum(float((h * more * more).sum()) for h, more in zip(curvature, noise, strict=True))
        ratios.append((after - before) / foretold)
    assert np.mean(ratios) == pytest.approx(1, abs=0.25)
