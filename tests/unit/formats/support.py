"""Pictures for the tests of the file formats."""

from __future__ import annotations

import numpy as np

from refdec.formats.pictures import CodePicture, Colour

STEPS = {"444": (1, 1), "422": (1, 2), "420": (2, 2)}


def picture(height: int, width: int, bits: int = 8, colour: Colour = Colour.RGB, seed: int = 0) -> CodePicture:
    """Smooth codes with noise, over the full range, all components of one size."""
    g = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    kind = np.uint8 if bits <= 8 else np.uint16
    planes = []
    for i in range(1 if colour is Colour.GRAY else 3):
        wave = (np.sin(y / 9 + i) + np.cos(x / 7)) / 4 + 0.5
        noise = g.normal(0, 0.02, (height, width))
        planes.append(np.clip((wave + noise) * (2**bits - 1), 0, 2**bits - 1).astype(kind))
    planes[0].flat[0], planes[-1].flat[-1] = 0, 2**bits - 1
    return CodePicture(tuple(planes), bits, colour)


def yuv_picture(height: int, width: int, chroma: str, bits: int = 8) -> CodePicture:
    """Noise in Y'CbCr with chroma of a format."""
    g = np.random.default_rng(1)
    ver, hor = STEPS[chroma]
    sizes = [(height, width)] + [(-(-height // ver), -(-width // hor))] * 2
    kind = np.uint8 if bits <= 8 else np.uint16
    return CodePicture(tuple(g.integers(0, 2**bits, size).astype(kind) for size in sizes), bits, Colour.YUV)


def same(one: CodePicture, two: CodePicture) -> bool:
    """Same samples in the same types, same depth, same meaning."""
    arrays = zip(one.components, two.components, strict=True)
    return (one.bits, one.colour) == (two.bits, two.colour) and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays
    )
