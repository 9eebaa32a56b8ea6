"""Reading y4m (YUV4MPEG2): a line that says size, rate and layout, then frames of raw planes.

In: a binary file object, which is read frame by frame.  Out: `MovingPicture` of Y'CbCr or gray pictures, 8 to 16 bits.
Codes of limited range, which is what y4m means where it says nothing, become codes of full range, as in codestreams;
BT.709 is assumed, since y4m does not say.  No line is longer than LONGEST_LINE, no frame larger than `Limits.pixels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import BinaryIO

import numpy as np

from refdec.arithmetic.types import Int64Array
from refdec.bitstream.chroma import ChromaFormat
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.pictures import CodePicture, Colour, require_pixels
from refdec.formats.yuv import YuvLayout, read_yuv
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes
from refdec.sequences.frame_naming import naming_place
from refdec.sequences.moving import MovingFrame, MovingPicture

__all__ = ["Y4M_START", "moving_y4m"]

Y4M_START = b"YUV4MPEG2 "
LONGEST_LINE = 1024
NAME = "y4m"
DEPTHS = (9, 10, 12, 14, 16)
LAYOUTS = {
    **{chroma.digits: (chroma.digits, 8) for chroma in ChromaFormat},
    **dict.fromkeys(("420jpeg", "420mpeg2", "420paldv"), ("420", 8)),
    **{f"{chroma.digits}p{bits}": (chroma.digits, bits) for chroma in ChromaFormat for bits in DEPTHS},
    "mono": ("400", 8),
    **{f"mono{bits}": ("400", bits) for bits in DEPTHS},
}
"""Values of C that are read: chroma and bits.  C444alpha, C411 and others are not."""
BLACK, LUMA_STEPS, CHROMA_STEPS = 16, 219, 224
"""Limited range at 8 bits: black, steps up to white, steps of chroma."""
LIMITED_REMARK = "codes of limited range (16 to 235) became codes of full range; BT.709 is assumed"


@dataclass(frozen=True, slots=True)
class _Y4mHead:
    layout: YuvLayout
    rate: Fraction
    limited: bool
    remarks: tuple[str, ...]


def moving_y4m(stream: BinaryIO, *, name: str, limits: Limits) -> MovingPicture:
    """Return the frames of a y4m file, whose first byte is the next of `stream`.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge; while frames are asked for FrameSourceWrong, TooLarge.
    """
    head = _head(stream, limits)
    return MovingPicture(name, _frames(stream, head, name, limits), None, Fraction(1, head.rate), remarks=head.remarks)


def _line(stream: BinaryIO) -> bytes:
    """Return a line without its end, b"" at the end of the file.  Raises PictureDamaged."""
    line = stream.readline(LONGEST_LINE)
    if line and not line.endswith(b"\n"):
        raise PictureDamaged(NAME, f"a line does not end within {LONGEST_LINE} bytes")
    return line[:-1]


def _head(stream: BinaryIO, limits: Limits) -> _Y4mHead:
    line = _line(stream)
    if not (line + b" ").startswith(Y4M_START):
        raise PictureDamaged(NAME, "it does not begin with YUV4MPEG2")
    said: dict[str, str] = {}
    limited, remarks = True, list[str]()
    for word in line.decode("latin-1").split(" ")[1:]:
        if word == "XCOLORRANGE=FULL":
            limited = False
        elif word[:1] != "X" and word:
            said[word[0]] = word[1:]
    width, height = _number(said, "W"), _number(said, "H")
    require_pixels(width, height, limits)
    chroma = said.get("C", "420")
    if chroma not in LAYOUTS:
        raise PictureUnsupported(
            NAME, f"the layout C{chroma[:20]} (C420, C422, C444, Cmono and their deeper kinds are)"
        )
    if said.get("I", "p") not in ("p", "?"):
        raise PictureUnsupported(NAME, "interlaced frames (deinterlace it: ffmpeg -i FILE -vf yadif OUT.y4m)")
    if said.get("A", "1:1") not in ("1:1", "0:0"):
        remarks.append(f"left behind, since a clip has no place for it: the shape of a pixel {said['A'][:20]}")
    if limited:
        remarks.append(LIMITED_REMARK)
    subsampling, bits = LAYOUTS[chroma]
    return _Y4mHead(YuvLayout(width, height, bits, subsampling), _rate(said.get("F", "")), limited, tuple(remarks))


def _number(said: dict[str, str], name: str) -> int:
    text = said.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text)):
        raise PictureDamaged(NAME, f"its size {name} is {text[:20] or 'not there'}")
    return int(text)


def _rate(text: str) -> Fraction:
    above, _, below = text.partition(":")
    parts = [part for part in (above, below) if part.isascii() and part.isdecimal() and len(part) <= 10 and int(part)]
    if len(parts) != 2:
        raise PictureDamaged(NAME, f"its rate F is {text[:20] or 'not there'}")
    return Fraction(int(parts[0]), int(parts[1]))


def _frames(stream: BinaryIO, head: _Y4mHead, name: str, limits: Limits) -> Iterator[MovingFrame]:
    """Yield frames as they are read.  Raises FrameSourceWrong, TooLarge."""
    with stream:
        for number in count(1):
            with naming_place(name, number):
                picture = _next_picture(stream, head, limits)
            if picture is None:
                return
            limits.require("number of frames", number, limits.samples)
            yield MovingFrame(picture, Fraction(1, head.rate))


def _next_picture(stream: BinaryIO, head: _Y4mHead, limits: Limits) -> CodePicture | None:
    """Return the next frame, None at the end.  Raises PictureDamaged."""
    line, size = _line(stream), head.layout.file_bytes
    if not line:
        return None
    if line.split(b" ")[0] != b"FRAME":
        raise PictureDamaged(NAME, "where a frame should begin there is no line FRAME")
    data = stream.read(size)
    if len(data) < size:
        raise PictureDamaged(NAME, f"the frame ends after {len(data)} of {size} bytes")
    picture = read_yuv(data, head.layout, limits=limits)
    return _full_range(picture) if head.limited else picture


def _full_range(picture: CodePicture) -> CodePicture:
    """Return a picture of limited range in full range, rounded to the nearest code."""
    luma, *chroma = picture.components
    planes = (
        _stretched(luma, picture.bits, LUMA_STEPS, 0),
        *(_stretched(c, picture.bits, CHROMA_STEPS, 1) for c in chroma),
    )
    colour = Colour.YUV if chroma else Colour.GRAY
    return CodePicture(planes, picture.bits, colour, picture.description)


def _stretched(plane: Codes, bits: int, steps: int, is_chroma: int) -> Codes:
    most, scale = (1 << bits) - 1, 1 << (bits - 8)
    zero = (1 << (bits - 1)) if is_chroma else BLACK * scale
    offset = (1 << (bits - 1)) if is_chroma else 0
    span = steps * scale
    wide: Int64Array = plane.astype(np.int64) - zero
    return as_codes(np.clip((2 * wide * most + span) // (2 * span) + offset, 0, most), bits)
