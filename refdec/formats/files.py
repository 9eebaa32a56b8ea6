"""The door between files and arrays: paths, bytes, file objects and "-", and formats by suffix.

In: a source or a target.  Out: bytes, pictures, or a writer that takes rows.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias

from refdec.formats.errors import (
    FileTooLong,
    FileUnreadable,
    FormatCannotHold,
    PictureDamaged,
    PictureUnrecognised,
    SuffixUnknown,
)
from refdec.formats.file_errors import file_unreadable
from refdec.formats.kinds import PILLOW_FORMATS, FloatView, other_than_picture, sniffed_suffix
from refdec.formats.pipes import is_pipe, named
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.formats.pictures import CodePicture, PictureSpec
    from refdec.formats.rows import RowWriter
    from refdec.formats.sinks import Sink, Target
    from refdec.formats.yuv import YuvLayout

__all__ = [
    "READ_SUFFIXES",
    "WRITERS",
    "NamedBytes",
    "Source",
    "name_of",
    "open_writer",
    "read_bytes",
    "read_picture",
    "suffix_of",
    "write_bytes",
    "write_picture",
    "write_text",
]

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path, "-" for standard input, the bytes themselves, or a binary file object."""
Writer: TypeAlias = "Callable[[Sink, PictureSpec], RowWriter]"


