"""Data movement and the small element-wise steps around the networks (4.2.4, 4.2.10, 6.3.2, 6.7).

In and out: maps int32 Q18 [h, w, C] inside networks, arrays int32 [C, h, w] at the seams.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.fixed import MIDDLE_Q18, WHITE_Q18, rshift, wide
from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.clauses import clause
from refdec.networks.kernels import shuffled_planes
from refdec.networks.sharing import in_parts

__all__ = [
    "absolute",
    "concatenate",
    "crop",
    "depth_size",
    "extend_to_multiple",
    "from_hyper_latent",
    "leaky_relu",
    "network_input",
    "output_planes",
    "pad_to_even",
    "pixel_unshuffle",
    "to_map",
    "to_planes",
]

LEAST_ROWS = 32
"""Rows of planes that threads which share the work take at least."""


@clause("4.2.10")
def depth_size(height: int, width: int, depth: int) -> tuple[int, int]:
    """(4.2.10) Return the size at a depth: cd(n, 2^depth) for both numbers."""
    return -(-height >> depth), -(-width >> depth)


def to_map(planes: Int32Array) -> Int32Array:
    """Return [C, h, w] as a map [h, w, C], contiguous."""
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def to_planes(x: Int32Array) -> Int32Array:
    """Return a map [h, w, C] as [C, h, w], contiguous."""
    return np.ascontiguousarray(x.transpose(2, 0, 1))


@clause("4.2.10")
def crop(x: Int32Array, size: tuple[int, int]) -> Int32Array:
    """(4.2.10) Keep the top-left rows and columns of a map."""
    return np.ascontiguousarray(x[: size[0], : size[1]])


@clause("4.2.10")
def pad_to_even(x: Int32Array) -> Int32Array:
    """(4.2.10) Repeat the last row and column where the size is odd: pad(d) of a map that has the size of depth d."""
    return np.pad(x, ((0, x.shape[0] & 1), (0, x.shape[1] & 1), (0, 0)), mode="edge")


def extend_to_multiple(planes: Int32Array, multiple: int) -> Int32Array:
    """Return [n, H, W] extended to multiples of `multiple` by repeating the last row and column."""
    rows, columns = -planes.shape[1] % multiple, -planes.shape[2] % multiple
    return np.pad(planes, ((0, 0), (0, rows), (0, columns)), mode="edge")


@clause("4.2.4")
def pixel_unshuffle(planes: Int32Array, factor: int) -> Int32Array:
    """(4.2.4) PU(factor) of [n, h, w]: channel n*f*f + dy*f + dx, as [n*f*f, h/f, w/f]."""
    n, height, width = planes.shape
    split = planes.reshape(n, height // factor, factor, width // factor, factor)
    return split.transpose(0, 2, 4, 1, 3).reshape(-1, height // factor, width // factor)


def concatenate(maps: list[Int32Array]) -> Int32Array:
    """Return maps of one size side by side in channels, first one first."""
    return maps[0] if len(maps) == 1 else np.concatenate(maps, axis=2)


@clause("6.3.2")
def from_hyper_latent(z_hat: Int8Array) -> Int32Array:
    """(6.3.2) Return z_hat [C, h, w] as a map in Q18: widened first, since an int8 would wrap."""
    return to_map(z_hat.astype(np.int32)) << np.int32(18)


@clause("6.3.2")
def output_planes(x: Int32Array, factor: int, height: int, width: int) -> Int32Array:
    """(6.3.2) Pixel shuffle, add 127.5, clamp to 0..255, keep the top-left height x width: planes [n, h, w] Q18."""
    planes = np.empty((x.shape[2] // (factor * factor), height, width), dtype=np.int32)

    def shuffle(begin: int, end: int) -> None:
        shuffled_planes(x, factor, MIDDLE_Q18, 0, WHITE_Q18, begin, end, planes)

    in_parts(shuffle, -(-height // factor), -(-LEAST_ROWS // factor))
    return planes


@clause("6.7")
def network_input(planes: Int32Array) -> Int32Array:
    """(6.7) Return (v - 127.5) / 128 of planes in Q18: rshift(v - 33423360, 7), within int32 for any int32."""
    return rshift(wide(planes) - MIDDLE_Q18, 7).astype(np.int32)


@clause("6.7")
def leaky_relu(x: Int32Array) -> Int32Array:
    """(6.7) x from 0 on, rshift(x * 2621, 18) below."""
    return np.where(x >= 0, wide(x), rshift(wide(x) * 2621, 18)).astype(np.int32)


@clause("6.7")
def absolute(x: Int32Array) -> Int32Array:
    """(6.7) min(|x|, 2^31 - 1)."""
    return np.minimum(np.abs(wide(x)), (1 << 31) - 1).astype(np.int32)
