"""Frames of a clip on their way to workers that code them, by a ring of shared memory, and back as codestreams.

In: a `SourcePicture` and a slot of the ring.  Out: `FrameUnit`, and of that, in a worker, a `CodedFrame`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from refdec.heif.heiffile import Property
from refdec.heif.picturefile import picture_properties
from refdec.plugins.source_picture import SourcePicture

if TYPE_CHECKING:
    from refdec.api.encode_options import EncodeOptions
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.parallel.shared import SharedArray
    from refdec.weights.pack import WeightPack

__all__ = ["CodedFrame", "FrameCoding", "FrameUnit", "coded_frame", "into_ring"]


class FrameUnit(NamedTuple):
    """A frame on its way to a worker: its planes lie in a slot of the ring."""

    slot: int
    shapes: tuple[tuple[int, int], ...]
    bits: int
    colour: str
    subsampling: tuple[int, int]
    components: int
    rendering: RenderingInfo | None


class FrameCoding(NamedTuple):
    """What workers have: the ring of planes, and how to encode."""

    ring: SharedArray
    options: EncodeOptions
    pack: WeightPack


class CodedFrame(NamedTuple):
    """What becomes of a frame: its codestream, the properties that follow from it, sentences."""

    codestream: bytes
    stated: tuple[Property, ...]
    warnings: tuple[str, ...]


def into_ring(ring: SharedArray, slot: int, picture: SourcePicture) -> FrameUnit:
    """Lay the planes of a frame into a slot of the ring [slots, bytes]; return what a worker needs to find them."""
    at = 0
    for plane in picture.planes:
        ring.array[slot, at : at + plane.nbytes] = np.ascontiguousarray(plane).view(np.uint8).reshape(-1)
        at += plane.nbytes
    shapes = tuple((plane.shape[0], plane.shape[1]) for plane in picture.planes)
    kind = picture.bit_depth, picture.colour, picture.subsampling, picture.components
    return FrameUnit(slot, shapes, *kind, picture.rendering)


def coded_frame(state: FrameCoding, unit: FrameUnit) -> CodedFrame:
    """Encode a frame out of the ring."""
    from refdec.api.encode_run import encoded_picture
    from refdec.picture.output import code_type

    kind, at, planes = code_type(unit.bits), 0, []
    for height, width in unit.shapes:
        size = height * width * kind.itemsize
        planes.append(state.ring.array[unit.slot, at : at + size].view(kind).reshape(height, width).copy())
        at += size
    picture = SourcePicture(
        (planes[0], planes[1], planes[2]),
        unit.bits,
        unit.colour,
        unit.subsampling,
        rendering=unit.rendering,
        components=unit.components,
    )
    made = encoded_picture(picture, state.options, in_file=False, weights=state.pack, progress=None)
    return CodedFrame(made.codestream, picture_properties(made.headers), made.warnings)