def _png(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.png import PngWriter

    return PngWriter(sink, spec)


def _jpeg(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.coded import JpegWriter

    return JpegWriter(sink, spec)


def _webp(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.coded import WebpWriter

    return WebpWriter(sink, spec)


def _tiff(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.tiff import TiffWriter

    return TiffWriter(sink, spec)


def _ppm(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.ppm import PpmWriter

    return PpmWriter(sink, spec)


def _yuv(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.yuv import YuvWriter

    return YuvWriter(sink, spec)


def _npy(sink: Sink, spec: PictureSpec) -> RowWriter:
    from refdec.formats.npy import NpyWriter

    return NpyWriter(sink, spec)


WRITERS: Mapping[str, Writer] = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".webp": _webp,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".ppm": _ppm,
    ".pgm": _ppm,
    ".pnm": _ppm,
    ".yuv": _yuv,
    ".npy": _npy,
}
"""What opens a file of a format; each imports its own module alone, as readers do."""
PNM_SUFFIXES = (".ppm", ".pgm", ".pnm", ".pbm", ".pam")
FAMILIES = {**dict.fromkeys(PNM_SUFFIXES, ".pnm"), ".jpeg": ".jpg", ".tiff": ".tif", ".heif": ".heic", ".j2k": ".jp2"}
"""Suffixes that stand for one reader."""
READ_SUFFIXES = (".png", *PILLOW_FORMATS, *PNM_SUFFIXES, ".pfm", ".exr", ".npy", ".yuv")


class NamedBytes(io.BytesIO):
    """The bytes of a file that are read already, under its name."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def name_of(source: Source | Target) -> str:
    """Return what to call a source or a target in a message."""
    if isinstance(source, bytes | bytearray | memoryview):
        return "the data"
    if isinstance(source, str | os.PathLike):
        return "standard input or output" if is_pipe(source) else named(source)
    return str(getattr(source, "name", "the stream"))


def suffix_of(source: Source | Target) -> str:
    """Return the suffix of a path (or of a named file object) in lower case, or an empty text."""
    name = source if isinstance(source, str | os.PathLike) else getattr(source, "name", "")
    return PurePath(name).suffix.lower() if isinstance(name, str | os.PathLike) else ""


def read_bytes(source: Source, *, limits: Limits | None = None) -> bytes:
    """Return all bytes of a source.  Raises FileUnreadable, or FileTooLong beyond `limits.codestream_bytes`."""
    longest = (limits or Limits()).codestream_bytes
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    else:
        try:
            data = _read_at_most(source, longest + 1)
        except OSError as reason:
            raise file_unreadable(name_of(source), reason) from reason
        except ValueError as reason:  # a NUL in a path, a file object that is closed
            raise FileUnreadable(name_of(source), str(reason)) from reason
    if len(data) > longest:
        raise FileTooLong(name_of(source), longest)
    return data


def _read_at_most(source: str | os.PathLike[str] | BinaryIO, count: int) -> bytes:
    """Read up to `count` bytes in pieces: a limit is no reason to reserve that much memory."""
    if is_pipe(source):
        if not hasattr(sys.stdin, "buffer"):
            raise ValueError("it is closed, or gives text only")
        return _drain(sys.stdin.buffer, count)
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            return _drain(file, count)
    if not hasattr(source, "read"):
        raise ValueError(f"{type(source).__name__} is no path, no bytes and no file object")
    return _drain(source, count)


def _drain(stream: BinaryIO, count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0 and (part := stream.read(min(count, 1 << 24))):
        if isinstance(part, str):
            raise ValueError("it gives text, not bytes")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_bytes(target: Target, data: bytes) -> None:
    """Write a whole file at once: it appears complete, or not at all.  Raises FileUnwritable."""
    from refdec.formats.sinks import sink_of

    sink = sink_of(target)
    try:
        sink.write(data)
        sink.commit()
    except BaseException:
        sink.discard()
        raise


def write_text(target: Target, text: str) -> None:
    """Write a text file in UTF-8, as `write_bytes` does; bytes of file names that are no UTF-8 are escaped."""
    write_bytes(target, text.encode(errors="backslashreplace"))


def open_writer(
    target: Target, suffix: str, spec: PictureSpec, *, writers: Mapping[str, Writer] = WRITERS
) -> RowWriter:
    """Open a picture file for writing; `suffix` (".png") chooses the format, empty: that of the target's name.

    Nothing is created if the format cannot hold the picture.  Raises SuffixUnknown, FormatCannotHold, FileUnwritable.
    """
    from refdec.formats.pictures import Colour
    from refdec.formats.sinks import sink_of

    suffix = (suffix or suffix_of(target)).lower()
    if suffix not in writers:
        raise SuffixUnknown(suffix, tuple(writers))
    if suffix == ".pgm" and spec.colour is not Colour.GRAY:
        raise FormatCannotHold("PGM", "colour", "Write .ppm.")
    sink = sink_of(target)
    try:
        return writers[suffix](sink, spec)
    except BaseException:
        sink.discard()
        raise


def write_picture(
    target: Target,
    picture: CodePicture,
    *,
    suffix: str = "",
    cicp: tuple[int, int] | None = None,
    gamma: int | None = None,
) -> None:
    """Write a whole picture, its transparency too; see open_writer."""
    with open_writer(target, suffix, picture.spec(cicp=cicp, gamma=gamma)) as writer:
        writer.write_rows(*picture.components, *(() if picture.alpha is None else (picture.alpha.samples,)))


def read_picture(
    source: Source,
    *,
    suffix: str = "",
    layout: YuvLayout | None = None,
    bits: int | None = None,
    limits: Limits | None = None,
    frame: int | None = None,
    low_bits: bool = False,
    keep_alpha: bool = False,
    float_view: FloatView = "sdr",
) -> CodePicture:
    """Read a picture file; `suffix` chooses the format, empty: what it begins like, or else the source's name.

    `layout` describes raw YUV (else its name does), `bits` the depth of codes in a 16-bit PNG or NPY, which with
    `low_bits` stand in the low bits of a PNG.  `frame` chooses, from 1, of several pictures in a file.  `keep_alpha`:
    transparent samples become `alpha` of the picture, where they would be refused.  `float_view`: how floats become
    codes (`float_view.viewed`).
    Raises SuffixUnknown, FileUnreadable, FileTooLong, YuvLayoutUnknown and what the readers raise.
    """
    limits = limits or Limits()
    named = suffix_of(source)
    if (suffix or named).lower() == ".yuv":
        from refdec.formats.yuv import layout_of_name, read_yuv

        layout = layout or layout_of_name(PurePath(name_of(source)).name)
        return read_yuv(read_bytes(source, limits=limits), layout, limits=limits, frame=frame)
    if suffix and suffix.lower() not in READ_SUFFIXES:
        raise SuffixUnknown(suffix.lower(), READ_SUFFIXES)
    data = read_bytes(source, limits=limits)
    begun = sniffed_suffix(data)
    chosen = suffix.lower() or begun or named
    if chosen not in READ_SUFFIXES or not data:
        raise PictureUnrecognised(named, READ_SUFFIXES, empty=not data)
    if not begun and (other := other_than_picture(data)):
        raise PictureDamaged(PILLOW_FORMATS.get(chosen, chosen[1:].upper()), f"it begins like {other}")
    wishes = _Wishes(bits, limits, frame, low_bits, keep_alpha, float_view)
    picture = _read_as(chosen, data, wishes)
    if suffix or named not in READ_SUFFIXES or FAMILIES.get(named, named) == FAMILIES.get(chosen, chosen):
        return picture
    remark = f"its name ends with {named}, it was read as {chosen} as which it begins"
    described = replace(picture.description, remarks=(remark, *picture.description.remarks))
    return replace(picture, description=described)


class _Wishes(NamedTuple):
    """How a picture is to be read: arguments of `read_picture`."""

    bits: int | None
    limits: Limits
    frame: int | None
    low_bits: bool
    keep_alpha: bool
    float_view: FloatView


def _read_as(suffix: str, data: bytes, wishes: _Wishes) -> CodePicture:
    """Read a picture in the format of a suffix."""
    bits, limits, frame, low_bits, keep_alpha, float_view = wishes
    if suffix == ".png":
        from refdec.formats.png_reader import read_png

        return read_png(data, bits=bits, limits=limits, frame=frame, low_bits=low_bits, keep_alpha=keep_alpha)
    if suffix == ".npy":
        from refdec.formats.npy import read_npy

        return read_npy(data, bits=bits, limits=limits, frame=frame, keep_alpha=keep_alpha, float_view=float_view)
    if suffix == ".pfm":
        from refdec.formats.pfm import read_pfm

        return read_pfm(data, limits=limits, frame=frame, float_view=float_view)
    if suffix == ".exr":
        from refdec.formats.exr import read_exr

        return read_exr(data, limits=limits, float_view=float_view)
    if suffix in PILLOW_FORMATS:
        from refdec.formats.pillow_reader import read_by_pillow

        return read_by_pillow(data, suffix, limits=limits, frame=frame, keep_alpha=keep_alpha, float_view=float_view)
    from refdec.formats.pnm_reader import read_pnm

    return read_pnm(data, limits=limits, frame=frame, keep_alpha=keep_alpha)
