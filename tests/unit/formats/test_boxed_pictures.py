"""AVIF, HEIC and JPEG 2000: depth, colours and what lies beside, which Pillow does not tell."""

from __future__ import annotations

import io
import struct
import sys
from typing import Any

import numpy as np
import PIL.features
import PIL.Image
import PIL.ImageCms
import pytest

from refdec.formats.boxed_pictures import NOTHING_BOXED, BoxedFacts, boxed_facts, cropped
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.files import read_picture
from refdec.heif.boxes import FileBox
from refdec.heif.heiffile import Property
from refdec.limits import Limits
from refdec.tiling.geometry import Rect
from tests.unit.formats.support import picture
from tests.unit.heif.support import clap, transformed

AVIF = pytest.mark.skipif(not PIL.features.check("avif"), reason="this Pillow writes no AVIF")
J2K = pytest.mark.skipif(not PIL.features.check("jpg_2000"), reason="this Pillow writes no JPEG 2000")
PQ_POINTS = (9, 16)
PART = Rect(8, 20, 20, 10)


def saved(kind: str, image: PIL.Image.Image | None = None, **options: Any) -> bytes:
    image = image or PIL.Image.fromarray(np.stack(picture(19, 23).components, axis=-1))
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def profile() -> bytes:
    return PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("LAB")).tobytes()


