"""Every error of the formats is raised by some input (the other tests of this folder hold the variants)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image

from refdec.errors import RefdecError
from refdec.formats import errors
from refdec.formats.files import open_writer, read_bytes, read_picture, write_bytes, write_picture
from refdec.formats.float_files import write_floats
from refdec.formats.folders import folder_sources
from refdec.formats.yuv import YuvLayout
from refdec.limits import Limits
from tests.unit.formats.support import picture


def transparent() -> bytes:
    target = io.BytesIO()
    PIL.Image.new("RGBA", (2, 2)).save(target, "PNG")
    return target.getvalue()


CAUSES: dict[type[RefdecError], Callable[[Path], object]] = {
    errors.AlphaNotSupported: lambda _: read_picture(transparent(), suffix=".png"),
    errors.FileTooLong: lambda _: read_bytes(b"12", limits=Limits(codestream_bytes=1)),
    errors.FileUnreadable: lambda folder: read_bytes(folder / "a\0b"),
    errors.FileUnwritable: lambda folder: write_bytes(folder / "a\0b", b""),
    errors.FormatCannotHold: lambda _: write_picture(io.BytesIO(), picture(2, 2), suffix=".yuv"),
    errors.NoFloats: lambda folder: write_floats(folder / "a.exr", None, ".exr"),
    errors.NoSuchPicture: lambda _: read_picture(b"P5 1 1 1 \0", suffix=".pgm", frame=2),
    errors.NotAFolder: lambda folder: folder_sources(folder / "absent"),
    errors.PictureDamaged: lambda _: read_picture(b"\x89PNG", suffix=".png"),
    errors.PictureNeedsMemory: lambda _: read_picture(
        b"P5 9999 9999 255 ", suffix=".pgm", limits=Limits(memory_bytes=1 << 20)
    ),
    errors.PictureTooLarge: lambda _: read_picture(b"", suffix=".yuv", layout=YuvLayout(10**5, 10**5)),
    errors.PictureUnrecognised: lambda _: read_picture(b"words"),
    errors.PictureUnsupported: lambda _: read_picture(b"P5 1 1 2 \0", suffix=".pgm"),
    errors.RowsDoNotFit: lambda _: open_writer(io.BytesIO(), ".png", picture(2, 2).spec()).write_rows(
        np.zeros(3, np.uint8)
    ),
    errors.SeveralPictures: lambda _: read_picture(b"P5 1 1 1 \0P5 1 1 1 \0", suffix=".pgm"),
    errors.SuffixUnknown: lambda _: read_picture(b"", suffix=".xcf"),
    errors.YuvLayoutUnknown: lambda folder: read_picture(folder / "a.yuv"),
    errors.YuvSizeMismatch: lambda _: read_picture(b"", suffix=".yuv", layout=YuvLayout(1, 1)),
}


def test_files_above_a_limit_have_its_exit_code() -> None:
    above = {errors.PictureTooLarge, errors.PictureNeedsMemory, errors.FileTooLong}
    assert {kind: kind.exit_code for kind in CAUSES} == {kind: 5 if kind in above else 1 for kind in CAUSES}
