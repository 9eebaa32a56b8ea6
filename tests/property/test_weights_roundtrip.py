"""Properties of the weights: bounds of quantisation, and records that come back as they were."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.weights.arrays import NumberArray
from refdec.weights.layers import Layer
from refdec.weights.quantise import quantise_layer
from refdec.weights.records import layer_bytes, layer_record, read_layer, read_values, values_bytes, values_record

FINITE = st.floats(-500.0, 500.0, allow_nan=False, width=32)


@st.composite
def layers(draw: st.DrawFn) -> tuple[NumberArray, NumberArray | None, bool]:
    shape = tuple(draw(st.integers(1, 4)) for _ in range(4))
    transposed = draw(st.booleans())
    count = int(np.prod(shape))
    values = draw(st.lists(FINITE, min_size=count, max_size=count))
    weight = np.array(values).reshape(shape)
    if draw(st.booleans()):
        weight = np.ldexp(np.rint(weight), draw(st.integers(-20, 0)))
    out = shape[1] if transposed else shape[0]
    bias = np.array(draw(st.lists(st.floats(-1.0, 1.0, width=32), min_size=out, max_size=out)))
    return weight, bias if draw(st.booleans()) else None, transposed


@given(layers())
@settings(max_examples=200, deadline=None)
def test_quantised_weights_keep_their_bounds(case: tuple[NumberArray, NumberArray | None, bool]) -> None:
    """|W| < 2^19, |w * 2^e - W| <= 1/2, |b * 2^(18+e) - B| <= 1/2, and e is the largest possible."""
    weight, bias, transposed = case
    layer = quantise_layer(weight, bias, transposed)
    e = layer.exponent.astype(np.int64)
    assert (e <= 30).all() and (layer.shift <= layer.exponent).all()
    scale = e.reshape((1, -1, 1, 1) if transposed else (-1, 1, 1, 1)).astype(np.int32)
    assert np.abs(layer.wide()).max() < 1 << 19
    assert np.abs(np.ldexp(weight, scale) - layer.wide()).max() <= 0.5
    if bias is not None:
        assert np.abs(np.ldexp(bias, (18 + e).astype(np.int32)) - layer.bias).max() <= 0.5
    larger = np.abs(np.rint(np.ldexp(weight, scale + 1))).max(axis=(0, 2, 3) if transposed else (1, 2, 3))
    assert ((larger > 524287) | (e == 30) | (e == 0)).all()


@given(layers())
@settings(max_examples=200, deadline=None)
def test_records_come_back(case: tuple[NumberArray, NumberArray | None, bool]) -> None:
    layer = quantise_layer(*case, name="x")
    wide = Layer("x", layer.wide(), np.zeros_like(layer.shift), layer.exponent, layer.bias, layer.has_bias, case[2])
    for before in (layer, wide):
        data = layer_bytes(before)
        record = layer_record(before)
        assert len(data) == record.size
        after = read_layer("x", record, memoryview(data))
        assert np.array_equal(after.wide(), layer.wide()) and after.mantissa.dtype == before.mantissa.dtype
        for field in ("shift", "exponent", "bias"):
            assert np.array_equal(getattr(after, field), getattr(before, field))


@given(st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=20))
def test_integer_tensors_come_back_in_the_narrowest_width(values: list[int]) -> None:
    array = np.array(values, np.int32)
    record = values_record(array)
    assert np.array_equal(read_values("x", record, memoryview(values_bytes(array))), array)
    narrow = max((abs(v) if v >= 0 else -v - 1 for v in values), default=0)
    assert record.form == ("i1" if narrow < 128 else "i2" if narrow < 32768 else "i4")
