"""The tables of code points against the definitions of H.273, computed here in floating point."""

from __future__ import annotations

import numpy as np

from refdec.formats.colour_points import (
    CHROMATICITIES,
    COLORANTS,
    GAMMAS,
    TABLES,
    primaries_of_chromaticities,
    primaries_of_colorants,
    rendering_of,
    transfer_of_gamma,
    transfer_of_table,
)

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
    assert set(COLORANTS) == set(CHROMATICITIES)
    for code, numbers in COLORANTS.items():
        assert np.abs(adapted(code) * 65536 - numbers).max() <= 1


def test_curves() -> None:
    x = np.arange(1, 8) / 8
    srgb = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    bt709 = np.where(x < 0.081, x / 4.5, ((x + 0.099) / 1.099) ** (1 / 0.45))
    powers = {code: x ** (100000 / gamma) for code, gamma in GAMMAS.items()}
    for code, light in {13: srgb, 1: bt709, **powers}.items():
        assert np.abs(light * 65535 - TABLES[code]).max() <= 1
        assert transfer_of_table([round(65535 * value) + 40 for value in light]) == code
    assert transfer_of_table([round(65535 * value) for value in x**1.8]) is None


def test_every_code_is_found_again_and_others_are_not() -> None:
    assert all(primaries_of_chromaticities(numbers) == code for code, numbers in CHROMATICITIES.items())
    assert all(primaries_of_colorants(numbers) == code for code, numbers in COLORANTS.items())
    assert all(transfer_of_gamma(gamma) == code for code, gamma in GAMMAS.items())
    adobe = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    assert primaries_of_chromaticities(adobe) is None
    assert (transfer_of_gamma(55556), primaries_of_colorants(())) == (None, None)
    cicp = rendering_of(9, 16, full_range=0).cicp
    assert cicp is not None and (cicp.colour_primaries, cicp.matrix_coefficients) == (9, 0)
    assert cicp.image_full_range_flag == 0
