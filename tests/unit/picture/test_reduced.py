"""Area averages against their definition, at ends that a square does not fill."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.picture.reduced import area_averages


@pytest.mark.parametrize("shape", [(16, 16), (17, 9), (1, 1), (8, 31, 3), (5, 5, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_each_square_is_its_mean(shape: tuple[int, ...], dtype: type[np.uint8 | np.uint16]) -> None:
    codes = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    small = area_averages(codes, 8)
    assert small.dtype == dtype and small.shape == (-(-shape[0] // 8), -(-shape[1] // 8), *shape[2:])
    for row in range(small.shape[0]):
        for column in range(small.shape[1]):
            square = codes[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].astype(float).mean(axis=(0, 1))
            assert np.array_equal(small[row, column], np.floor(square + 0.5))
