"""Attention blocks of HOP in integers (4.2.7, 4.2.8, 6.4.4 to 6.4.7): CAB, TAB and TAM.

In and out: maps int32 Q18 [h, w, C], C = 64 or 128.  Wide intermediate maps are formed in bands of rows, so that a
TAB needs room for a few maps of C channels, not for its 8C.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.networks import attention_kernels as kernels
from refdec.networks.blocks import R2
from refdec.networks.layers import After, Convolution, TransposedConvolution
from refdec.networks.sharing import in_parts
from refdec.networks.source import LayerSource

__all__ = ["CAB", "TAB", "TAM", "attention", "normalised"]

HEADS = 4
EPS = {64: 180143985095, 128: 1441151880759}
"""(6.4.5) round(1e-5 * C^3 * 2^36)."""
BAND_ROWS = 4
LEAST_ROWS, LEAST_POSITIONS, LEAST_SIZE = 32, 256, 1 << 16
"""What threads that share the work take at least: rows of a map, of which two are made twice, positions, or values."""

Rows = Callable[[int, int], Int32Array]


@clause("6.4.5")
def normalised(x: Int32Array) -> Int32Array:
    """(6.4.5) Layer norm over the channels of every position, without gain and offset."""
    channels = x.shape[2]
    out = np.empty(x.shape, dtype=np.int32)
    rows = np.require(x, requirements=["C", "W"]).reshape(-1, channels)
    kernels.layer_norm(rows, channels.bit_length() - 1, EPS[channels], out.reshape(-1, channels))
    return out


@clause("6.4.7")
def attention(q: Int32Array, temperature: Int64Array, exponent: Int64Array) -> Int32Array:
    """(6.4.7) Return O [h, w, C] for q [h, w, 3C] = (A, B, V) and W, e [4] of the heads' temperatures."""
    height, width, wide = q.shape
    channels = wide // 3
    n = channels // HEADS
    flat = np.require(q, requirements=["C", "W"]).reshape(-1, wide)
    largest = np.max(
        in_parts(lambda begin, end: _maxima(flat[begin:end], 2 * channels), len(flat), LEAST_POSITIONS), axis=0
    )
    parts = in_parts(lambda begin, end: _correlated(flat[begin:end], largest, len(flat)), len(flat), LEAST_POSITIONS)
    sums, energy = (np.sum(values, axis=0) for values in zip(*parts, strict=True))
    logits, weights = np.empty_like(sums), np.empty_like(sums)
    kernels.cosine_logits(sums, energy, temperature, exponent, logits)
    kernels.softmax_rows(logits.reshape(-1, n), weights.reshape(-1, n))
    out = np.empty((height, width, channels), dtype=np.int32)
    turned = np.ascontiguousarray(weights.transpose(0, 2, 1), dtype=np.int32)
    attended = out.reshape(-1, channels)
    in_parts(
        lambda begin, end: kernels.attended(turned, flat[begin:end], attended[begin:end]), len(flat), LEAST_POSITIONS
    )
    return out


@clause("6.4.7")
def _maxima(q: Int32Array, columns: int) -> Int64Array:
    """(6.4.7, item 1) Return the largest magnitudes of some positions; those of all are the largest of these."""
    largest = np.empty(columns, dtype=np.int64)
    kernels.row_maxima(q, columns, largest)
    return largest


@clause("6.4.7")
def _correlated(q: Int32Array, largest: Int64Array, positions: int) -> tuple[Int64Array, Int64Array]:
    """(6.4.7, items 2, 3) Return the sums of products, and of squares, of some of so many positions; those of all are
    sums of these, below 2^62.
    """
    n = largest.size // 2 // HEADS
    sums, energy = np.zeros((HEADS, n, n), dtype=np.int64), np.zeros(largest.size, dtype=np.int64)
    kernels.correlated(q, largest, positions, sums, energy)
    return sums, energy


@dataclass(frozen=True, slots=True, eq=False)
class _PointThenDepth:
    """Layer norm, a 1x1 convolution and a depth-wise 3x3 in bands of rows; rows that two bands share are made once."""

    point: Convolution
    depth: Convolution

    def bands(self, x: Int32Array, top: int, bottom: int) -> Iterator[tuple[int, Int32Array]]:
        """Yield (first row, result rows [n, w, O]) of the rows top..bottom - 1; a result is valid until the next."""
        height, width, _ = x.shape
        room = np.zeros((BAND_ROWS + 2, width, self.point.stencil.out_channels), dtype=np.int32)
        ready = max(top - 1, 0)
        for first in range(top, bottom, BAND_ROWS):
            rows = min(BAND_ROWS, bottom - first)
            above = min(first, 1)
            if first > top:
                room[:2] = room[BAND_ROWS : BAND_ROWS + 2]
            wanted = min(first + rows + 1, height)
            at = 1 + ready - first
            room[at : at + wanted - ready] = self.point(normalised(x[ready:wanted]))
            ready = wanted
            yield first, self.depth.depthwise_rows(room[1 - above : 1 + wanted - first], above, rows)


