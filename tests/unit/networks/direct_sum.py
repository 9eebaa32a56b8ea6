"""The definitions of 4.2.1 to 4.2.3 and 6.3.1 in Python's own integers: slow, without overflow, without shared code."""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.weights.layers import Layer


def rounded(acc: int, e: int) -> int:
    y = acc if e == 0 else (acc + (1 << (e - 1))) >> e
    return min(max(y, -(1 << 31)), (1 << 31) - 1)


def convolution(x: Int32Array, layer: Layer, stride: int = 1, groups: int = 1) -> Int32Array:
    """Kn on x [h, w, I]."""
    w = layer.wide()
    outputs, per_group, rows, columns = w.shape
    height, width = (
        (x.shape[0] - 1) // (stride if rows > 1 else 1) + 1,
        (x.shape[1] - 1) // (stride if columns > 1 else 1) + 1,
    )
    out = np.zeros((height, width, outputs), dtype=np.int32)
    for r, c, o in np.ndindex(height, width, outputs):
        acc = int(layer.bias[o])
        first = o // (outputs // groups) * per_group
        for i, ky, kx in np.ndindex(per_group, rows, columns):
            y = (stride if rows > 1 else 1) * r - (rows - 1) // 2 + ky
            q = (stride if columns > 1 else 1) * c - (columns - 1) // 2 + kx
            if 0 <= y < x.shape[0] and 0 <= q < x.shape[1]:
                acc += int(w[o, i, ky, kx]) * int(x[y, q, first + i])
        out[r, c, o] = rounded(acc, int(layer.exponent[o]))
    return out


def transposed(x: Int32Array, layer: Layer) -> Int32Array:
    """T3 or T4 on x [h, w, I], in the push form of 4.2.2."""
    w = layer.wide()
    inputs, outputs, size, _ = w.shape
    height, width = 2 * x.shape[0], 2 * x.shape[1]
    acc = [[[int(b) for b in layer.bias] for _ in range(width)] for _ in range(height)]
    for r, c, i, ky, kx, o in np.ndindex(*x.shape[:2], inputs, size, size, outputs):
        y, q = 2 * r - 1 + ky, 2 * c - 1 + kx
        if 0 <= y < height and 0 <= q < width:
            acc[y][q][o] += int(w[i, o, ky, kx]) * int(x[r, c, i])
    return np.array(
        [[[rounded(a, int(e)) for a, e in zip(px, layer.exponent, strict=True)] for px in row] for row in acc],
        dtype=np.int32,
    )


def pixel_shuffled(x: Int32Array, factor: int = 2) -> Int32Array:
    """PS(factor) of a map [h, w, C]."""
    h, w, channels = x.shape
    split = x.reshape(h, w, channels // factor**2, factor, factor)
    return split.transpose(0, 3, 1, 4, 2).reshape(h * factor, w * factor, -1)


def up_sampled(x: Int32Array, layer: Layer) -> Int32Array:
    """U2 on x [h, w, I], step by step as in 4.2.3."""
    w = layer.wide()
    padded = np.pad(x, ((0, 1), (0, 1), (0, 0)))
    out = np.zeros((*x.shape[:2], w.shape[0]), dtype=np.int32)
    for r, c, q in np.ndindex(out.shape):
        acc = int(layer.bias[q])
        for i, ky, kx in np.ndindex(*w.shape[1:]):
            acc += int(w[q, i, ky, kx]) * int(padded[r + ky, c + kx, i])
        out[r, c, q] = rounded(acc, int(layer.exponent[q]))
    return pixel_shuffled(out)


def by_definition(kind: str, x: Int32Array, layer: Layer, options: dict[str, int]) -> Int32Array:
    """The result of a layer kind of `random_layers`."""
    if kind.startswith("t"):
        return transposed(x, layer)
    if kind == "u2":
        return up_sampled(x, layer)
    if kind == "shuffled":
        return pixel_shuffled(convolution(x, layer))
    return convolution(x, layer, **options)
