"""Fingerprint of a checkpoint (6.2.5): equal if and only if all integers of the import are equal.

In: layers, integer tensors and gain.  Out: SHA-256 in hexadecimal.  Compact storage changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.weights.layers import Layer

__all__ = ["GAIN_NAME", "checkpoint_fingerprint"]

GAIN_NAME = "quantizer.gain_unit.c"


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def _head(digest: _Digest, name: str, shape: tuple[int, ...]) -> None:
    digest.update(name.encode("ascii") + b"\0" + np.array(shape, "<i4").tobytes())


def _layer(digest: _Digest, name: str, layer: Layer) -> None:
    _head(digest, name, layer.shape)
    digest.update(layer.wide().astype("<i4", copy=False).tobytes())
    digest.update(layer.exponent.astype("<i4").tobytes())
    digest.update(layer.bias.astype("<i8", copy=False).tobytes())


def _values(digest: _Digest, name: str, values: Int32Array) -> None:
    _head(digest, name, values.shape)
    digest.update(values.astype("<i4", copy=False).tobytes())


@clause("6.2.5")
def checkpoint_fingerprint(
    layers: Mapping[str, Layer], integers: Mapping[str, Int32Array], gain: Int32Array | None
) -> str:
    """(6.2.5) Return SHA-256 over the entries in ascending byte order of their names, hexadecimal."""
    digest = hashlib.sha256()
    values = dict(integers) if gain is None else {**integers, GAIN_NAME: gain}
    for name in sorted([*layers, *values]):
        if name in layers:
            _layer(digest, name, layers[name])
        else:
            _values(digest, name, values[name])
    return digest.hexdigest()
