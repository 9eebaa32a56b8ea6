"""Animations that are written say what they were told, and what they cannot say is named."""

from __future__ import annotations

import io
from fractions import Fraction

import PIL.Image
import pytest
from PIL import features

from refdec.formats.errors import FormatCannotHold
from refdec.limits import Limits
from refdec.sequences.animation_writer import ANIMATION_SUFFIXES, LONGEST_TIMES, animation_bytes, lost_in
from refdec.sequences.animations import moving_animation
from tests.unit.sequences.support import pictures

IMAGES = [PIL.Image.fromarray(picture) for picture in pictures()]
TIMES = [Fraction(1, 10), Fraction(1, 5), Fraction(1, 20), Fraction(7, 100)]


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
@pytest.mark.parametrize("plays", [0, 1, 5])
def test_times_and_loops_come_back(suffix: str, plays: int) -> None:
    found = moving_animation(animation_bytes(suffix, IMAGES, TIMES, plays), name="a", limits=Limits())
    assert found is not None and found.plays == plays and lost_in(suffix, TIMES, plays, transparent=False)[1:] == ()
    assert [frame.duration for frame in found.frames] == TIMES


def test_thirtieths_are_exact_in_png_and_rounded_elsewhere() -> None:
    times = [Fraction(1001, 30000)] * 4
    for suffix, lost in ((".png", 0), (".webp", 1), (".gif", 2)):
        assert len(lost_in(suffix, times, 0, transparent=False)) == lost
        found = moving_animation(animation_bytes(suffix, IMAGES, times, 0), name="a", limits=Limits())
        assert found is not None
        made = [frame.duration for frame in found.frames]
        assert (
            made == times if suffix == ".png" else sum(filter(None, made)) in (Fraction(13, 100), Fraction(133, 1000))
        )


def test_times_that_no_apng_counts_are_rounded_which_is_said() -> None:
    """Pillow took the denominator that was too large, and refused the numerator that came with it."""
    times = [Fraction(65537, 65536), Fraction(1, 100000), Fraction(65535), Fraction(0)]
    assert lost_in(".png", times, 0, transparent=False) == (
        "png counts times in fractions of numbers up to 65535: they are rounded",
    )
    found = moving_animation(animation_bytes(".png", IMAGES, times, 0), name="a", limits=Limits())
    assert found is not None
    made = [frame.duration for frame in found.frames]
    assert made == [Fraction(65535, 65534), Fraction(1, 65535), Fraction(65535), None]


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".avif"])
def test_a_frame_that_is_too_long_is_refused_with_its_seconds(suffix: str) -> None:
    """RuntimeError of WebP, 1 ms in AVIF, and "int too big to convert" of GIF were what came of it."""
    longest = LONGEST_TIMES[suffix]
    with pytest.raises(FormatCannotHold, match=r"a frame of \d+\.?\d* seconds") as caught:
        animation_bytes(suffix, IMAGES, [*TIMES[:3], longest + Fraction(1, 100)], 0)
    assert "OUT/" in caught.value.explain()
    if suffix == ".avif" and not features.check("avif"):
        return
    data = animation_bytes(suffix, IMAGES, [*TIMES[:3], longest], 0)
    found = moving_animation(data, name="a", limits=Limits())
    assert found is not None and [frame.duration for frame in found.frames][3] == longest


def test_times_that_are_too_long_together() -> None:
    images = [PIL.Image.new("RGB", (2, 2), (index, 0, 0)) for index in range(130)]
    with pytest.raises(FormatCannotHold, match="this clip"):
        animation_bytes(".webp", images, [LONGEST_TIMES[".webp"]] * 130, 0)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF, nothing is tried")
def test_avif_says_what_it_loses() -> None:
    said = lost_in(".avif", TIMES, 3, transparent=False)
    assert "quality" in said[0] and "for ever" in said[1]
    image = PIL.Image.open(io.BytesIO(animation_bytes(".avif", IMAGES, TIMES, 3)))
    assert getattr(image, "n_frames", 1) == 4


def test_metadata_go_along_but_not_in_gif() -> None:
    first = IMAGES[0].copy()
    first.info |= {"icc_profile": b"a profile", "xmp": b"<x/>"}
    for suffix in (".png", ".webp", ".gif"):
        data = animation_bytes(suffix, [first, *IMAGES[1:]], TIMES, 0)
        assert (b"<x/>" in data) == (suffix != ".gif")


def test_sides_that_are_too_long() -> None:
    long = [PIL.Image.new("L", (20000, 1))] * 2
    with pytest.raises(FormatCannotHold):
        animation_bytes(".webp", long, TIMES[:2], 0)
    assert set(ANIMATION_SUFFIXES) == {".gif", ".png", ".webp", ".avif"}
