"""Pictures of what tasks say, in files: maps, frames and bars, laid over the decoded picture where that is wished.

In: a result, and the codestream below it.  Out: a picture file, whole or not there, and which wishes changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.task import pack_and_core
from refdec.formats.colours import EIGHT_BIT_SUFFIXES

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.chosen_frame import ChosenStream
    from refdec.api.task import TaskOrder
    from refdec.arithmetic.types import UInt8Array
    from refdec.formats.pictures import CodePicture
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
    """The picture of a result in a file, RGB or gray, and in `remarks` what was asked for and changed nothing in it."""

    path: Path
    width: int
    height: int
    bit_depth: int
    colour: str
    remarks: tuple[str, ...]


def write_result_picture(
    result: TaskResult, target: Path, under: ChosenStream | None, order: TaskOrder
) -> ResultPicture:
    """Write the picture of a result; `under`: the codestream whose decoded picture lies below it.

    Raises SuffixUnknown, FormatCannotHold, FileUnwritable, and what decoding raises; errors of a frame of a clip say
    which it is.
    """
    import numpy as np

    from refdec.formats.files import write_picture
    from refdec.plugins.drawing import stacked
    from refdec.plugins.results import PictureResult

    suffix, remarks, bits = picture_suffix(target), list[str](), EIGHT_BITS
    if isinstance(result, PictureResult):  # its own codes: what is shown of other results is drawn
        array, bits = result.array, result.bit_depth
        if bits > EIGHT_BITS and suffix in EIGHT_BIT_SUFFIXES:
            array, bits = (array >> (bits - EIGHT_BITS)).astype(np.uint8), EIGHT_BITS
    else:
        array = result.picture(_decoded(under, order) if under is not None and result.lies_over else None)
    if under is not None and not result.lies_over:
        remarks.append(f"--over changes nothing: {result.kind} of {order.task} is not laid over a picture")
    if order.legend:
        legend = result.legend()
        if legend is None:
            remarks.append(f"--legend changes nothing: no colours of this {result.kind} have a meaning of their own")
        else:
            array = stacked((array, legend))
    made = codes_of_array(array, bits, suffix)
    write_picture(target, made, suffix=suffix)
    return ResultPicture(target, array.shape[1], array.shape[0], bits, made.colour.value, tuple(remarks))


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
