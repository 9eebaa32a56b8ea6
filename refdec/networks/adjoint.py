"""Adjoints of the luma synthesis networks SOP and BOP: how the decoded plane's error pulls at each latent value.

In: a latent and what the plane should be.  Out: J^T r, int32 Q18, J the derivative of the plane by the latent and r
the error. No decoder needs this; encoders that improve latents do.  Weights are those of the network, turned round and
cut to 19 bits again, in integers: the same picture gives the same pulls on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.fixed import rshift, sat32, wide
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.networks.blocks import ResAU
from refdec.networks.layers import Convolution
from refdec.networks.movement import crop, depth_size, output_planes, pixel_unshuffle, to_map, to_planes
from refdec.networks.stencil import Stencil
from refdec.networks.synthesis import SynthesisLuma
from refdec.weights.layers import Layer

__all__ = ["LumaAdjoint", "PlaneError"]

WEIGHT_BITS = 18
SIX_Q18 = 6 << 18
REASON = "encoders that search for better latents want the derivative of the synthesis"

PlaneError = Callable[[Int32Array], Int32Array]
"""Given the decoded plane [h, w] Q18, return what is pulled back, Q18; keep it small (within +-16)."""


@clause("4.5.1", kind="added", reason=REASON)
def adjoint_of(stencil: Stencil, name: str) -> Convolution:
    """(4.5.1) Return the adjoint of a layer of stride 1 as a convolution.

    Of a layer that doubles the size, the input is the space-to-depth form of `fold`.
    """
    phases = len(stencil.vertical.phases)
    shift = stencil.shift.reshape(phases, phases, -1)
    top = int(shift.max())
    groups, narrow = stencil.groups, stencil.out_channels // stencil.groups
    reach = max(abs(o) for taps in (*stencil.vertical.phases, *stencil.horizontal.phases) for _, o in taps)
    side = 2 * reach + 1
    weights = np.zeros((stencil.in_channels, phases * phases * narrow, side, side), np.int64)
    inputs = stencil.taps.shape[2]
    for dy, rows in enumerate(stencil.vertical.phases):
        for dx, columns in enumerate(stencil.horizontal.phases):
            for ty, oy in rows:
                for tx, ox in columns:
                    taps = np.left_shift(wide(stencil.taps[ty, tx]), top - shift[dy, dx])
                    first = (dy * phases + dx) * narrow
                    for g in range(groups):
                        part = taps[:, g * narrow : (g + 1) * narrow]
                        at = (slice(g * inputs, (g + 1) * inputs), slice(first, first + narrow))
                        weights[(*at, reach - oy, reach - ox)] += part
    return Convolution.of(_layer(weights, top, name), groups=groups)


def _layer(weights: Int64Array, exponent: int, name: str) -> Layer:
    """Return weights / 2^exponent as a layer: mantissas cut to 19 bits with sign, exponents per output channel."""
    outputs = weights.shape[0]
    largest = np.abs(weights).reshape(outputs, -1).max(axis=1)
    surplus = np.array([max(int(n).bit_length() - WEIGHT_BITS, 0) for n in largest], np.int64)
    surplus = np.minimum(surplus, exponent)
    mantissa = np.ascontiguousarray(rshift(weights, surplus[:, None, None, None]).astype(np.int32))
    none = np.zeros(outputs, np.int64)
    return Layer(name, mantissa, none.astype(np.uint8), (exponent - surplus).astype(np.uint8), none, False, False)


def fold(x: Int32Array) -> Int32Array:
    """Return a map [2h, 2w, C] as [h, w, 4C], the phases (dy, dx) one after the other."""
    h, w = x.shape[0] // 2, x.shape[1] // 2
    split = x.reshape(h, 2, w, 2, x.shape[2]).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(split.reshape(h, w, -1))


def _product(a: Int32Array, b: Int32Array) -> Int32Array:
    """Return the product of two Q18 maps."""
    return sat32(rshift(wide(a) * b, 18))


def _uncropped(x: Int32Array, size: tuple[int, int]) -> Int32Array:
    """Return a map with the rows and columns that a crop had taken away, zero."""
    return np.pad(x, ((0, size[0] - x.shape[0]), (0, size[1] - x.shape[1]), (0, 0)))


@dataclass(frozen=True, slots=True, eq=False)
class _GateAdjoint:
    """Adjoint of a ResAU at a point: x (1 + m(x))."""

    gate: ResAU
    conv: Convolution
    conv2: Convolution

    @classmethod
    def of(cls, gate: ResAU) -> _GateAdjoint:
        return cls(gate, adjoint_of(gate.conv.stencil, "conv"), adjoint_of(gate.conv2.stencil, "conv2"))

    def __call__(self, x: Int32Array, pull: Int32Array) -> Int32Array:
        """Return the pull on x for a pull on the result."""
        m = self.gate.conv2(self.gate.conv(x, relu6=True))
        through = self.conv(self.conv2(_product(pull, x)))
        inside = (x > 0) & (x < SIX_Q18)
        return sat32(wide(pull) + _product(pull, m) + np.where(inside, through, 0))


@clause("4.5.1", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True, eq=False)
class LumaAdjoint:
    """(4.5.1) The luma synthesis SOP or BOP with the adjoints of its layers."""

    network: SynthesisLuma
    block: Convolution
    first_up: Convolution
    first_act: _GateAdjoint
    conv2_t: Convolution
    iact2: _GateAdjoint
    conv3: Convolution
    iact3: _GateAdjoint
    conv4: Convolution

    @classmethod
    def of(cls, network: SynthesisLuma) -> LumaAdjoint:
        """Turn the layers of a network round."""
        return cls(
            network,
            adjoint_of(network.block.conv1.stencil, "block"),
            adjoint_of(network.first_up.stencil, "first_up"),
            _GateAdjoint.of(network.first_act),
            adjoint_of(network.conv2_t.stencil, "conv2_t"),
            _GateAdjoint.of(network.iact2),
            adjoint_of(network.conv3.stencil, "conv3"),
            _GateAdjoint.of(network.iact3),
            adjoint_of(network.conv4.stencil, "conv4"),
        )

    def __call__(self, latent: Int32Array, height: int, width: int, errors: list[PlaneError]) -> list[Int32Array]:
        """Return J^T r [160, h, w] Q18 for each error r that is formed from the plane of `latent` [160, h, w]."""
        net = self.network
        x0 = to_map(latent)
        inner = net.block.conv1(x0)
        x1 = sat32(wide(x0) + np.maximum(inner, 0))
        x2 = net.first_up(x1)
        x3 = crop(net.first_act(x2), depth_size(height, width, 3))
        x4 = net.conv2_t(x3, size=depth_size(height, width, 2))
        x5 = net.iact2(x4)
        x6 = net.conv3(x5)
        plane = output_planes(net.conv4(net.iact3(x6)), 4, height, width)[0]
        return [self._pull(error(plane), (x6, x4, x3, x2, inner)) for error in errors]

    def _pull(self, error: Int32Array, at: tuple[Int32Array, ...]) -> Int32Array:
        """Return the pull on the latent of an error of the plane."""
        x6, x4, x3, x2, inner = at
        rows, columns = 4 * x6.shape[0], 4 * x6.shape[1]
        whole = np.zeros((1, rows, columns), np.int32)
        whole[0, : error.shape[0], : error.shape[1]] = error
        g = self.conv4(to_map(pixel_unshuffle(whole, 4)))
        g = self.conv3(self.iact3(x6, g))
        g = self.iact2(x4, g)
        g = self.conv2_t(fold(_uncropped(g, (2 * x3.shape[0], 2 * x3.shape[1]))))
        g = self.first_act(x2, _uncropped(g, (x2.shape[0], x2.shape[1])))
        g = self.first_up(fold(g))
        through = self.block(np.where(inner > 0, g, np.int32(0)))
        return to_planes(sat32(wide(g) + through))
