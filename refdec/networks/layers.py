"""Linear layers of the networks (4.2.1 to 4.2.3, 6.3.1) with what precedes and follows them, on maps int32 Q18 [h, w,
C].

In: a `Layer` of a checkpoint.  Out: callables from map to map.  Each layer has the integer loop, which is right for
any input, and where possible float64 products that are proven exact for the inputs at hand (`exact_products`); both
give the same integers.  What surrounds a layer is fused into it: ReLU6 before, and after it ReLU, a sum or the gate of
ResAU.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Self

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, Int64Array
from refdec.clauses import clause
from refdec.networks import kernels
from refdec.networks.errors import ChannelMismatch
from refdec.networks.exact_forms import ExactProducts, Work
from refdec.networks.exact_products import exact_products, spare_products
from refdec.networks.sharing import in_parts
from refdec.networks.stencil import THREE, Stencil
from refdec.weights.layers import Layer

__all__ = ["After", "Convolution", "TransposedConvolution", "UpSampler2"]

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
RELU6 = (0, 6 << 18)
ALL = (INT32_MIN, INT32_MAX)


class After(Enum):
    """What follows a layer with result y, given a second map x; see `kernels.finish`."""

    NOTHING = kernels.NOTHING
    RELU = kernels.RELU
    ADD = kernels.ADD
    ADD_RELU = kernels.ADD_RELU
    GATE = kernels.GATE


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """A stencil with the first form of its float64 products; `exact=None` forces the integer loop.

    `_spare` holds the further forms once a block has needed them: made late, since sane weights and streams seldom do.
    """

    name: str
    stencil: Stencil
    exact: ExactProducts | None
    _spare: dict[int, ExactProducts | None] = field(default_factory=dict, repr=False)

    @classmethod
    def _of(cls, name: str, stencil: Stencil, fast: bool) -> Self:
        return cls(name, stencil, exact_products(stencil) if fast else None)

    def __call__(
        self,
        x: Int32Array,
        *,
        relu6: bool = False,
        after: After = After.NOTHING,
        other: Int32Array | None = None,
        size: tuple[int, int] | None = None,
    ) -> Int32Array:
        """Return the layer's map [h', w', O] for x [h, w, I].

        `relu6`: clamp the input to 0..6 first.  `after`: see there; `other` is its x, of the result's shape.  `size`:
        rows and columns to keep at the top left (a crop after a layer that doubles).  Raises ChannelMismatch.
        """
        s = self.stencil
        if x.shape[2] != s.in_channels:
            raise ChannelMismatch(self.name, s.in_channels, x.shape[2])
        if self.is_depthwise_3 and not relu6 and after is After.NOTHING and size is None:
            return self.depthwise_rows(x, 0, x.shape[0])
        low, high = RELU6 if relu6 else ALL
        out = np.empty((*(size or s.output_size(*x.shape[:2])), s.out_channels), dtype=np.int32)
        x = _ready(x)
        grid = s.vertical.positions(x.shape[0]), s.horizontal.positions(x.shape[1])
        work = Work(x, low, high, out, after.value, _second(after, out, other))
        form = self.exact
        blocks = np.array([(0, grid[0], 0, grid[1])] if form is None else list(form.blocks(*grid)))
        n = 0
        while form is not None and len(blocks):
            blocks = blocks[~_written(form, work, blocks)]
            if len(blocks):
                if n not in self._spare:
                    self._spare[n] = spare_products(s, form)
                form = self._spare[n]
                n += 1
        for block in blocks:
            self._loop(work, block)
        return out

    def _loop(self, work: Work, block: Int64Array) -> None:
        """Write a block by the integer loops, all phases."""
        s = self.stencil
        strides = s.vertical.stride, s.horizontal.stride
        step = len(s.vertical.phases)
        top, height, left, width = block.tolist()
        area = np.array([top, top + height, left, left + width])
        for dy, rows in enumerate(s.vertical.phases):
            for dx, columns in enumerate(s.horizontal.phases):
                taps = s.taps[[ty for ty, _ in rows]][:, [tx for tx, _ in columns]].reshape(-1, *s.taps.shape[2:])
                offsets = np.array([(oy, ox) for _, oy in rows for _, ox in columns])
                kernels.products(
                    work.x,
                    taps,
                    offsets,
                    *strides,
                    s.groups,
                    work.low,
                    work.high,
                    step,
                    s.start[dy, dx],
                    s.shift[dy, dx],
                    work.out,
                    np.array([dy, dx]),
                    area,
                )
        work.finish(step, block)

    @property
    def is_depthwise_3(self) -> bool:
        """Tell whether `depthwise_rows` applies: 3x3, one filter per channel, stride 1."""
        return self.stencil.is_depthwise and self.stencil.vertical == self.stencil.horizontal == THREE

    def depthwise_rows(self, x: Int32Array, first: int, rows: int) -> Int32Array:
        """Return rows first..first + rows - 1 of a depth-wise 3x3 convolution of x, by its own integer loop."""
        s = self.stencil
        out = np.empty((rows, x.shape[1], s.out_channels), dtype=np.int32)
        kernels.depthwise(_ready(x), s.taps.reshape(9, -1), s.start[0, 0], s.shift[0, 0], first, out)
        return out


def _ready(x: Int32Array) -> Int32Array:
    """Return the map as compiled loops take it: contiguous and not read-only."""
    return np.require(x, requirements=["C", "W"])


def _written(form: ExactProducts, work: Work, blocks: Int64Array) -> BoolArray:
    """Write blocks in a form of the products, by all threads that share the work; return which ones it has written."""
    return np.concatenate(in_parts(lambda begin, end: form.write(work, blocks[begin:end]), len(blocks)))


def _second(after: After, out: Int32Array, other: Int32Array | None) -> Int32Array:
    """Return the second map that `after` takes; any map where it takes none."""
    if after in {After.NOTHING, After.RELU}:
        return out
    if other is None or other.shape != out.shape:
        raise ValueError(f"{after.name} needs a second map of shape {out.shape}")
    return _ready(other)


@clause("4.2.1")
@clause("6.3.1")
class Convolution(_Linear):
    """(4.2.1, 6.3.1) Kn(i->o, stride, groups), n = 1 or 3 and also 1x3 and 3x1, zero padding, one rounding."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Layer, *, stride: int = 1, groups: int = 1, fast: bool = True) -> Convolution:
        """Prepare a convolution; `fast=False` keeps to the integer loop."""
        return cls._of(layer.name, Stencil.of_convolution(layer, stride, groups), fast)

    @classmethod
    def shuffled(cls, layer: Layer, *, fast: bool = True) -> Convolution:
        """Prepare a 1x1 convolution followed by PS(2) (4.2.4), as one step."""
        return cls._of(layer.name, Stencil.of_shuffled_point(layer), fast)


@clause("4.2.2")
@clause("6.3.1")
class TransposedConvolution(_Linear):
    """(4.2.2, 6.3.1) T3 or T4: stride 2, output exactly twice the size, one rounding per output sample."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Layer, *, fast: bool = True) -> TransposedConvolution:
        """Prepare a transposed convolution; `fast=False` keeps to the integer loop."""
        return cls._of(layer.name, Stencil.of_transposed(layer), fast)


@clause("4.2.3")
@clause("6.3.1")
class UpSampler2(_Linear):
    """(4.2.3, 6.3.1) U2: 2x2 convolution looking forward, and PS(2), as one step."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Layer, *, fast: bool = True) -> UpSampler2:
        """Prepare an up-sampler; `fast=False` keeps to the integer loop."""
        return cls._of(layer.name, Stencil.of_up_sampler(layer), fast)