@AVIF
def test_avif_has_colours_that_boxes_state() -> None:
    data = saved("AVIF", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", xmp=b"<x:xmpmeta/>")
    assert boxed_facts(data, "AVIF", Limits()) == BoxedFacts(8, (1, 13))
    place = data.index(b"colrnclx") + 8
    stated = data[:place] + struct.pack(">HH", *PQ_POINTS) + data[place + 4 :]
    found = read_picture(stated)
    assert found.description.rendering is not None and found.description.rendering.cicp is not None
    cicp = found.description.rendering.cicp
    assert (cicp.colour_primaries, cicp.transfer_characteristics) == PQ_POINTS
    assert found.description.metadata.xmp == b"<x:xmpmeta/>"


@AVIF
@pytest.mark.parametrize(("flags", "bits"), [(0x40, 10), (0x60, 12)])
def test_avif_of_more_bits_is_not_cut_to_8_without_a_word(
    flags: int, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imagecodecs", None)  # which would read them
    data = bytearray(saved("AVIF"))
    data[data.index(b"av1C") + 6] |= flags
    place = data.index(b"pixi") + 9
    data[place : place + 3] = bytes([bits] * 3)
    assert boxed_facts(bytes(data), "AVIF", Limits()).bits == bits
    with pytest.raises(PictureUnsupported, match=f"colour of {bits} bits"):
        read_picture(bytes(data))


@AVIF
def test_transparency_of_avif_is_kept() -> None:
    image = PIL.Image.fromarray(np.dstack([*picture(16, 16).components, np.full((16, 16), 77, np.uint8)]))
    found = read_picture(saved("AVIF", image, quality=100), keep_alpha=True)
    assert found.alpha is not None and found.alpha.samples.min() > 70
    assert found.description.left_behind == ()


def test_heic_of_eight_and_of_ten_bits() -> None:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: no HEIC here")
    rough = np.random.default_rng(4).integers(0, 1024, (6, 8, 3), np.uint16)
    codes = np.kron(rough, np.ones((8, 8, 1), np.uint16)).astype(np.uint16)
    target = io.BytesIO()
    heif.from_bytes("RGB;16", (64, 48), (codes << 6).tobytes()).save(target, quality=-1, chroma=444)
    found = read_picture(target.getvalue())
    assert found.bits == 10
    assert (
        max(int(np.abs(np.subtract(a, codes[:, :, n], dtype=np.int32)).max()) for n, a in enumerate(found.components))
        < 4
    )
    target = io.BytesIO()
    heif.from_bytes("RGB", (64, 48), (codes >> 2).astype(np.uint8).tobytes()).save(target, quality=-1, chroma=444)
    plain = read_picture(target.getvalue(), suffix=".heic")
    assert plain.bits == 8
    assert (
        max(
            int(np.abs(np.subtract(a, codes[:, :, n] >> 2, dtype=np.int32)).max())
            for n, a in enumerate(plain.components)
        )
        < 3
    )


def test_auxiliary_pictures_are_named() -> None:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: no HEIC here")
    target = io.BytesIO()
    heif.from_bytes("RGBA", (64, 48), np.full((48, 64, 4), 90, np.uint8).tobytes()).save(target)
    data = target.getvalue()
    assert boxed_facts(data, "HEIF", Limits()).left == ()  # transparency is not beside
    urn = next(
        each for each in (b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha") if each in data
    )
    other = b"urn:apple:photo:2020:aux:hdrgainmap"[: len(urn)].ljust(len(urn), b"-")
    (named,) = boxed_facts(data.replace(urn, other), "HEIF", Limits()).left
    assert named.startswith("an auxiliary picture (")


@J2K
def test_jpeg_2000_of_more_bits() -> None:
    gray = picture(24, 40, 12).components[0]
    deep = PIL.Image.fromarray(gray)
    found = read_picture(saved("JPEG2000", deep))
    assert found.bits == 16 and np.array_equal(found.components[0], gray)
    data = bytearray(saved("JPEG2000", no_jp2=True))
    for component in range(3):
        data[42 + 3 * component] = 11  # Ssiz: 12 bits
    assert boxed_facts(bytes(data), "JPEG 2000", Limits()) == BoxedFacts(12)
    with pytest.raises(PictureUnsupported, match="RGB of 12 bits"):
        read_picture(bytes(data))


@J2K
def test_boxes_of_jpeg_2000_are_taken_up_or_named() -> None:
    data = saved("JPEG2000")
    start = data.index(b"jp2h") - 4
    size = int.from_bytes(data[start : start + 4], "big")
    header = data[start + 8 : start + size]
    at = header.index(b"colr") - 4
    colr = int.from_bytes(header[at : at + 4], "big")
    with_icc = box(b"jp2h", header[:at], box(b"colr", b"\2\0\0", profile()), header[at + colr :])
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"<x:xmpmeta/>")
    whole = data[:start] + with_icc + xmp + box(b"xml ", b"<a/>") + data[start + size :]
    found = read_picture(whole).description
    assert (found.metadata.icc, found.metadata.xmp) == (profile(), b"<x:xmpmeta/>")
    assert "data of the box 'xml'" in found.left_behind
    strange = (
        data[:start]
        + box(b"jp2h", header[:at], box(b"colr", b"\1\0\0\0\0\0\x0c"), header[at + colr :])
        + data[start + size :]
    )
    assert any(name.startswith("its colour space 12") for name in boxed_facts(strange, "JPEG 2000", Limits()).left)


def test_boxes_that_are_cut_are_damage_and_other_formats_have_none() -> None:
    assert boxed_facts(b"", "JPEG", Limits()) is NOTHING_BOXED
    with pytest.raises(PictureDamaged, match="no sound AVIF file"):
        boxed_facts(box(b"ftyp", b"avif\0\0\0\0") + b"\0\0\1\0meta", "AVIF", Limits())


@AVIF
@pytest.mark.parametrize("turn", [(), (Property(FileBox("irot", {"angle": 1}), essential=True),)])
def test_avif_is_cropped_by_its_clean_aperture(turn: tuple[Property, ...]) -> None:
    image = PIL.Image.fromarray(np.stack(picture(40, 48).components, axis=-1))
    image.putalpha(PIL.Image.fromarray(picture(40, 48).components[0]))
    data = saved("AVIF", image)
    whole = read_picture(data, keep_alpha=True)
    found = read_picture(transformed(clap(48, 40, PART), *turn, data=data), keep_alpha=True)
    assert found.description.orientation == (8 if turn else 1)
    for got, stored in zip(found.components, whole.components, strict=True):
        assert np.array_equal(got, stored[PART.rows, PART.columns])
    assert found.alpha is not None and whole.alpha is not None
    assert np.array_equal(found.alpha.samples, whole.alpha.samples[PART.rows, PART.columns])


def test_a_picture_smaller_than_what_it_is_cropped_to_is_damaged() -> None:
    with pytest.raises(PictureDamaged, match="cropped to 20 x 10 samples, which 19 x 23 do not have"):
        cropped(picture(23, 19), PART, "AVIF")
