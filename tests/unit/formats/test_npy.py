"""NPY: arrays of codes and of floats, with transparency; what a layer keeps of them comes back as the same array."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.errors import PictureNotEncodable
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureNeedsMemory, PictureUnsupported
from refdec.formats.files import read_picture, write_picture
from refdec.formats.npy import read_npy
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.yuv import YuvLayout
from refdec.limits import Limits
from tests.encodable import photograph


def saved(array: Any) -> bytes:
    target = io.BytesIO()
    np.save(target, array, allow_pickle=True)
    return target.getvalue()


def floats(kind: type[np.floating[Any]], channels: int) -> Any:
    """Values of a wide range, with all that floats alone have."""
    dice = np.random.default_rng(3)
    made = (dice.standard_normal((40, 48, channels)) * 2.0 ** dice.integers(-9, 9, (40, 48, channels))).astype(kind)
    made[:5, :5], made[5, 5], made[6, 6], made[7, 7] = 0, np.nan, -np.inf, -0.0
    return made[..., 0] if channels == 1 else made


ARRAYS = {
    "uint8 gray": photograph(40, 48)[..., 0],
    "uint8": photograph(40, 48),
    "uint8 alpha": np.concatenate([photograph(40, 48), photograph(40, 48, seed=4)[..., :1]], axis=2),
    "uint16": photograph(40, 48, bits=16),
    "uint16 gray alpha": photograph(40, 48, bits=16)[..., :2],
    "float16 gray": floats(np.float16, 1),
    "float16": floats(np.float16, 3),
    "float32": floats(np.float32, 3),
    "float32 alpha": floats(np.float32, 4),
    "big-endian": floats(np.float32, 3).astype(">f4"),
    "columns first": np.asfortranarray(floats(np.float32, 3)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_what_a_layer_keeps_is_the_same_array(name: str, tmp_path: Any) -> None:
    array = ARRAYS[name]
    made = refdec.encode(saved(array), container="jaii", lossless=True, encoder="analysis")
    decode_to_file(made, tmp_path / "y.npy")
    back = np.load(tmp_path / "y.npy", allow_pickle=False)
    assert back.shape == array.shape and back.dtype == array.dtype.newbyteorder("=")
    assert back.tobytes() == np.ascontiguousarray(array, back.dtype).tobytes()


@pytest.mark.parametrize("name", ["float16", "float32 alpha", "float16 gray"])
def test_arrays_of_floats_go_in_and_come_back_in_python(name: str) -> None:
    array = ARRAYS[name]
    picture = refdec.decode(refdec.encode(array, lossless=True, encoder="analysis"))
    assert picture.floats is not None and picture.floats.array.tobytes() == array.tobytes()
    assert picture.floats.array.dtype == array.dtype and picture.floats.array.shape == array.shape


def test_a_bound_is_kept() -> None:
    array = np.abs(ARRAYS["float32"][8:, :]) + 1
    found = refdec.decode(refdec.encode(array, max_error=1000, encoder="analysis")).floats
    assert found is not None
    steps = np.abs(found.array.view(np.int32).astype(np.int64) - array.view(np.int32))
    assert 0 < steps.max() <= 1000


@pytest.mark.parametrize(
    ("array", "wishes", "advice"),
    [
        (ARRAYS["float32"], {}, "lossless=True keeps them as they are"),
        (ARRAYS["float32"].astype(np.float64), {"lossless": True}, "array.astype(np.float32)"),
        (np.zeros((0, 4), np.float32), {"lossless": True}, "It is empty"),
        (np.zeros((4, 4, 5), np.float32), {"lossless": True}, "[rows, columns, 1 to 4]"),
    ],
)
def test_without_a_layer_the_error_says_how(array: Any, wishes: Any, advice: str) -> None:
    with pytest.raises(PictureNotEncodable) as caught:
        refdec.encode(array, **wishes)
    assert advice in caught.value.explain()


def test_the_array_is_kept_within_the_limits() -> None:
    with pytest.raises(PictureNeedsMemory):
        refdec.encode(ARRAYS["float32"], lossless=True, limits=Limits(memory_bytes=1 << 12))
    with pytest.raises(PictureNeedsMemory):
        read_npy(saved(ARRAYS["float32"]), bits=None, limits=Limits(memory_bytes=1 << 12))


def test_objects_doubles_and_cut_files_are_refused() -> None:
    with pytest.raises(PictureUnsupported, match="float16 or float32"):
        read_npy(saved(np.array([[{}]], dtype=object)), bits=None, limits=Limits())
    with pytest.raises(PictureUnsupported, match="float64"):
        read_npy(saved(np.zeros((4, 4))), bits=None, limits=Limits())
    with pytest.raises(PictureDamaged, match="bytes of samples"):
        read_npy(saved(ARRAYS["float32"])[:-1], bits=None, limits=Limits())


def test_transparency_is_wanted_or_refused() -> None:
    with pytest.raises(AlphaNotSupported):
        read_npy(saved(ARRAYS["uint8 alpha"]), bits=None, limits=Limits())
    opaque = ARRAYS["uint8 alpha"].copy()
    opaque[..., 3] = 255
    assert len(read_npy(saved(opaque), bits=None, limits=Limits()).components) == 3


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.zeros((4, 4)), "lossless=True keeps singles: array.astype(np.float32)"),
        (np.zeros((4, 4), np.int32), "array.astype(np.uint8)"),
        (np.zeros((4, 4), bool), "array.astype(np.uint8) * 255"),
        (np.zeros((4, 4), np.complex128), "array.real.astype(np.float32)"),
        (np.zeros((4, 4), "S3"), "Its samples must be numbers"),
        (np.zeros((3, 6, 6), np.float32), "array.transpose(1, 2, 0)"),
        (np.zeros((2, 6, 6, 3), np.uint8), "These are 2 pictures"),
        (np.zeros(7, np.uint8), "Choose rows, columns and three channels"),
    ],
)
def test_a_file_of_another_array_says_what_to_type(array: Any, advice: str) -> None:
    with pytest.raises(PictureUnsupported) as caught:
        read_npy(saved(array), bits=None, limits=Limits())
    _, said, then = caught.value.explain().splitlines()
    assert said.startswith(advice) or advice in said
    assert then == "Then write it anew: np.save(FILE, array)"


@pytest.mark.parametrize("array", [np.zeros((0, 6, 2), np.float32), np.zeros((6, 0), np.uint8)])
def test_an_empty_array_is_called_that(array: Any) -> None:
    """Found: it was called cut, with 0 bytes of samples for 0 of them."""
    with pytest.raises(PictureUnsupported, match="an empty array, of the shape"):
        read_npy(saved(array), bits=None, limits=Limits())


def test_what_is_advised_makes_a_picture() -> None:
    for array in (np.zeros((4, 4)).astype(np.float32), np.zeros((3, 6, 6), np.float32).transpose(1, 2, 0)):
        assert read_npy(saved(array), bits=None, limits=Limits()).floats is not None
    assert read_npy(saved(np.zeros((4, 4), np.int32).astype(np.uint8)), bits=None, limits=Limits()).bits == 8
    assert read_npy(saved(np.ones((4, 4), bool).astype(np.uint8) * 255), bits=None, limits=Limits()).bits == 8


@pytest.mark.parametrize("suffix", [".npy", ".png", ".yuv"])
def test_codes_of_more_bits_than_was_said_are_named_with_the_depth_that_they_need(suffix: str, tmp_path: Path) -> None:
    codes, wishes = np.full((4, 4), 3000, np.uint16), dict[str, Any]()
    if suffix == ".npy":
        data, wishes = saved(codes), {"bits": 10}
    elif suffix == ".png":
        write_picture(tmp_path / "a.png", CodePicture((codes,), 16, Colour.GRAY))
        data, wishes = (tmp_path / "a.png").read_bytes(), {"bits": 10, "low_bits": True}
    else:
        data, wishes = codes.tobytes(), {"layout": YuvLayout(4, 4, 10, "400")}
    with pytest.raises(PictureUnsupported, match="16-bit samples with codes of more than 10 bits") as caught:
        read_picture(data, suffix=suffix, **wishes)
    assert caught.value.explain().endswith(
        "say --source-bits 12 to encode (bits=12 in Python), or --bit-depth 12 to verify."
    )
    fitting = {"layout": YuvLayout(4, 4, 12, "400")} if suffix == ".yuv" else wishes | {"bits": 12}
    assert read_picture(data, suffix=suffix, **fitting).bits == 12
