"""Layers of floats: worked examples 6 and 7 of 7.8.6, every pattern back, bounds, windows, damage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.floatrecord import FloatRecord, read_float_layer
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture, MaxErrorOutOfRange
from refdec.lossless.float_layer import decode_float_layer, encode_float_layer, float_layer_memory
from refdec.lossless.layer import Planes
from refdec.lossless.numbers import order_of
from refdec.picture.floats import FloatPlanes, Patterns, single_of_half
from refdec.tiling.geometry import Rect

ODD = {
    16: [0x7C00, 0xFC00, 0x7C01, 0x7E55, 0xFE00, 0x8000, 0x0001, 0x83FF],
    32: [0x7F800000, 0xFF800000, 0x7F800001, 0x7FC12345, 0xFFFFFFFF, 0x80000000, 1, 0x807FFFFF],
}
"""Infinities, quiet and signalling NaN with payloads, -0, subnormals."""


def same(one: FloatPlanes, other: FloatPlanes) -> bool:
    return one.bits == other.bits and all(map(np.array_equal, one.planes, other.planes))


def pair(bits: int, components: int, height: int = 70, width: int = 90) -> tuple[FloatPlanes, Planes]:
    """A slope of light with noise and what is odd in it, and what a lossy decoder might make of it."""
    random = np.random.default_rng(bits + components)
    light = np.exp(np.add.outer(np.arange(height), np.arange(width)) / 25)
    kind, whole = (np.float16, np.uint16) if bits == 16 else (np.float32, np.uint32)
    planes = list[Patterns]()
    for _ in range(components):
        plane: Patterns = (light * random.normal(1, 0.02, light.shape)).astype(kind).view(whole)
        plane.flat[random.integers(0, plane.size, 8)] = ODD[bits]
        planes.append(plane)
    base = np.clip(65535 * light / (1 + light), 0, 65535).astype(np.uint16)
    colours = components - (components in (2, 4))
    return FloatPlanes(tuple(planes), bits), tuple(base // 64 * 64 for _ in range(colours))


EXAMPLE_6 = (
    "7265666465632d6c6f73736c6573732f0201000a00000000000000000200000001c95411110e48a6727eadd0f7f336a588d6b3bf7822a71b4740"
    "93b61300e1e8d25be581a33b4b85f45fe7c39b418e56525dd10c602c1bc3cb86e9daeda8c7b0303fffbc0000000008868010661638d23bc03fa8"
    "eadbec3849"
)
EXAMPLE_7 = (
    "7265666465632d6c6f73736c6573732f0204110a000000006400000001000000013ae7b37dd2672728ec14bfef239b5833630e18f1832ccb975d"
    "27c282416724122fce6bbc46b2ce671f9c82d822487cf224a06e6fb4e67a9c41aa8d413c375b1e29137a210000000b68969afd614d6864000000"
    "03154978af80daa24700000003fa76838105e2dfcb000000026fea016a651b64600000000477b529997861491b0000000388ac864db9587cfdc0"
    "40d5f3a34d234f53d17ec055c5c0556ec0e1c03fc901c07360"
)


def test_worked_examples_6_and_7() -> None:
    half, base = FloatPlanes((np.array([[0x3C00, 0xC000]], np.uint16),), 16), (np.array([[40000, 12]], np.uint16),)
    assert encode_float_layer(half, base).to_bytes().hex() == EXAMPLE_6
    record = read_float_layer(bytes.fromhex(EXAMPLE_6))
    assert record is not None and same(decode_float_layer(record, base), half)
    colours = [0x3F800001, 0x40490FDB, 0xBF000000, 0x7F800000]
    single = FloatPlanes(tuple(np.array([[pattern]], np.uint32) for pattern in colours), 32, True)
    under = tuple(np.array([[code]], np.uint16) for code in (40000, 50000, 0))
    assert encode_float_layer(single, under, max_error=100).to_bytes().hex() == EXAMPLE_7
    record = read_float_layer(bytes.fromhex(EXAMPLE_7))
    assert record is not None and record.form.premultiplied and record.form.low_bits == 9
    made = decode_float_layer(record, under)
    assert [int(plane[0, 0]) for plane in made.planes] == [0x3F800031, 0x40490FE5, 0xBEFFFFB1, 0x7F800000]


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("components", [1, 2, 3, 4])
def test_every_pattern_comes_back(bits: int, components: int) -> None:
    original, base = pair(bits, components)
    record = encode_float_layer(original, base, tile_log2=6)
    assert record.form.form == (bits == 32) and record.form.components == components
    read = read_float_layer(record.to_bytes())
    assert read is not None and read.to_bytes() == record.to_bytes()
    assert same(decode_float_layer(read, base), original)
    assert encode_float_layer(original, base, tile_log2=6, workers=3).to_bytes() == record.to_bytes()


def test_singles_that_are_halves_are_coded_as_such() -> None:
    halves, base = pair(16, 3)
    singles = halves.as_single()
    record = encode_float_layer(singles, base)
    assert record.form.form == 2 and same(decode_float_layer(record, base), singles)
    exact = len(encode_float_layer(halves, base).to_bytes())
    assert len(record.to_bytes()) == exact
    assert encode_float_layer(singles, base, max_error=100).form.max_error == 0, "better than what is asked for"
    assert encode_float_layer(singles, base, max_error=8192).form.form == 1


@pytest.mark.parametrize(("bits", "error"), [(16, 1), (16, 40), (32, 1), (32, 5000), (32, 100000)])
def test_no_sample_is_farther_off_than_asked(bits: int, error: int) -> None:
    original, base = pair(bits, 3)
    record = encode_float_layer(original, base, max_error=error)
    made = decode_float_layer(record, base)
    exact = len(encode_float_layer(original, base).to_bytes())
    assert len(record.to_bytes()) < exact
    for plane, was in zip(made.planes, original.planes, strict=True):
        values = FloatPlanes((was,), bits).array
        finite = np.isfinite(values)
        assert abs(order_of(plane[finite], bits) - order_of(was[finite], bits)).max() <= error
        now = FloatPlanes((plane,), bits).array
        assert np.array_equal(np.isnan(now), np.isnan(values)) and np.array_equal(now[~finite], values[~finite], True)


def test_the_curve_is_worth_its_bytes() -> None:
    """The decoded picture tells where a sample lies: without it much more would have to be said."""
    levels = np.random.default_rng(1).uniform(0.1, 8, (20, 20)).repeat(4, 0).repeat(4, 1)
    original = FloatPlanes((levels.astype(np.float16).view(np.uint16),), 16)
    base, flat = ((65535 * levels / (1 + levels)).astype(np.uint16),), (np.full((80, 80), 30000, np.uint16),)
    with_base, without = (len(encode_float_layer(original, under).to_bytes()) for under in (base, flat))
    assert with_base < 0.8 * without


@pytest.mark.parametrize("window", [Rect(0, 0, 90, 70), Rect(60, 60, 10, 9), Rect(89, 69, 1, 1)])
def test_a_window_is_the_crop_of_the_whole(window: Rect) -> None:
    original, base = pair(32, 4)
    record = encode_float_layer(original, base, tile_log2=6)
    made = decode_float_layer(record, base, window=window)
    assert same(made, original.mapped(lambda plane: plane[window.rows, window.columns]))


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 2)])
def test_the_smallest_pictures(size: tuple[int, int]) -> None:
    for bits in (16, 32):
        original, base = pair(bits, 4, *size) if size != (1, 1) else pair(bits, 4, 1, 1)
        assert same(decode_float_layer(encode_float_layer(original, base), base), original)


def test_what_is_damaged_or_of_another_picture_is_no_original() -> None:
    original, base = pair(16, 1, 8, 9)
    record = encode_float_layer(original, base)
    other: Planes = (np.bitwise_xor(base[0], 1, dtype=np.uint16),)
    with pytest.raises(LayerOfOtherPicture):
        decode_float_layer(record, other)
    with pytest.raises(LayerDamaged, match="components"):
        decode_float_layer(record, base * 3)
    with pytest.raises(LayerDamaged, match="SHA-256"):
        decode_float_layer(replace(record, samples_sha256=bytes(32)), base)
    data = record.to_bytes()
    for at in range(len(data)):
        changed: FloatRecord | None = read_float_layer(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        if changed is None:
            continue
        try:
            made = decode_float_layer(changed, base)
        except (LayerDamaged, LayerOfOtherPicture):
            continue
        assert same(made, original) and at in range(97, len(data)), "a curve may be changed where no sample uses it"


def test_errors_beyond_all_values_are_refused() -> None:
    for bits, most in ((16, 0x7C00), (32, 0x7F800000)):
        original, base = pair(bits, 1, 4, 4)
        assert decode_float_layer(encode_float_layer(original, base, max_error=most - 1), base).bits == bits
        with pytest.raises(MaxErrorOutOfRange) as caught:
            encode_float_layer(original, base, max_error=most)
        assert str(most - 1) in caught.value.explain()


def test_memory_grows_with_the_picture() -> None:
    assert float_layer_memory(2000, 1000, 4, 10, 1) > 2000 * 1000 * 4 * 40
    assert single_of_half(np.array([0x3C00], np.uint16)).tolist() == [0x3F800000]
