"""Every mode of Pillow: exact where it can be, converted with a word where it has to be, else refused with the line."""

from __future__ import annotations

import io
import itertools
import struct
import warnings
from typing import Any

import numpy as np
import PIL.features
import PIL.Image
import PIL.ImageCms
import PIL.ImageMode
import pytest

import refdec
from refdec.api.source_wishes import SourceWishes, WithParts
from refdec.api.sources import source_with_parts
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.pillow_modes import CMYK_REMARK, LAB_REMARK, YCC_REMARK
from refdec.formats.pillow_reader import picture_of_image
from tests.unit.formats.support import picture

RGB = PIL.Image.fromarray(np.stack(picture(12, 9).components, axis=-1))
ALPHA = PIL.Image.fromarray(np.arange(108, dtype=np.uint8).reshape(12, 9))
EXACT = ("1", "L", "LA", "RGB", "RGBA", "P", "PA", "La", "RGBa", "RGBX", "I", "I;16", "I;16B", "I;16L", "I;16N")
SAID = {"YCbCr": YCC_REMARK, "CMYK": CMYK_REMARK, "LAB": LAB_REMARK}
REFUSED = {"HSV": 'image.convert("RGB")', "F": 'image.convert("L")'}


def image_of(mode: str) -> PIL.Image.Image:
    """An image of a mode with the picture above, and with transparency where the mode has it."""
    if mode in ("I", *(kind for kind in PIL.Image.MODES if kind.startswith("I;16"))):
        deep = picture(12, 9, 16).components[0]
        wide = PIL.Image.fromarray(deep.astype(np.int32))
        return wide if mode == "I" else PIL.Image.frombytes(mode, (9, 12), deep.astype(order_of(mode)).tobytes())
    if mode in ("LA", "La", "RGBA", "RGBa", "PA"):
        straight = RGB.convert("L" if mode in ("LA", "La") else "RGB")
        straight.putalpha(ALPHA)
        return straight if straight.mode == mode else straight.convert(mode)
    return RGB.convert(mode)


def order_of(mode: str) -> str:
    return ">u2" if mode == "I;16B" else "=u2" if mode == "I;16N" else "<u2"


def read(image: PIL.Image.Image, **wishes: Any) -> WithParts:
    return source_with_parts(image, SourceWishes(in_file=True, **wishes))


def test_nothing_is_left_out() -> None:
    assert {*EXACT, *SAID, *REFUSED} == set(PIL.Image.MODES)


@pytest.mark.parametrize("mode", EXACT)
def test_modes_that_are_exact_need_no_word(mode: str) -> None:
    image = image_of(mode)
    made = read(image)
    assert made.picture.warnings == () and image.mode == mode
    if mode.startswith("I"):
        assert made.picture.bit_depth == 16 and made.picture.components == 1
        assert np.array_equal(made.picture.planes[0], picture(12, 9, 16).components[0])
        return
    channels = np.asarray(image if mode in ("La", "RGBa") else image.convert(plain(mode)))
    channels = channels.reshape(12, 9, -1)
    colours = 1 if plain(mode) in ("L", "LA") else 3
    assert made.picture.components == colours
    for index in range(colours):
        assert np.array_equal(made.picture.planes[index], channels[..., index])
    assert (made.parts.alpha is not None) is mode.endswith(("A", "a"))
    if made.parts.alpha is not None:
        assert np.array_equal(made.parts.alpha.samples, np.asarray(ALPHA))
        assert made.parts.alpha.premultiplied is mode.endswith("a")


