"""NPY: an array [rows, columns, 3] (gray: [rows, columns]) of codes, uint8 or uint16; read, and written row by row.

Transparency is a further channel behind the others.  Arrays of float16 and float32 are read as floats.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from tokenize import TokenError
from typing import Any

import numpy as np

from refdec.formats.array_advice import EMPTY, advice_on_array
from refdec.formats.depth_rule import require_depth
from refdec.formats.description import SourceDescription, bytes_after
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureUnsupported
from refdec.formats.float_view import picture_of_array
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.kinds import FloatView
from refdec.formats.pictures import CodePicture, Colour, PictureSpec, require_floats, require_pixels, split_alpha
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes

__all__ = ["HEADER_DAMAGE", "NpyWriter", "read_npy"]

MAGIC = b"\x93NUMPY"
KINDS = (("u", 1), ("u", 2), ("f", 2), ("f", 4))
"""Kinds of samples and their bytes."""
HEADER_DAMAGE = (ValueError, SyntaxError, TokenError, RecursionError, TypeError)
"""What NumPy's reader of NPY headers raises: it tokenises those that it cannot parse."""


class NpyWriter(InterleavedWriter):
    """An array of codes, RGB, gray or Y'CbCr of one size; the file does not say which."""

    name = "NPY"
    takes_yuv = True

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        super().__init__(sink, spec)
        self._stored = np.dtype("u1" if spec.sample_bytes == 1 else "<u2")
        channels = () if len(spec.sizes) == 1 else (len(spec.sizes),)
        head = io.BytesIO()
        described = {"descr": self._stored.str, "fortran_order": False, "shape": (spec.height, spec.width, *channels)}
        np.lib.format.write_array_header_1_0(head, described)
        self._head: bytes | None = head.getvalue()

    def _put_band(self, samples: Codes) -> None:
        if self._head is not None:
            self._sink.write(self._head)
            self._head = None
        self._sink.write(samples.astype(self._stored).tobytes())


def read_npy(
    data: bytes,
    *,
    bits: int | None,
    limits: Limits,
    frame: int | None = None,
    keep_alpha: bool = False,
    float_view: FloatView = "sdr",
) -> CodePicture:
    """Read an array [rows, columns] or [rows, columns, 1 to 4]: uint8 or uint16, codes of `bits` bits (default 8 or
    16), or float16 or float32, whose codes for viewing `float_view` makes.

    Three channels are taken as RGB, a fourth, or second, one as transparency (`keep_alpha`: see `read_picture`); arrays
    in Fortran's order and of either order of bytes are read as well.  `frame` chooses, from 1, of several arrays one
    after the other.  Objects are never read.
    Raises PictureDamaged, PictureUnsupported, PictureTooLarge, PictureNeedsMemory, AlphaNotSupported, SeveralPictures
    or NoSuchPicture.
    """
    heads, at = [_npy_head(data, 0, limits)], 0
    while data.startswith(MAGIC, at := heads[-1].end):
        heads.append(_npy_head(data, at, limits))
        require_countable("NPY", len(heads))
    head = heads[chosen_picture("NPY", len(heads), frame)]
    stored = np.frombuffer(data, head.dtype, head.count, head.begin)
    samples = stored.reshape((head.height, head.width, head.channels), order="F" if head.fortran else "C")
    description = SourceDescription(left_behind=bytes_after(len(data) - heads[-1].end))
    if head.dtype.kind == "f":
        require_floats(head.width, head.height, head.channels, limits)
        return picture_of_array(samples, float_view, "NPY", description)
    depth = bits if bits is not None else 8 * head.dtype.itemsize
    require_depth("NPY", 8 * head.dtype.itemsize, int(samples.max()), depth)
    colours, alpha = split_alpha(samples, depth)
    if alpha is not None and not keep_alpha:
        raise AlphaNotSupported("NPY")
    components = tuple(as_codes(colours[:, :, i], depth) for i in range(colours.shape[2]))
    return CodePicture(components, depth, Colour.GRAY if len(components) == 1 else Colour.RGB, description, alpha)


@dataclass(frozen=True, slots=True)
class _ArrayHead:
    """One array of a file: its shape and kind, and where its samples begin."""

    height: int
    width: int
    channels: int
    dtype: np.dtype[Any]
    fortran: bool
    begin: int

    @property
    def count(self) -> int:
        return self.height * self.width * self.channels

    @property
    def end(self) -> int:
        return self.begin + self.count * self.dtype.itemsize


def _npy_head(data: bytes, at: int, limits: Limits) -> _ArrayHead:
    """Return the head of the array that begins at a place, all of whose samples are there."""
    stream = io.BytesIO(data)
    stream.seek(at)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read_header(stream)
    except HEADER_DAMAGE as reason:
        raise PictureDamaged("NPY", str(reason)) from reason
    if min(shape, default=1) < 0:  # NumPy reads such headers; the place after the samples would lie before them
        raise PictureDamaged("NPY", f"its shape is {shape}")
    channels = shape[2] if len(shape) == 3 else 1
    kind = (dtype.kind, dtype.itemsize)
    if len(shape) not in (2, 3) or channels not in (1, 2, 3, 4) or kind not in KINDS:
        needed = "uint8, uint16, float16 or float32 [rows, columns] or [rows, columns, 1 to 4]"
        what = f"an array of {dtype} and of the shape {shape}, not {needed},"
        remedy = f"{advice_on_array(dtype, shape, floats=True)}\nThen write it anew: np.save(FILE, array)"
        raise PictureUnsupported("NPY", what, remedy)
    if 0 in shape:
        raise PictureUnsupported("NPY", f"an empty array, of the shape {shape},", EMPTY)
    head = _ArrayHead(int(shape[0]), int(shape[1]), channels, dtype, fortran, stream.tell())
    require_pixels(head.width, head.height, limits)
    if len(data) < head.end:
        raise PictureDamaged("NPY", f"it has {len(data) - head.begin} bytes of samples for {head.count} of them")
    return head
