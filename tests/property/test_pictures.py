"""Pictures: what is written is read, resampling and codes follow their exact rules, JIT or not."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int32Array
from refdec.formats.files import open_writer, read_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.yuv import YuvLayout
from refdec.picture.colour import rgb_from_yuv
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from refdec.picture.resample import bicubic_ac, bilinear_ac, nearest_indices
from refdec.picture.source import plane_from_codes, planes_from_rgb

sizes = st.integers(1, 40)
bit_depths = st.integers(1, 16)


@st.composite
def pictures(draw: st.DrawFn, colours: tuple[Colour, ...] = (Colour.RGB, Colour.GRAY)) -> CodePicture:
    colour, bits, height, width = draw(st.sampled_from(colours)), draw(bit_depths), draw(sizes), draw(sizes)
    g = np.random.default_rng(draw(st.integers(0, 2**32)))
    ver, hor = draw(st.sampled_from([(1, 1), (1, 2), (2, 2)])) if colour is Colour.YUV else (1, 1)
    shapes = [(height, width)] + [(-(-height // ver), -(-width // hor))] * (0 if colour is Colour.GRAY else 2)
    kind = np.uint8 if bits <= 8 else np.uint16
    return CodePicture(tuple(g.integers(0, 2**bits, shape).astype(kind) for shape in shapes), bits, colour)


def written(picture: CodePicture, suffix: str, step: int) -> bytes:
    target = io.BytesIO()
    with open_writer(target, suffix, picture.spec()) as writer:
        for top in range(0, picture.components[0].shape[0], step):
            writer.write_rows(*(plane[top : top + step] for plane in picture.components))
    return target.getvalue()


@given(picture=pictures(), suffix=st.sampled_from([".png", ".ppm", ".npy"]), step=st.integers(1, 40))
@settings(deadline=None, max_examples=60)
def test_what_is_written_is_read(picture: CodePicture, suffix: str, step: int) -> None:
    got = read_picture(written(picture, suffix, step), suffix=suffix, bits=picture.bits)
    assert got.bits == picture.bits and got.colour is picture.colour
    assert all(np.array_equal(a, b) for a, b in zip(got.components, picture.components, strict=True))


@given(picture=pictures((Colour.YUV,)), step=st.integers(1, 40))
@settings(deadline=None, max_examples=30)
def test_yuv_that_is_written_is_read(picture: CodePicture, step: int) -> None:
    heights = [plane.shape[0] for plane in picture.components]
    target = io.BytesIO()
    with open_writer(target, ".yuv", picture.spec()) as writer:
        for top in range(0, max(heights), step):
            writer.write_rows(*(plane[top : top + step] for plane in picture.components))
    size = {1: "444", 2: "420"}
    y, u = picture.components[:2]
    chroma = "422" if u.shape[0] == y.shape[0] and u.shape[1] != y.shape[1] else size[1 if u.shape == y.shape else 2]
    layout = YuvLayout(y.shape[1], y.shape[0], picture.bits, chroma)
    got = read_picture(target.getvalue(), suffix=".yuv", layout=layout)
    assert all(np.array_equal(a, b) for a, b in zip(got.components, picture.components, strict=True))


@given(data=st.binary(max_size=200), suffix=st.sampled_from([".png", ".ppm", ".npy", ".pgm"]))
@settings(deadline=None, max_examples=200)
def test_readers_refuse_garbage_in_their_own_words(data: bytes, suffix: str) -> None:
    from refdec.errors import InputError

    starts = {".png": b"\x89PNG\r\n\x1a\n", ".ppm": b"P6\n", ".pgm": b"P5 1 1 ", ".npy": b"\x93NUMPY\x01\x00"}
    for candidate in (data, starts[suffix] + data):
        try:
            read_picture(candidate, suffix=suffix)
        except InputError as refusal:
            assert refusal.explain()


def exact_linear(plane: Int32Array, m: int) -> list[Fraction]:
    n = plane.shape[1]
    out = []
    for i in range(m):
        place = Fraction(i * (n - 1), m - 1) if m > 1 else Fraction(0)
        k = int(place)
        out.append(int(plane[0, k]) * (1 - place + k) + int(plane[0, min(k + 1, n - 1)]) * (place - k))
    return out


@given(n=sizes, m=sizes, seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_bilinear_is_near_the_exact_line(n: int, m: int, seed: int) -> None:
    plane = np.random.default_rng(seed).integers(0, 255 << 18, (1, n), dtype=np.int32, endpoint=True)
    got = bilinear_ac(plane, 1, m)[0]
    expected = plane[0].tolist() if n == m else exact_linear(plane, m)
    assert all(abs(int(a) - b) <= 128 for a, b in zip(got, expected, strict=True))  # tau has 18 bits, samples 26


@given(height=sizes, width=sizes, new=st.tuples(sizes, sizes), seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=40)
def test_bicubic_keeps_constants_corners_and_symmetry(height: int, width: int, new: tuple[int, int], seed: int) -> None:
    plane = np.random.default_rng(seed).integers(0, 255 << 18, (height, width), dtype=np.int32, endpoint=True)
    out = bicubic_ac(plane, *new)
    assert out[0, 0] == plane[0, 0]
    if min(new) > 1 or new == (height, width):
        assert out[-1, -1] == plane[-1, -1]
    assert np.all(bicubic_ac(np.full_like(plane, 12345), *new) == 12345)


@given(n=st.integers(1, 4100), m=st.integers(1, 65599))
@settings(deadline=None, max_examples=60)
def test_nearest_is_the_rule_of_binary32(n: int, m: int) -> None:
    ratio = np.float32(n) / np.float32(m)
    float_rule = np.minimum(np.floor(np.arange(m, dtype=np.float32) * ratio).astype(np.int64), n - 1)
    assert np.array_equal(nearest_indices(n, m), float_rule)


@given(bits=bit_depths, seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_codes_survive_planes(bits: int, seed: int) -> None:
    code = np.random.default_rng(seed).integers(0, 2**bits, (3, 5)).astype(np.uint16)
    assert np.array_equal(codes(plane_from_codes(code, bits), bits), code)


@given(bits=bit_depths, seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_rgb_survives_the_colour_transforms(bits: int, seed: int) -> None:
    rgb = [np.random.default_rng(seed + i).integers(0, 2**bits, (3, 5)) for i in range(3)]
    red, green, blue = rgb
    planes: Planes = planes_from_rgb(red, green, blue, bits)
    back = [codes(plane, bits) for plane in rgb_from_yuv(planes)]
    assert all(np.array_equal(a, b) for a, b in zip(rgb, back, strict=True))
