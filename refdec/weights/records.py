"""Records of a pack: one layer or one integer tensor as plain little-endian sections (6.2.4).

In and out: `Layer` or an int32 array on one side; a description (for the manifest) and bytes on the other.  A layer's
sections follow each other without gaps: B int64 (only with a bias), mantissas, t uint8 (only if one is not 0), e uint8.
Mantissas of form `short` are int16; those of form `wide` are uint16 low halves, all of them, then int8 high parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.weights.errors_files import PackDamaged
from refdec.weights.layers import Layer

__all__ = [
    "IntegersRecord",
    "LayerRecord",
    "layer_bytes",
    "layer_record",
    "read_layer",
    "read_values",
    "values_bytes",
    "values_record",
]

LARGEST_MANTISSA = (1 << 19) - 1
LARGEST_EXPONENT = 30
LARGEST_BIAS = 1 << 60
SHORT, WIDE = "short", "wide"
WIDTHS = {"i1": 1, "i2": 2, "i4": 4}
HALF_BITS = 16


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """What the manifest says about a layer; with it, its bytes can be read."""

    shape: tuple[int, ...]
    form: str
    transposed: bool
    bias: bool
    shifts: bool

    @property
    def out_channels(self) -> int:
        """Return the number of output channels."""
        return self.shape[1 if self.transposed else 0]

    @property
    def size(self) -> int:
        """Return the number of bytes of the record."""
        each = 2 if self.form == SHORT else 3
        return each * _count(self.shape) + self.out_channels * (8 * self.bias + self.shifts + 1)

    def as_json(self) -> dict[str, Any]:
        """Return the manifest's form."""
        return {
            "shape": list(self.shape),
            "form": self.form,
            "transposed": self.transposed,
            "bias": self.bias,
            "shifts": self.shifts,
        }

    @classmethod
    def of_json(cls, name: str, line: Mapping[str, Any], shape: tuple[int, ...], transposed: bool) -> LayerRecord:
        """Read the manifest's form; shape and layout must be those of the tensor list.  Raises PackDamaged."""
        record = cls(shape, line.get("form", ""), transposed, line.get("bias", False), line.get("shifts", False))
        flags = type(record.bias) is bool and type(record.shifts) is bool
        stated = {key: line.get(key) for key in record.as_json()}
        if not flags or record.form not in (SHORT, WIDE) or record.as_json() != stated:
            raise PackDamaged(f"its line of {name} does not describe that layer")
        return record


def layer_record(layer: Layer) -> LayerRecord:
    """Return the description of a layer."""
    form = SHORT if layer.mantissa.dtype == np.int16 else WIDE
    return LayerRecord(layer.shape, form, layer.transposed, layer.has_bias, bool(layer.shift.any()))


@clause("6.2.4")
def layer_bytes(layer: Layer) -> bytes:
    """(6.2.4) Return the sections of a layer; the same layer gives the same bytes."""
    record = layer_record(layer)
    parts = [layer.bias.astype("<i8").tobytes()] if record.bias else []
    if record.form == SHORT:
        parts.append(layer.mantissa.astype("<i2").tobytes())
    else:
        parts.append((layer.mantissa & 0xFFFF).astype("<u2").tobytes())
        parts.append((layer.mantissa >> HALF_BITS).astype("i1").tobytes())
    if record.shifts:
        parts.append(layer.shift.tobytes())
    return b"".join([*parts, layer.exponent.tobytes()])


