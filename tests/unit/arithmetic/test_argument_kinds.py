"""Arguments of another kind: whatever is given, one error names the argument and says what it should be."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.arithmetic.argument_kinds import CALLS, FLAG, NUMBER, TEXT, WHOLE, ArgumentOfOtherKind, require_kinds
from refdec.privacy.keys import PrivateKey
from tests.encodable import GOLDEN
from tests.unit.heif.clips import clip_data

PICTURE = np.full((16, 16, 3), 100, np.uint8)
STREAM = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
OTHERS = (3, 1.5, float("nan"), "x", b"x", (), ("a", "b"), {"a": 1}, object(), np.float32(2), np.zeros(2), 10**30)


@pytest.mark.parametrize(
    ("kind", "fit", "unfit"),
    [
        (FLAG, [True, False, 0, 1, np.bool_(True)], [2, "yes", None, 1.0, np.zeros(1)]),
        (WHOLE, [0, -3, np.int16(4)], [True, 1.0, "1", None]),
        (NUMBER, [0, 1.5, Fraction(1, 3), np.float32(2)], [True, "1", None, np.zeros(2)]),
        (TEXT, ["", "x"], [b"x", None, 3]),
        (CALLS, [print], [None, "print"]),
    ],
)
def test_kinds(kind: Any, fit: list[object], unfit: list[object]) -> None:
    assert all(kind.test(value) for value in fit) and not any(kind.test(value) for value in unfit)
    assert kind.or_none().test(None) and kind.or_none().words.endswith(", or None")


def test_the_error_shows_what_was_given_and_what_is_wanted() -> None:
    with pytest.raises(ArgumentOfOtherKind, match=r"check='no' is no value for it") as refused:
        refdec.encode(PICTURE, check="no")  # type: ignore[arg-type]
    assert refused.value.explain().endswith("Give True or False.")
    with pytest.raises(ArgumentOfOtherKind, match="bpp=<list>"):
        require_kinds({"bpp": list(range(100))}, {"bpp": NUMBER})


CALLABLES: dict[str, Callable[..., object]] = {
    "encode": lambda **wish: refdec.encode(PICTURE, **wish),
    "EncodeOptions": refdec.EncodeOptions,
    "DecodeOptions": refdec.DecodeOptions,
    "TranscodeOptions": refdec.TranscodeOptions,
    "decode": lambda **wish: refdec.decode(STREAM, **wish),
    "read_info": lambda **wish: refdec.read_info(STREAM, **wish),
    "read_latents": lambda **wish: refdec.read_latents(STREAM, stage="symbols", **wish),
    "transcode": lambda **wish: refdec.transcode(STREAM, **wish),
    "open_clip": lambda **wish: refdec.open_clip(clip_data(), **wish),
    "open_progressive": lambda **wish: refdec.open_progressive(STREAM, **wish),
    "encode_clip": lambda **wish: refdec.encode_clip([PICTURE], "no/clip.jaii", **wish),
}
FLAGS = ("check", "low_bits", "strip", "thumbnail", "lossless", "compact")
SETTINGS = ("independent_regions", "rvs", "grfs", "lsbs", "cube_flags")
READING = ("lenient", "any_level", "ignore_weights_fingerprint", "allow_custom_colour", "filters")
WISHES = {
    "encode": (
        *("encoder", "bpp", "psnr", "model", "options", "progress", "time_budget", "bits", "size", "private", "tools"),
        *("cicp", "mdcv", "clli", "float_view", "container", "subsampling", "profile", "regions", "threads", "chroma"),
        *("edition", "tile_size", "bit_depth", *FLAGS, *SETTINGS),
    ),
    "EncodeOptions": ("displacement", "chroma_displacement", "frame", "settings", "encoder_options", "max_error"),
    "DecodeOptions": READING,
    "TranscodeOptions": ("bpp", "threads", "regions", "level_idc", "independent_regions", "filters", "check", "frame"),
    "decode": ("level_check", "any_level", "observe", "scale", "lossy", "tone_map", "blur_faces", "edition"),
    "read_info": ("lenient", "any_level", "edition"),
    "read_latents": ("lenient", "edition"),
    "transcode": ("progress", "container", "lenient"),
    "open_clip": ("lenient", "options"),
    "open_progressive": ("level_check", "any_level"),
    "encode_clip": ("fps", "plays", "workers", "progress", "options"),
}
RIGHT = {
    "3": (
        *("bits", "displacement", "chroma_displacement", "frame", "max_error", "fps", "plays", "workers", "level_idc"),
        *("time_budget", "bpp", "psnr"),
    ),
    "1.5": ("time_budget", "bpp", "psnr", "fps"),
    "x": ("format",),
    "()": ("synthesis",),
    "2.0": ("time_budget", "bpp", "psnr", "fps"),
    "{'a': 1}": ("encoder_options",),
    str(10**30): ("displacement", "chroma_displacement", "frame", "time_budget", "bpp", "psnr", "fps", "level_idc"),
}
"""What is of the right kind, or out of a range that others check."""
CASES = [(name, wish, value) for name, wishes in WISHES.items() for wish in wishes for value in OTHERS]


@pytest.mark.parametrize(("name", "wish"), sorted({case[:2] for case in CASES}))
def test_whatever_is_given_there_is_one_clear_error(name: str, wish: str) -> None:
    for value in OTHERS:
        if wish in RIGHT.get(str(value), ()):
            continue
        with pytest.raises(refdec.RefdecError) as refused:
            CALLABLES[name](**{wish: value})
        assert refused.value.explain(), (name, wish, value)


@pytest.mark.parametrize("value", [3, "x", b"x" * 32])
def test_keys_are_keys(value: Any) -> None:
    with pytest.raises(ArgumentOfOtherKind, match="key="):
        refdec.open_private(STREAM, value)
    with pytest.raises(ArgumentOfOtherKind, match="key="):
        refdec.PrivateRegions([(0, 0, 8, 8)], value)
    for rectangles in (3, [3]):
        with pytest.raises(refdec.UsageError, match="no list of rectangles"):
            refdec.PrivateRegions(rectangles, None)  # type: ignore[arg-type]
    if not isinstance(value, str):
        for reading in (PrivateKey.of_text, PrivateKey.of_passphrase):
            with pytest.raises(ArgumentOfOtherKind):
                reading(value)


def test_masks_and_frames_of_another_kind() -> None:
    for mask in (np.zeros(2), np.zeros((4, 4)), np.zeros((2, 2, 3), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(refdec.UsageError, match=r"roi .* cannot be .*: it is a mask"):
            refdec.encode(PICTURE, roi=mask)
    with pytest.raises(ArgumentOfOtherKind, match="source=3"):
        refdec.encode_clip(3, "no/clip.jaii")  # type: ignore[arg-type]