def plain(mode: str) -> str:
    return {"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}.get(mode, mode)


@pytest.mark.parametrize("mode", SAID)
def test_modes_that_are_converted_are_named(mode: str) -> None:
    image = image_of(mode)
    made = read(image)
    (remark,) = made.picture.warnings
    assert remark.startswith(SAID[mode]) and made.parts.metadata.icc == b""
    assert ("ICC profile" in remark) is bool(mode == "LAB" and image.info.get("icc_profile")) or mode == "CMYK"
    assert np.array_equal(np.stack(made.picture.planes, axis=-1), np.asarray(image.convert("RGB")))
    assert (made.picture.rendering is not None) is (mode == "LAB"), "LAB became sRGB, and that is known then"


@pytest.mark.parametrize("mode", REFUSED)
def test_modes_that_are_no_picture_are_refused_with_the_line_that_converts_them(mode: str) -> None:
    image = image_of(mode)
    with pytest.raises(PictureUnsupported) as refused:
        read(image)
    assert REFUSED[mode] in refused.value.explain() and "editor" not in refused.value.explain()
    assert read(image.convert(REFUSED[mode].split('"')[1])).picture.bit_depth == 8


def test_a_layer_keeps_floats_of_pillow() -> None:
    floats = np.linspace(-1, 3, 108, dtype=np.float32).reshape(12, 9)
    found = read(PIL.Image.fromarray(floats), keep_floats=True)
    assert found.picture.floats is not None and found.picture.components == 1
    assert np.array_equal(found.picture.floats.arrays[0], floats)


def test_samples_of_32_bits_that_need_more_than_16_are_refused() -> None:
    for least, largest in ((-1, 5), (0, 65536)):
        image = PIL.Image.fromarray(np.array([[least, largest]], np.int32))
        with pytest.raises(PictureUnsupported, match=f"{least} to {largest}, beyond 16 bits") as refused:
            read(image)
        assert "numpy.clip(numpy.asarray(image), 0, 65535).astype('uint16')" in refused.value.explain()


@pytest.mark.parametrize("mode", ["I", "I;16"])
def test_deep_samples_that_are_almost_black_are_named(mode: str) -> None:
    (remark,) = read(image_of("L").convert(mode)).picture.warnings
    assert "almost black" in remark and "bits=8)" in remark
    assert read(PIL.Image.new(mode, (4, 4))).picture.warnings == (), "black is black"


def test_lab_without_colour_management_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    image = image_of("LAB")
    monkeypatch.setattr(PIL.features, "check", lambda _: False)
    with pytest.raises(PictureUnsupported, match="colour management"):
        read(image)


def cmyk_profile() -> bytes:
    """A printer's profile whose colours are grays: lightness is what paper all inks leave white."""
    nodes = itertools.product((0, 1), repeat=4)
    lab = b"".join(bytes([round(255 * (1 - k) * (1 - (c + m + y) / 3)), 128, 128]) for c, m, y, k in nodes)
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + bytes(range(256)) * 4 + lab + bytes(range(256)) * 3
    name = b"Gray inks\0"
    described = b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags = {b"desc": described, b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": white, b"A2B0": lut}
    at, table, bodies = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for kind, body in tags.items():
        body += bytes(-len(body) % 4)
        table += kind + struct.pack(">II", at + len(bodies), len(body))
        bodies += body
    head = struct.pack(">I4sI4s4s4s", at + len(bodies), bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + bodies


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", None])
def test_a_profile_says_what_cmyk_looks_like(kind: str | None) -> None:
    image: Any = image_of("CMYK")
    image.info["icc_profile"] = cmyk_profile()
    if kind is not None:
        file = io.BytesIO()
        image.save(file, kind, icc_profile=cmyk_profile())
    source = image if kind is None else file.getvalue()
    made = source_with_parts(source, SourceWishes(in_file=True))
    (remark,) = made.picture.warnings
    assert "became sRGB" in remark and "'Gray inks'" in remark
    red, green, blue = (plane.astype(int) for plane in made.picture.planes)
    assert abs(red - green).max() <= 2 and abs(red - blue).max() <= 2 and red.std() > 10, "grays, as the profile says"
    assert made.picture.rendering is not None and made.picture.rendering.cicp is not None
    assert (made.picture.rendering.cicp.colour_primaries, made.parts.metadata.icc) == (1, b"")


@pytest.mark.parametrize("profile", [cmyk_profile()[:200], cmyk_profile().replace(b"mft1", b"none")])
def test_a_damaged_profile_is_not_asked(profile: bytes) -> None:
    image = image_of("CMYK")
    image.info["icc_profile"] = profile
    made = read(image)
    assert CMYK_REMARK in made.picture.warnings and any("ICC profile" in said for said in made.picture.warnings)
    assert np.array_equal(np.stack(made.picture.planes, axis=-1), np.asarray(image.convert("RGB")))
    assert made.parts.metadata.icc == b"", "it is not one of RGB"


def test_a_profile_of_inks_does_not_go_along_with_rgb() -> None:
    """Found: `image.convert("RGB")` leaves it where it was, and it went into the HEIF file."""
    image = image_of("CMYK")
    image.info["icc_profile"] = cmyk_profile()
    made = read(image.convert("RGB"))
    (sentence,) = made.picture.warnings
    assert "'Gray inks', which is for CMYK and not for RGB" in sentence and made.parts.metadata.icc == b""


def keyed(mode: str, key: Any, values: Any) -> PIL.Image.Image:
    image = PIL.Image.fromarray(values)
    image = image if image.mode == mode else image.convert(mode)
    image.info["transparency"] = key
    return image


RAMP = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize(
    ("mode", "values", "used", "unused"),
    [
        ("L", RAMP, 5, 200),
        ("1", RAMP // 6 * 255, 255, 7),
        ("I;16", RAMP.astype(np.uint16) * 5000, 25000, 25001),
        ("I", RAMP.astype(np.int32) * 5000, 25000, 25001),
        ("RGB", np.dstack([RAMP, RAMP, RAMP]), (5, 5, 5), (5, 5, 6)),
    ],
)
def test_a_transparent_colour_leaves_gray_gray(mode: str, values: Any, used: Any, unused: Any) -> None:
    """Found: gray became RGB where a colour was transparent, used or not, and of 16 bits the colour was forgotten."""
    straight = keyed(mode, used, values)
    with pytest.raises(refdec.InputError, match="transparent samples"):
        picture_of_image(straight)
    made = read(straight)
    assert made.picture.components == (3 if mode == "RGB" else 1) and made.parts.alpha is not None
    expected = np.asarray(straight.convert("L") if mode == "1" else straight).reshape(3, 4, -1)
    found = np.stack(made.picture.planes[: made.picture.components], axis=-1)
    assert np.array_equal(found, expected)
    hidden = np.all(expected == used, axis=2)
    assert np.array_equal(made.parts.alpha.samples == 0, hidden) and hidden.any() and not hidden.all()
    opaque = read(keyed(mode, unused, values))
    assert opaque.parts.alpha is None and opaque.picture.components == made.picture.components
    assert picture_of_image(keyed(mode, unused, values)).alpha is None


def test_a_transparent_colour_that_is_none_is_an_error() -> None:
    for key in (b"\0\1", (1, 2), None, "red"):
        image = keyed("RGB", key, np.dstack([RAMP, RAMP, RAMP]))
        if key is None:
            assert read(image).parts.alpha is None
            continue
        with pytest.raises(PictureDamaged, match="transparent colour"):
            read(image)


@pytest.mark.parametrize("used", [False, True])
def test_palettes_are_transparent_where_an_entry_that_is_used_is(used: bool) -> None:
    """Found: the transparency of a palette of RGBA was dropped without a word."""
    colours = [channel for index in range(256) for channel in (index, 9, 9, 0 if index == (3 if used else 77) else 255)]
    image = PIL.Image.new("P", (4, 3))
    image.putdata(list(range(12)))
    image.putpalette(colours, "RGBA")
    stated = PIL.Image.new("P", (4, 3))
    stated.putdata(list(range(12)))
    stated.putpalette([channel for index in range(256) for channel in (index, 9, 9)])
    stated.info["transparency"] = bytes(colours[3::4])
    for source in (image, stated):
        made = read(source)
        assert made.picture.planes[0].ravel().tolist() == list(range(12)) and made.picture.components == 3
        assert (made.parts.alpha is not None) is used


def test_colours_that_pillow_has_divided_are_not_taken_for_multiplied() -> None:
    """Found: an image that Pillow opened from a TIFF with associated alpha was marked as multiplied when it was not."""
    tifffile = pytest.importorskip("tifffile")
    file = io.BytesIO()
    array = np.dstack([np.full((4, 4, 3), 64, np.uint8), np.full((4, 4), 128, np.uint8)])
    tifffile.imwrite(file, array, photometric="rgb", extrasamples=["assocalpha"])
    with PIL.Image.open(io.BytesIO(file.getvalue())) as image:
        made = read(image)
        assert made.parts.alpha is not None and not made.parts.alpha.premultiplied
        assert np.array_equal(made.picture.planes[0], np.asarray(image)[..., 0])
    whole = source_with_parts(file.getvalue(), SourceWishes(in_file=True))
    assert whole.parts.alpha is not None and whole.parts.alpha.premultiplied
    assert whole.picture.planes[0].max() == 64


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_channel_that_a_tiff_says_nothing_about_is_named(kind: Any) -> None:
    """Found: of 8 bits it was dropped in silence, of 16 it was taken for transparency."""
    tifffile = pytest.importorskip("tifffile")
    file = io.BytesIO()
    array = (np.arange(64).reshape(4, 4, 4) * (np.iinfo(kind).max // 255)).astype(kind)
    tifffile.imwrite(file, array, photometric="rgb", extrasamples=["unspecified"])
    made = source_with_parts(file.getvalue(), SourceWishes(in_file=True))
    assert made.parts.alpha is None and np.array_equal(np.stack(made.picture.planes, axis=-1), array[..., :3])
    assert any("1 further channel beside its colours" in said for said in made.picture.warnings)


def test_that_pillow_cuts_a_png_to_8_bits_is_said() -> None:
    """Found: an image that was opened from a PNG of 16 bits lost half of them without a word."""
    file = io.BytesIO()
    refdec.Picture(picture(8, 8, 16).components, 16, "RGB").save(file, format="png")
    with PIL.Image.open(io.BytesIO(file.getvalue())) as image:
        assert any("cuts samples of 16 bits" in said for said in read(image).picture.warnings)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert source_with_parts(file.getvalue(), SourceWishes()).picture.bit_depth == 16
