"""The network of eICCI (5.7.2, 5.7.3, 6.4.10): two-level Haar analysis, two branches, correction.

In: tile planes int32 Q18 whose sizes are multiples of 4.  Out: corrections [h/4, w/4, 16] Q18, to be added by the
inverse transform.  Weights come folded (6.2.1 (c)), so a branch is convolutions, ReLU and additions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause

if TYPE_CHECKING:
    from refdec.weights.layers import Layer
    from refdec.weights.pack import Checkpoint

__all__ = ["Branch", "EicciNetwork", "analysed", "correct", "haar_signs"]

Operator: TypeAlias = Callable[[Int32Array], Int32Array]
BANDS = 16


@clause("6.4.10")
def haar_signs() -> Int64Array:
    """(6.4.10) sign(m, n, y, x) as [sample 4y + x, channel 4m + n], entries +1 and -1."""
    r, c = np.array([0, 0, 1, 1], np.int64), np.array([0, 1, 0, 1], np.int64)
    h = np.stack([np.ones(4, np.int64), 2 * c - 1, 2 * r - 1, np.where(r == c, 1, -1)]).reshape(4, 2, 2)
    sample = np.arange(16, dtype=np.int64)
    y, x = sample >> 2, sample & 3
    signs = [h[m, y % 2, x % 2] * h[n, y >> 1, x >> 1] for m in range(4) for n in range(4)]
    return np.ascontiguousarray(np.stack(signs, axis=1))


@clause("6.4.10")
def analysed(*planes: Int32Array) -> Int32Array:
    """(6.4.10) 16 bands of each plane [h, w] (h, w multiples of 4), one plane after the other: [h/4, w/4, 16n] Q18."""
    from refdec.picture.filters.kernels import haar_analysis

    height, width = planes[0].shape
    out = np.empty((height >> 2, width >> 2, BANDS * len(planes)), np.int32)
    signs = haar_signs()
    for i, plane in enumerate(planes):
        haar_analysis(out, BANDS * i, np.ascontiguousarray(plane), signs)
    return out


@clause("6.4.10")
def correct(plane: Int32Array, correction: Int32Array) -> Int32Array:
    """(6.4.10) The plane [h, w] plus the inverse transform of a correction [h/4, w/4, 16]; saturated, not clamped."""
    from refdec.picture.filters.kernels import add_correction

    out = np.array(plane, dtype=np.int32, order="C")
    add_correction(out, np.ascontiguousarray(correction), np.ascontiguousarray(haar_signs().T))
    return out


def _relu(features: Int32Array) -> Int32Array:
    return np.maximum(features, 0, out=features)


@clause("5.7.3")
@dataclass(frozen=True, slots=True)
class Branch:
    """(5.7.3, 6.4.10) One branch: first convolution, residual blocks of two, a last convolution for each output."""

    first: Operator
    blocks: tuple[tuple[Operator, Operator], ...]
    last: tuple[Operator, ...]

    def __call__(self, bands: Int32Array) -> tuple[Int32Array, ...]:
        """Return the corrections [h, w, 16] Q18 that follow from bands [h, w, 48]."""
        from refdec.picture.filters.kernels import add_saturated

        features = _relu(self.first(bands))
        for horizontal, vertical in self.blocks:
            add_saturated(features, vertical(_relu(horizontal(features))))
        return tuple(convolution(features) for convolution in self.last)


def _branch(
    layers: Mapping[str, Layer], make: Callable[[Layer], Operator], first: str, blocks: str, last: tuple[str, ...]
) -> Branch:
    count = sum(name.startswith(f"{blocks}.") and name.endswith(".conv1") for name in layers)
    return Branch(
        first=make(layers[first]),
        blocks=tuple((make(layers[f"{blocks}.{i}.conv1"]), make(layers[f"{blocks}.{i}.conv2"])) for i in range(count)),
        last=tuple(make(layers[name]) for name in last),
    )


@clause("5.7.3")
@dataclass(frozen=True, slots=True)
class EicciNetwork:
    """(5.7.3) One model of the bank: the branch for Y, and the branch that gives U and V."""

    luma: Branch
    chroma: Branch

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> EicciNetwork:
        """Build the network from a checkpoint of the kind "eICCI/bop_mse012"."""
        from refdec.networks.layers import Convolution

        layers = checkpoint.layers
        return cls(
            _branch(layers, Convolution.of, "conv_first_Y", "hidden_layer_Y", ("conv_last_Y",)),
            _branch(layers, Convolution.of, "conv_firstUV", "hidden_layer_UV", ("conv_last_u", "conv_last_v")),
        )
