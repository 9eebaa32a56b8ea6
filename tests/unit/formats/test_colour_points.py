"""The tables of code points against the definitions of H.273, computed here in floating point."""

from __future__ import annotations

import numpy as np

from refdec.formats.colorimetry import CHROMATICITIES, colorants, s15
from refdec.formats.colour_points import (
    GAMMAS,
    TABLES,
    primaries_of_chromaticities,
    primaries_of_colorants,
    rendering_of,
    transfer_of_gamma,
    transfer_of_table,
)


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
    for code, numbers in CHROMATICITIES.items():
        found = 6 if code == 7 else code  # one set of primaries under two numbers
        assert primaries_of_chromaticities(numbers) == found
        assert primaries_of_colorants([s15(number) for column in colorants(code) for number in column]) == found
    assert all(transfer_of_gamma(gamma) == code for code, gamma in GAMMAS.items())
    adobe = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    assert primaries_of_chromaticities(adobe) is None
    assert (transfer_of_gamma(55556), primaries_of_colorants(())) == (None, None)
    cicp = rendering_of(9, 16, full_range=0).cicp
    assert cicp is not None and (cicp.colour_primaries, cicp.matrix_coefficients) == (9, 0)
    assert cicp.image_full_range_flag == 0
