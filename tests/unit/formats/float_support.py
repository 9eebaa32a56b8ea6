"""Pictures of floats for the tests of their files: light above 1, and everything odd that floats can be."""

from __future__ import annotations

import numpy as np

from refdec.picture.floats import FloatPlanes, Patterns

ODD = {
    16: [0x7C00, 0xFC00, 0x7C01, 0x7E55, 0xFE00, 0x8000, 0x0001, 0x83FF],
    32: [0x7F800000, 0xFF800000, 0x7F800001, 0x7FC12345, 0xFFFFFFFF, 0x80000000, 1, 0x807FFFFF],
}
"""Infinities, signalling and quiet NaN with payloads, -0, subnormals."""


def floats(
    bits: int, components: int = 3, height: int = 6, width: int = 9, *, odd: bool = True, premultiplied: bool = False
) -> FloatPlanes:
    """Return light from 0 to 4 with noise."""
    random = np.random.default_rng(10 * bits + components)
    kind, whole = (np.float16, np.uint16) if bits == 16 else (np.float32, np.uint32)
    planes = list[Patterns]()
    for _ in range(components):
        plane: Patterns = random.uniform(0, 4, (height, width)).astype(kind).view(whole)
        if odd:
            plane.flat[:8] = ODD[bits]
        planes.append(plane)
    return FloatPlanes(tuple(planes), bits, premultiplied)


def same_floats(one: FloatPlanes | None, other: FloatPlanes | None) -> bool:
    """Tell whether every bit is the same."""
    assert one is not None and other is not None
    return (one.bits, one.premultiplied) == (other.bits, other.premultiplied) and all(
        np.array_equal(a, b) for a, b in zip(one.planes, other.planes, strict=True)
    )
