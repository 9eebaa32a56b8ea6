"""Pictures of what tasks say, in files: maps, frames and bars, laid over the decoded picture where that is wished.

In: a result, and the codestream that it is of.  Out: a picture file, whole or not there, what it leaves out of the
codestream's file, and which wishes changed nothing.  A result that is a picture has the colours of the codestream and
is as its file shows it; what is drawn is sRGB.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.beside import NOTHING_BESIDE, BesidePicture, part_of
from refdec.api.task import pack_and_core
from refdec.formats.colours import EIGHT_BIT_SUFFIXES, colours_in_words
from refdec.formats.description import UPRIGHT, SourceDescription
from refdec.heif.parts import NO_METADATA, Metadata
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.chosen_frame import ChosenStream
    from refdec.api.task import TaskOrder
    from refdec.arithmetic.types import UInt8Array
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.formats.pictures import CodePicture
    from refdec.picture.output import Codes
    from refdec.plugins.result import TaskResult

__all__ = ["ResultPicture", "codes_of_array", "picture_suffix", "write_result_picture"]

EIGHT_BITS = 8


def picture_suffix(target: Path) -> str:
    """Return the suffix of the format that a picture of a result is written in: that of its name, or else PNG.

    Raises SuffixUnknown, and FormatCannotHold for a format of other pictures.
    """
    from refdec.api.picture_files import colour_of
    from refdec.formats.errors import FormatCannotHold, SuffixUnknown
    from refdec.formats.files import WRITERS

    suffix = target.suffix.lower() or ".png"
    held = tuple(each for each in WRITERS if each != ".pgm" and colour_of(each) != "YUV")
    if suffix in WRITERS and suffix not in held:
        raise FormatCannotHold(suffix[1:], "the picture of a result, which is RGB", f"Name one of {' '.join(held)}.")
    if suffix not in held:
        raise SuffixUnknown(suffix, held)
    return suffix


@dataclass(frozen=True, slots=True)
class ResultPicture:
    """The picture of a result in a file, RGB or gray.

    `remarks`: what was asked for and changed nothing in it, and what it leaves out of the codestream's file.
    """

    path: Path
    width: int
    height: int
    bit_depth: int
    colour: str
    remarks: tuple[str, ...]


def write_result_picture(
    result: TaskResult, target: Path, stream: ChosenStream | None, order: TaskOrder
) -> ResultPicture:
    """Write the picture of a result; `stream`: the codestream that it is of, None: of several.

    Its decoded picture lies below where the order says so.

    Raises SuffixUnknown, FormatCannotHold, FileUnwritable, and what decoding raises; errors of a frame of a clip say
    which it is.
    """
    import numpy as np

    from refdec.formats.colours import colour_tags
    from refdec.formats.files import write_picture
    from refdec.formats.losses import losses
    from refdec.plugins.drawing import stacked
    from refdec.plugins.results import PictureResult

    suffix, remarks, bits = picture_suffix(target), list[str](), EIGHT_BITS
    shown, under = _ShownByFile(), stream if order.over else None
    if isinstance(result, PictureResult):  # its own codes: what is shown of other results is drawn
        array, bits = result.array, result.bit_depth
        if stream is not None:
            shown = _shown_by_file(stream, order)
            array, cut = shown.upright(array)
            remarks += (*shown.left_out(), *cut)
        remarks += losses(suffix, bits, result.bit_depth, shown.rendering, shown.metadata, gray=array.ndim == 2)
        if bits > EIGHT_BITS and suffix in EIGHT_BIT_SUFFIXES:
            array, bits = (array >> (bits - EIGHT_BITS)).astype(np.uint8), EIGHT_BITS
    else:
        below = under if result.lies_over else None
        array = result.picture(None if below is None else _decoded(below, order))
        remarks += () if below is None else _shown_by_file(below, order).drawn_over()
    if under is not None and not result.lies_over:
        remarks.append(f"--over changes nothing: {result.kind} of {order.task} is not laid over a picture")
    if order.legend:
        legend = result.legend()
        if legend is None:
            remarks.append(f"--legend changes nothing: no colours of this {result.kind} have a meaning of their own")
        else:
            array = stacked((array, legend))
    cicp, gamma = colour_tags(shown.rendering)
    said = SourceDescription(rendering=shown.rendering, metadata=shown.metadata)
    made = replace(codes_of_array(array, bits, suffix), description=said)
    write_picture(target, made, suffix=suffix, cicp=cicp, gamma=gamma)
    return ResultPicture(target, array.shape[1], array.shape[0], bits, made.colour.value, tuple(remarks))


@dataclass(frozen=True, slots=True)
class _ShownByFile:
    """What a codestream and its file say of the picture: colours, what stands beside it, which way is up, which part.

    `size`: rows and columns as they are stored.
    """

    rendering: RenderingInfo | None = None
    metadata: Metadata = NO_METADATA
    beside: BesidePicture = NOTHING_BESIDE
    has_alpha: bool = False
    size: tuple[int, int] = (0, 0)

    def left_out(self) -> tuple[str, ...]:
        """Return the sentence about transparency, which no result has."""
        return ("the picture of the result has no transparency: that of the file is left out",) * self.has_alpha

    def upright(self, array: Codes) -> tuple[Codes, tuple[str, ...]]:
        """Return a result [rows, columns, ...] as the file shows its picture, and what could not be done."""
        import numpy as np

        if self.beside.is_upright:
            return array, ()
        (rows, columns), (height, width) = array.shape[:2], self.size
        scale, times = max(1, ceil_div(height, rows)), max(1, rows // height)
        if (ceil_div(height, scale) * times, ceil_div(width, scale) * times) != (rows, columns):
            return array, ("the picture of the result is not turned or cropped as the file asks: it has another size",)
        part = self.beside.part
        beside = (
            self.beside
            if part is None or times == 1
            else replace(self.beside, part=Rect(*(times * each for each in (part.x, part.y, part.w, part.h))))
        )
        planes = (array,) if array.ndim == 2 else tuple(array[..., index] for index in range(array.shape[2]))
        made = [beside.plane(plane, scale=scale) for plane in planes]
        return (made[0] if array.ndim == 2 else np.stack(made, axis=-1)), ()

    def drawn_over(self) -> tuple[str, ...]:
        """Return what the decoded picture below a drawing, which is sRGB and as it is stored, has lost there."""
        colours = colours_in_words(self.rendering) or ("of an ICC profile" if self.metadata.icc else "")
        turned = self.beside.orientation != UPRIGHT
        return (
            *((f"--over draws the decoded picture as if it were sRGB; its colours are {colours}",) if colours else ()),
            *(("--over draws the decoded picture without the transparency of the file",) if self.has_alpha else ()),
            *(("--over draws the decoded picture as it is stored: the file turns it",) if turned else ()),
            *(("--over draws all of the decoded picture: the file shows a part",) if self.beside.part else ()),
        )


def _shown_by_file(stream: ChosenStream, order: TaskOrder) -> _ShownByFile:
    """Return what a codestream and its file say of the picture.  Raises what reading boxes and headers raises."""
    from refdec.decoding.opening import parse
    from refdec.formats.exif import turned_upright
    from refdec.heif.picturefile import has_alpha, metadata_of, picture_orientation

    with stream.named():
        headers = parse(stream.data, order.reading)[1]
        size = headers.picture.display_height, headers.picture.display_width
        file = stream.beside
        if file is None:
            return _ShownByFile(headers.rendering, size=size)
        beside = BesidePicture(picture_orientation(file), part=part_of(file, order.reading))
        return _ShownByFile(headers.rendering, turned_upright(metadata_of(file)), beside, has_alpha(file), size)


def codes_of_array(array: npt.NDArray[Any], bits: int, suffix: str) -> CodePicture:
    """Return codes, gray [rows, columns] or RGB [rows, columns, 3], as a format holds them."""
    import numpy as np

    from refdec.api.picture_files import gray_of
    from refdec.formats.pictures import CodePicture, Colour

    if array.ndim == 2 and gray_of(suffix):
        return CodePicture((array,), bits, Colour.GRAY)
    if array.ndim == 2:
        return CodePicture((array,) * 3, bits, Colour.RGB)
    red, green, blue = (np.ascontiguousarray(array[..., index]) for index in range(3))
    return CodePicture((red, green, blue), bits, Colour.RGB)


def _decoded(stream: ChosenStream, order: TaskOrder) -> UInt8Array:
    """Return the decoded picture, uint8 RGB [rows, columns, 3]."""
    from refdec.api.decode import decode

    pack, _ = pack_and_core(order.weights, order.reading.limits)
    with stream.named():
        decoded = decode(stream.data, weights=pack, options=replace(order.reading, colour="RGB", bit_depth=8))
    array: UInt8Array = decoded.array
    return array
