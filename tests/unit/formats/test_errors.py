"""Every error of the formats is raised by some input (the other tests of this folder hold the variants)."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from refdec.errors import InputError
from refdec.formats import errors
from refdec.formats.files import open_writer, read_bytes, read_picture, write_bytes, write_picture
from refdec.formats.folders import folder_sources
from refdec.formats.yuv import YuvLayout
from refdec.limits import Limits
from tests.unit.formats.support import picture

CLASSES = [thing for _, thing in inspect.getmembers(errors, inspect.isclass) if thing.__module__ == errors.__name__]


def transparent() -> bytes:
    target = io.BytesIO()
    PIL.Image.new("RGBA", (2, 2)).save(target, "PNG")
    return target.getvalue()


BREAKS: dict[type[InputError], Callable[[Path], object]] = {
    errors.AlphaNotSupported: lambda _: read_picture(transparent(), suffix=".png"),
    errors.FileTooLong: lambda _: read_bytes(b"12", limits=Limits(codestream_bytes=1)),
    errors.FileUnreadable: lambda folder: read_bytes(folder / "absent"),
    errors.FileUnwritable: lambda folder: write_bytes(folder / "absent" / "a", b""),
    errors.FormatCannotHold: lambda _: write_picture(io.BytesIO(), picture(2, 2), suffix=".yuv"),
    errors.NotAFolder: lambda folder: folder_sources(folder / "absent"),
    errors.PictureDamaged: lambda _: read_picture(b"", suffix=".png"),
    errors.PictureTooLarge: lambda _: read_picture(b"", suffix=".yuv", layout=YuvLayout(10**5, 10**5)),
    errors.PictureUnsupported: lambda _: read_picture(b"P5 1 1 2 \0", suffix=".pgm"),
    errors.RowsDoNotFit: lambda _: open_writer(io.BytesIO(), ".png", picture(2, 2).spec()).write_rows(
        np.zeros(3, np.uint8)
    ),
    errors.SuffixUnknown: lambda _: read_picture(b"", suffix=".gif"),
    errors.YuvLayoutUnknown: lambda folder: read_picture(folder / "a.yuv"),
    errors.YuvSizeMismatch: lambda _: read_picture(b"", suffix=".yuv", layout=YuvLayout(1, 1)),
}


@pytest.mark.parametrize("error", CLASSES, ids=lambda thing: thing.__name__)
def test_the_error_is_raised(error: type[InputError], tmp_path: Path) -> None:
    with pytest.raises(error) as caught:
        BREAKS[error](tmp_path)
    assert type(caught.value) is error
    assert error.code in str(caught.value)
    assert caught.value.exit_code == (5 if error in (errors.PictureTooLarge, errors.FileTooLong) else 1)


def test_codes_are_unique_and_of_this_package() -> None:
    assert len({thing.code for thing in CLASSES}) == len(CLASSES)
    assert all(thing.code.startswith("RD07") for thing in CLASSES)
