"""Colours in exact fractions, against the same computed in floating point and against published profiles."""

from __future__ import annotations

import numpy as np

from refdec.formats.colorimetry import CHROMATICITIES, CURVES, colorants, curve, s15

BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D50 = np.array([0.9642, 1.0, 0.8249])


def adapted(code: int) -> np.ndarray:
    """X, Y, Z of red, green and blue under D50, from the chromaticities."""
    points = np.array(CHROMATICITIES[code]).reshape(4, 2) / 100000
    xyz = np.stack([points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(1)) / points[:, 1]])
    white, colours = xyz[:, 0], xyz[:, 1:]
    colours = colours * np.linalg.solve(colours, white)
    to_d50 = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ white)) @ BRADFORD
    return (to_d50 @ colours).T.ravel()


def test_colorants_are_those_of_the_chromaticities() -> None:
    for code in CHROMATICITIES:
        numbers = [s15(number) for column in colorants(code) for number in column]
        assert np.abs(adapted(code) * 65536 - numbers).max() <= 1


def test_colorants_of_srgb_are_those_that_its_profiles_have() -> None:
    numbers = [s15(number) for column in colorants(1) for number in column]
    assert numbers == [28576, 14581, 912, 25239, 46983, 6361, 9375, 3972, 46787]


def test_parameters_of_srgb_are_those_that_its_profiles_have() -> None:
    assert [s15(number) for number in curve(13)] == [157286, 62119, 3417, 5072, 2651]
    assert all(len(curve(transfer)) in (1, 5) for transfer in CURVES)
