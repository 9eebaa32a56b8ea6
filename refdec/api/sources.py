"""What can be encoded: arrays, decoded pictures, and picture files become a `SourcePicture`.

In: whatever a caller of `refdec.encode` holds, and `SourceWishes`.  Out: frozen values of the plugin door.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import numpy as np

from refdec.api.concerning import concerning
from refdec.api.errors import PictureNotEncodable
from refdec.api.source_arrays import of_array
from refdec.api.source_codes import of_codes
from refdec.api.source_streams import of_decoded, of_stream
from refdec.api.source_wishes import AS_IT_IS, SourceWishes, WithParts
from refdec.decoding.options import limits_or_default
from refdec.formats.files import NamedBytes, read_bytes, read_picture, suffix_of
from refdec.formats.kinds import is_jpeg_ai
from refdec.formats.pictures import CodePicture
from refdec.formats.yuv import layout_of_name
from refdec.heif.parts import NO_PARTS
from refdec.picture.picture import PictureCodes
from refdec.plugins.source_picture import SourcePicture
from refdec.sequences.frame_naming import naming_place

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    from refdec.formats.files import Source

__all__ = ["Encodable", "source_picture", "source_with_parts"]

Encodable: TypeAlias = "npt.NDArray[Any] | Image | PictureCodes | CodePicture | SourcePicture | Source"
KINDS = "Give an array, an image of Pillow, a decoded picture, or a file: its path, its bytes or a file object."


def source_picture(source: Encodable, wishes: SourceWishes = AS_IT_IS) -> SourcePicture:
    """Return the picture of an array, a picture, or a file (path, bytes, file object), the right way up.

    What a codestream cannot carry of a source, and that it was turned, become warnings.  A JPEG AI codestream is
    decoded, and kept beside its picture.  An image of Pillow is read as its file would be; of other objects,
    `__array__` counts.
    Raises PictureNotEncodable, SourcePictureInvalid, InputError; CodestreamError for a codestream that is none.
    """
    return source_with_parts(source, replace(wishes, in_file=False)).picture


def source_with_parts(source: Encodable, wishes: SourceWishes) -> WithParts:
    """Return the picture of a source, and what a HEIF file keeps of it; errors are those of `source_picture`."""
    if isinstance(source, SourcePicture):
        return WithParts(source, NO_PARTS)
    if _is_pillow(source):
        return of_codes(_codes_of_pillow(source, wishes), wishes)
    if isinstance(source, PictureCodes):
        return of_decoded(source, wishes)
    if isinstance(source, CodePicture):
        return of_codes(source, wishes)
    if isinstance(source, np.ndarray) or (hasattr(source, "__array__") and not hasattr(source, "read")):
        return of_array(source, wishes)
    if not isinstance(source, str | os.PathLike | bytes | bytearray | memoryview) and not hasattr(source, "read"):
        raise PictureNotEncodable(f"A {type(source).__name__}", KINDS)
    return _of_file(cast("Source", source), wishes)


def _of_file(source: Source, wishes: SourceWishes) -> WithParts:
    """Return the picture of a file."""
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else str(getattr(source, "name", ""))
    named, bits, limits = suffix_of(source), wishes.bits, limits_or_default(wishes.limits)
    raw = (wishes.suffix or named).lower() == ".yuv"
    data = read_bytes(source, limits=limits)
    if not raw and is_jpeg_ai(data):
        with concerning(source):
            return of_stream(data, name, wishes)
    layout = wishes.layout
    if raw and layout is None:
        layout = layout_of_name(PurePath(name).name)
        layout = layout if bits is None else replace(layout, bits=bits)
    with nullcontext() if wishes.frame is None else naming_place(name or "the data", wishes.frame):
        picture = read_picture(
            NamedBytes(data, name),
            suffix=wishes.suffix or (named if raw else ""),
            layout=layout,
            bits=bits,
            limits=limits,
            frame=wishes.frame,
            low_bits=wishes.low_bits,
            keep_alpha=wishes.in_file,
            float_view=wishes.float_view,
        )
    return of_codes(picture, wishes, name)


def _is_pillow(source: object) -> TypeGuard[Image]:
    """Tell whether something is an image of Pillow, which is not imported to find out."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(source, pillow.Image)


def _codes_of_pillow(image: Image, wishes: SourceWishes) -> CodePicture:
    """Return the codes of an image: of its current frame, of the frame that is wanted, from 1, or of its only one."""
    from refdec.formats.frames import chosen_picture
    from refdec.formats.pillow_reader import picture_of_image

    here, count = image.tell(), int(getattr(image, "n_frames", 1))
    index = here if here and wishes.frame is None else chosen_picture("Pillow image", count, wishes.frame)
    try:
        if index != here:
            image.seek(index)
        return picture_of_image(
            image,
            limits=limits_or_default(wishes.limits),
            keep_alpha=wishes.in_file,
            float_view=wishes.float_view if wishes.keep_floats else None,
        )
    finally:
        if index != here:
            image.seek(here)
