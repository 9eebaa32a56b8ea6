"""MS-SSIM with its derivative against the metric and against difference quotients."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.structure import Structure

from refdec.metrics.msssim import ms_ssim
from tests.encodable import photograph
from tests.unit.encoders.refine.support import quotient, random_map


def luma(rows: int, columns: int) -> np.ndarray:
    return photograph(rows, columns, seed=7)[..., 1].astype(np.float32)


@pytest.mark.parametrize("size", [(176, 176), (191, 205)])
def test_it_is_the_metric(size: tuple[int, int]) -> None:
    target = luma(*size)
    structure = Structure.of(target)
    for noise in (2, 10, 30):
        made = target + random_map(*size, seed=noise, scale=noise)
        loss, _ = structure(made)
        assert 1 - loss / structure.scale == pytest.approx(ms_ssim(target, made), abs=2e-5)
    assert structure(target)[0] == pytest.approx(0, abs=1e-4 * structure.scale)


@pytest.mark.parametrize("size", [(176, 181), (80, 97)])
def test_slopes_are_difference_quotients(size: tuple[int, int]) -> None:
    target = luma(*size)
    structure = Structure.of(target)
    made, way = target + random_map(*size, scale=8), random_map(*size, seed=3)
    _, slope = structure(made)
    wanted = float(quotient(lambda at: np.array(structure(at)[0]), made, slope / np.abs(slope).max(), 0.5))
    assert float((slope * slope).sum() / np.abs(slope).max()) == pytest.approx(wanted, rel=2e-2)
    wanted = float(quotient(lambda at: np.array(structure(at)[0]), made, way, 0.5))
    assert float((slope * way).sum()) == pytest.approx(wanted, rel=5e-2, abs=2)


def test_a_probe_has_the_size_of_a_squared_error() -> None:
    structure = Structure.of(luma(180, 200))
    probes = [structure.probe(np.random.default_rng(n)) for n in range(8)]
    assert np.mean([np.square(probe).mean() for probe in probes]) == pytest.approx(1, rel=0.1)


def test_a_probe_foretells_the_loss_of_noise() -> None:
    target = luma(180, 200)
    structure = Structure.of(target)
    rng = np.random.default_rng(2)
    weight = np.mean([np.square(structure.probe(np.random.default_rng(n))) for n in range(30)], axis=0)
    noise = rng.normal(size=target.shape).astype(np.float32)
    foretold = float((weight * noise * noise).sum())
    assert structure(target + noise)[0] == pytest.approx(foretold, rel=0.25)
