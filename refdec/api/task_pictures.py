"""Pictures of what tasks say, in files: maps, frames and bars, laid over the decoded picture where that is wished.

In: a result, and the codestream below it.  Out: a picture file, whole or not there, and which wishes changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.task import pack_and_core

if TYPE_CHECKING:
    from refdec.api.chosen_frame import ChosenStream
    from refdec.api.task import TaskOrder
    from refdec.arithmetic.types import UInt8Array
    from refdec.plugins.result import TaskResult

__all__ = ["ResultPicture", "picture_suffix", "write_result_picture"]


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
    """The picture of a result in a file, and in `remarks` what was asked for and changed nothing in it."""

    path: Path
    width: int
    height: int
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
    from refdec.formats.pictures import CodePicture, Colour
    from refdec.plugins.drawing import stacked

    suffix, remarks = picture_suffix(target), list[str]()
    rgb = result.picture(_decoded(under, order) if under is not None and result.lies_over else None)
    if under is not None and not result.lies_over:
        remarks.append(f"--over changes nothing: {result.kind} of {order.task} is not laid over a picture")
    if order.legend:
        legend = result.legend()
        if legend is None:
            remarks.append(f"--legend changes nothing: no colours of this {result.kind} have a meaning of their own")
        else:
            rgb = stacked((rgb, legend))
    red, green, blue = (np.ascontiguousarray(rgb[..., index]) for index in range(3))
    write_picture(target, CodePicture((red, green, blue), 8, Colour.RGB), suffix=suffix)
    return ResultPicture(target, rgb.shape[1], rgb.shape[0], tuple(remarks))


def _decoded(stream: ChosenStream, order: TaskOrder) -> UInt8Array:
    """Return the decoded picture, uint8 RGB [rows, columns, 3]."""
    from refdec.api.decode import decode

    pack, _ = pack_and_core(order.weights, order.reading.limits)
    with stream.named():
        decoded = decode(stream.data, weights=pack, options=replace(order.reading, colour="RGB", bit_depth=8))
    array: UInt8Array = decoded.array
    return array
