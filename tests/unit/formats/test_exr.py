"""OpenEXR: every bit there and back, what else a file holds, and headers that are no picture."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from refdec.formats.errors import PictureDamaged, PictureNeedsMemory, PictureTooLarge, PictureUnsupported
from refdec.formats.exr import exr_bytes, read_exr
from refdec.formats.files import read_picture
from refdec.limits import Limits
from tests.unit.formats.float_support import floats, same_floats

OpenEXR = pytest.importorskip("OpenEXR")
NO_LIMITS = Limits()


def attribute(name: str, kind: str, body: bytes) -> bytes:
    return f"{name}\0{kind}\0".encode() + struct.pack("<I", len(body)) + body


def header(*, window: tuple[int, int, int, int] = (0, 0, 3, 1), channels: bytes | None = None, flags: int = 2) -> bytes:
    """Return a file that ends behind its header."""
    listed = channels if channels is not None else channel("B") + channel("G") + channel("R")
    return (
        b"v/1\x01"
        + struct.pack("<I", flags)
        + attribute("channels", "chlist", listed + b"\0")
        + attribute("compression", "compression", b"\0")
        + attribute("dataWindow", "box2i", struct.pack("<4i", *window))
        + attribute("displayWindow", "box2i", struct.pack("<4i", *window))
        + b"\0"
    )


def channel(name: str, kind: int = 1, sampling: int = 1) -> bytes:
    return name.encode() + b"\0" + struct.pack("<IIii", kind, 0, sampling, sampling)


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("components", [1, 2, 3, 4])
def test_every_bit_there_and_back(bits: int, components: int) -> None:
    picture = floats(bits, components, premultiplied=components in (2, 4))
    read = read_exr(exr_bytes(picture, 2), limits=NO_LIMITS)
    assert same_floats(read.floats, picture) and read.bits == 16 and read.description.left_behind == ()
    assert len(read.components) == len(picture.colours)


def test_primaries_are_told_and_opaque_transparency_is_not_kept() -> None:
    picture = floats(16, 3)
    opaque = type(picture)((*picture.planes, np.full_like(picture.planes[0], 0x3C00)), 16, True)
    read = read_exr(exr_bytes(opaque, 9), limits=NO_LIMITS)
    assert same_floats(read.floats, picture)
    assert read.description.rendering is not None and read.description.rendering.cicp is not None
    assert read.description.rendering.cicp.colour_primaries == 9


def test_what_else_a_file_holds_is_named(tmp_path: Path) -> None:
    half, single = np.ones((2, 3), np.float16), np.ones((2, 3), np.float32)
    said = {
        "compression": OpenEXR.PIZ_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "owner": "me",
        "chromaticities": (0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.3),
        "displayWindow": (np.array([0, 0], np.int32), np.array([9, 9], np.int32)),
    }
    OpenEXR.File(said, {"R": half, "G": single, "B": half, "Z": single}).write(str(tmp_path / "a.exr"))
    read = read_picture(tmp_path / "a.exr")
    assert read.floats is not None and read.floats.bits == 32, "a component of singles makes all singles"
    named = "; ".join(read.description.left_behind)
    assert all(word in named for word in ("channels Z", "display window", "owner", "chromaticities"))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"v/1\x01" + bytes(5), "has no sound dataWindow"),
        (b"v/1\x01", "does not begin"),
        (header()[:40], "is cut"),
        (b"v/1\x01\2\0\0\0" + b"n" * 300, "has no end"),
        (header(window=(5, 0, 3, 1)), "no samples"),
        (header(channels=channel("R")[:-3]), "list of channels"),
        (header(channels=b""), "list of channels"),
        (header(), "its samples cannot be read"),
    ],
)
def test_damaged_files(data: bytes, what: str) -> None:
    with pytest.raises(PictureDamaged, match=what):
        read_exr(data, limits=NO_LIMITS)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (header(flags=2 | 0x800), "deep"),
        (header(flags=2 | 0x1000), "several parts"),
        (header(channels=channel("diffuse.R")), "channels diffuse.R"),
        (header(channels=channel("BY") + channel("RY") + channel("Y")), "channels BY, RY, Y"),
        (header(channels=channel("Y", kind=0)), "whole numbers"),
        (header(channels=channel("Y", sampling=2)), "fewer samples"),
        (b"v/1\x01\2\0\0\0" + b"".join(attribute(f"a{i}", "int", b"1234") for i in range(5000)), "attributes"),
    ],
)
def test_kinds_that_are_no_picture(data: bytes, what: str) -> None:
    with pytest.raises(PictureUnsupported, match=what):
        read_exr(data, limits=NO_LIMITS)


def test_sizes_are_compared_before_anything_is_read() -> None:
    huge = header(window=(-(2**31), -(2**31), 2**31 - 1, 2**31 - 1))
    with pytest.raises(PictureTooLarge):
        read_exr(huge, limits=NO_LIMITS)
    with pytest.raises(PictureNeedsMemory):
        read_exr(header(window=(0, 0, 999, 999)), limits=Limits(memory_bytes=10_000_000))


def test_bytes_that_are_changed_end_in_a_picture_or_an_error() -> None:
    data = exr_bytes(floats(16, 3), 2)
    random = np.random.default_rng(7)
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(int(random.integers(1, 4))):
            changed[int(random.integers(8, len(data)))] = int(random.integers(256))
        try:
            read_exr(bytes(changed), limits=Limits(pixels=1 << 20))
        except (PictureDamaged, PictureUnsupported, PictureTooLarge):
            continue