@clause("4.2.8")
@dataclass(frozen=True, slots=True, eq=False)
class TAB:
    """(4.2.8) Channel attention over all positions, then a gated feed-forward part; each adds to its input."""

    prepare: _PointThenDepth
    temperature: Int64Array
    exponent: Int64Array
    project: Convolution
    feed: _PointThenDepth
    feed_out: Convolution

    @classmethod
    def of(cls, source: LayerSource) -> TAB:
        """Take prep_data, attn and ffn below the source's prefix."""
        heads = source.layer("attn.temperature")
        return cls(
            _point_then_depth(source, "prep_data.conv1", "prep_data.conv2"),
            heads.wide().reshape(-1).astype(np.int64),
            heads.exponent.astype(np.int64),
            source.convolution("attn.project_out"),
            _point_then_depth(source, "ffn.project_in", "ffn.dwconv"),
            source.convolution("ffn.project_out"),
        )

    def __call__(self, x: Int32Array) -> Int32Array:
        """Return the block's map."""
        q = np.empty((*x.shape[:2], 3 * x.shape[2]), dtype=np.int32)

        def prepared(top: int, bottom: int) -> None:
            for first, rows in self.prepare.bands(x, top, bottom):
                q[first : first + rows.shape[0]] = rows

        in_parts(prepared, x.shape[0], LEAST_ROWS)
        x1 = self.project(attention(q, self.temperature, self.exponent), after=After.ADD, other=x)
        out = np.empty_like(x1)

        def fed(top: int, bottom: int) -> None:
            for first, f in self.feed.bands(x1, top, bottom):
                rows, width, wide = f.shape
                gated = np.empty((rows, width, wide // 2), dtype=np.int32)
                kernels.elu_gate(f.reshape(-1, wide), gated.reshape(-1, wide // 2))
                out[first : first + rows] = self.feed_out(gated, after=After.ADD, other=x1[first : first + rows])

        in_parts(fed, x1.shape[0], LEAST_ROWS)
        return out


def _point_then_depth(source: LayerSource, point: str, depth: str) -> _PointThenDepth:
    channels = source.layer(depth).out_channels
    return _PointThenDepth(source.convolution(point), source.convolution(depth, channels=channels))


@clause("4.2.8")
@dataclass(frozen=True, slots=True, eq=False)
class TAM:
    """(4.2.8) Two TABs, with `resample` at half the size; no skip connection around them."""

    down: Convolution | None
    blocks: tuple[TAB, TAB]
    up: TransposedConvolution | None

    @classmethod
    def of(cls, source: LayerSource, *, resample: bool) -> TAM:
        """Take ds_conv, TABs and us_conv below the source's prefix."""
        down = source.convolution("ds_conv", stride=2) if resample else None
        up = source.transposed("us_conv") if resample else None
        return cls(down, (TAB.of(source.below("TABs.0")), TAB.of(source.below("TABs.1"))), up)

    def __call__(self, x: Int32Array, *, size: tuple[int, int] | None = None) -> Int32Array:
        """Return the block's map; `size` crops what the last layer doubles."""
        if self.down is not None:
            x = self.down(x)
        for block in self.blocks:
            x = block(x)
        return x if self.up is None else self.up(x, size=size)


@clause("4.2.7")
@clause("6.4.4")
@dataclass(frozen=True, slots=True, eq=False)
class CAB:
    """(4.2.7, 6.4.4) x + trunk(x) * logistic(mask(x)), the mask formed at half the size."""

    trunk: tuple[R2, R2]
    subscale: Convolution
    mask: tuple[R2, R2]
    upscale: TransposedConvolution

    @classmethod
    def of(cls, source: LayerSource) -> CAB:
        """Take the layers below the source's prefix."""
        return cls(
            (R2.of(source.below("residual_trunk.0")), R2.of(source.below("residual_trunk.1"))),
            source.convolution("subscale", stride=2),
            (R2.of(source.below("residual_mask2.0")), R2.of(source.below("residual_mask3.0"))),
            source.transposed("upscale"),
        )

    def __call__(self, x: Int32Array) -> Int32Array:
        """Return the block's map for a map of even size."""
        x = np.require(x, requirements=["C", "W"])
        m = self.subscale(x)
        for block in self.mask:
            m = block(m)
        m = self.upscale(m, size=x.shape[:2])
        t = self.trunk[1](self.trunk[0](x))
        out = np.empty(x.shape, dtype=np.int32)
        flat = [values.reshape(-1) for values in (x, t, m, out)]
        in_parts(lambda begin, end: kernels.logistic_gate(*(values[begin:end] for values in flat)), x.size, LEAST_SIZE)
        return out