class _Sections:
    """Takes one section after the other from a record whose size has been checked."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._at = data, 0

    def take(self, dtype: str, count: int) -> Any:
        size = count * np.dtype(dtype).itemsize
        self._at += size
        return np.frombuffer(self._data[self._at - size : self._at], dtype)


@clause("6.2.4")
def read_layer(name: str, record: LayerRecord, data: memoryview) -> Layer:
    """(6.2.4) Return the layer of a record, a view of `data` where it is stored short.

    Raises PackDamaged where sizes, exponents, mantissas or biases are not those that 6.2.2 can give.
    """
    if len(data) != record.size:
        raise PackDamaged(f"{name} has {len(data)} bytes instead of {record.size}")
    sections, count, channels = _Sections(data), _count(record.shape), record.out_channels
    bias = sections.take("<i8", channels) if record.bias else np.zeros(channels, np.int64)
    if record.form == SHORT:
        mantissa = sections.take("<i2", count).reshape(record.shape)
    else:
        low = sections.take("<u2", count).astype(np.int32)
        mantissa = (low | (sections.take("i1", count).astype(np.int32) << HALF_BITS)).reshape(record.shape)
    shift = sections.take("u1", channels) if record.shifts else np.zeros(channels, np.uint8)
    exponent = sections.take("u1", channels)
    for array in (bias, mantissa, shift, exponent):
        array.flags.writeable = False
    layer = Layer(name, mantissa, shift, exponent, bias, record.bias, record.transposed)
    _require_bounds(layer)
    return layer


def _require_bounds(layer: Layer) -> None:
    """Check |W| < 2^19, 0 <= t <= e <= 30 and |B| <= 2^60: the bounds that make overflow impossible (6.2.3)."""
    if (layer.exponent > LARGEST_EXPONENT).any() or (layer.shift > layer.exponent).any():
        raise PackDamaged(f"{layer.name} has an exponent outside 0..30, or a shift above it")
    if (np.abs(layer.bias) > LARGEST_BIAS).any() or (layer.bias == np.iinfo(np.int64).min).any():
        raise PackDamaged(f"{layer.name} has a bias above 2^60")
    largest = max(int(layer.mantissa.max(initial=0)), -int(layer.mantissa.min(initial=0)))
    if largest << int(layer.shift.max(initial=0)) <= LARGEST_MANTISSA:
        return
    axes = tuple(a for a in range(layer.mantissa.ndim) if a != int(layer.transposed))
    largest_of_each = np.maximum(layer.mantissa.max(axis=axes), -layer.mantissa.min(axis=axes).astype(np.int64))
    if (largest_of_each << layer.shift.astype(np.int64) > LARGEST_MANTISSA).any():
        raise PackDamaged(f"{layer.name} has a mantissa of more than 20 bits")


@dataclass(frozen=True, slots=True)
class IntegersRecord:
    """What the manifest says about an integer tensor: its shape, and the width (i1, i2, i4) it is stored in."""

    shape: tuple[int, ...]
    form: str

    @property
    def size(self) -> int:
        """Return the number of bytes of the record."""
        return WIDTHS[self.form] * _count(self.shape)

    def as_json(self) -> dict[str, Any]:
        """Return the manifest's form."""
        return {"shape": list(self.shape), "form": self.form}

    @classmethod
    def of_json(cls, name: str, line: Mapping[str, Any], shape: tuple[int, ...]) -> IntegersRecord:
        """Read the manifest's form; the shape must be that of the tensor list.  Raises PackDamaged."""
        form = line.get("form")
        if not isinstance(form, str) or form not in WIDTHS or line.get("shape") != list(shape):
            raise PackDamaged(f"its line of {name} does not describe that tensor")
        return cls(shape, form)


def values_record(values: Int32Array) -> IntegersRecord:
    """Return the description of an integer tensor, in the narrowest width that holds all its values."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    form = next(f for f, width in WIDTHS.items() if -(1 << (8 * width - 1)) <= low and high < 1 << (8 * width - 1))
    return IntegersRecord(values.shape, form)


def values_bytes(values: Int32Array) -> bytes:
    """Return the bytes of an integer tensor in its narrowest width."""
    return values.astype("<" + values_record(values).form).tobytes()


def read_values(name: str, record: IntegersRecord, data: memoryview) -> Int32Array:
    """Return the integer tensor of a record as int32; raises PackDamaged."""
    if len(data) != record.size:
        raise PackDamaged(f"{name} has {len(data)} bytes instead of {record.size}")
    values: Int32Array = np.frombuffer(data, "<" + record.form).astype(np.int32).reshape(record.shape)
    values.flags.writeable = False
    return values
