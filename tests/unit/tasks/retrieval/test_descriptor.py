"""The descriptor of `retrieval`: the same for the mirrored picture, much the same at another rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from refdec_tasks.retrieval.descriptor import ENTRIES, describe, folded_cells, unit_rows

from refdec.plugins.api import ComponentLatents, LatentBundle
from tests.sample_bundles import sample_bundle, sample_headers


def changed(bundle: LatentBundle, change: Any) -> LatentBundle:
    """Return a bundle with other latents."""

    def part(component: ComponentLatents) -> ComponentLatents:
        assert component.latent_q18 is not None
        return replace(component, latent_q18=np.ascontiguousarray(change(component.latent_q18)).astype(np.int32))

    return replace(bundle, luma=part(bundle.luma), chroma=part(bundle.chroma))


def likeness(first: LatentBundle, second: LatentBundle) -> float:
    rows = unit_rows(np.stack([describe(first), describe(second)]))
    return float(rows[0] @ rows[1])


@pytest.mark.parametrize(("width", "height"), [(149, 111), (64, 64), (16 * 9, 16 * 5)])
def test_a_mirrored_picture_has_the_same_descriptor(width: int, height: int) -> None:
    bundle = changed(sample_bundle("latent", 3, sample_headers(width, height)), lambda latent: latent * 4)
    descriptor = describe(bundle)
    assert descriptor.shape == (ENTRIES,) and descriptor.dtype == np.int8
    assert descriptor.max() == 127 and descriptor.min() >= 0
    mirrored = changed(bundle, lambda latent: latent[:, :, ::-1])
    assert np.abs(descriptor.astype(int) - describe(mirrored)).max() <= 1
    assert np.array_equal(describe(changed(bundle, np.negative)), descriptor)


def test_other_pictures_have_other_descriptors() -> None:
    rng = np.random.default_rng(5)
    strength = rng.integers(1, 40, (160, 1, 1))
    bundle = sample_bundle("latent", 3)
    one = changed(bundle, lambda latent: latent * strength[: len(latent)])
    other = changed(bundle, lambda latent: latent * strength[::-1][: len(latent)])
    coarse = changed(one, lambda latent: (latent >> 18) << 18)
    assert likeness(one, coarse) > 0.99 > likeness(one, other)


def test_places_count() -> None:
    def lit(rows: slice, columns: slice) -> Any:
        values = np.zeros((1, 8, 8))
        values[0, rows, columns] = 1
        return folded_cells(values)

    left = slice(0, 2)
    assert np.array_equal(lit(left, left), lit(left, slice(6, 8)))
    assert not np.array_equal(lit(left, left), lit(slice(6, 8), left))
    assert not np.array_equal(lit(left, left), lit(left, slice(3, 5)))
    assert folded_cells(np.ones((3, 1, 1))).tolist() == [1.0] * 12


def test_flat_gray_is_all_zero() -> None:
    descriptor = describe(changed(sample_bundle("latent"), np.zeros_like))
    assert not descriptor.any()
    assert np.isfinite(unit_rows(descriptor[None])).all()
