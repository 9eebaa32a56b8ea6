"""JPEG, WebP, TIFF, BMP, GIF, AVIF, JPEG 2000 and HEIC, read by Pillow; and pictures that are Pillow's already.

In: the bytes of a file, or a `PIL.Image.Image`.  Out: `CodePicture`, not turned yet.  What Pillow would do without a
word is refused or said: samples of more than 8 bits that it cuts to 8, colours that it converts (`pillow_modes`),
pictures behind the first one.  The size is compared with the limits before anything is decoded; Pillow's own bound for
large pictures is not asked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from refdec.formats.boxed_pictures import NOTHING_BOXED, BoxedFacts, boxed_facts, cropped
from refdec.formats.colour_points import SRGB, rendering_of
from refdec.formats.deep_avif import deep_avif_samples
from refdec.formats.deep_heif import deep_heif_samples
from refdec.formats.deep_tiff import deep_samples, other_tiff
from refdec.formats.description import UPRIGHT, SourceDescription
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureUnsupported
from refdec.formats.exif import ORIENTATION
from refdec.formats.float_tiff import holds_floats, read_float_tiff
from refdec.formats.float_view import picture_of_array
from refdec.formats.foreign_readers import damage_named
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.kinds import JPEG_2000, PILLOW_FORMATS, FloatView
from refdec.formats.orientation import turned_in_words
from refdec.formats.picture_ends import directories_of, end_of
from refdec.formats.pictures import CodePicture, Colour, require_floats, require_pixels, split_alpha
from refdec.formats.pillow_description import in_colours, pillow_description
from refdec.formats.pillow_modes import (
    BITS_PER_SAMPLE,
    DEEP_BITS,
    DEEP_MODES,
    FLOAT_MODE,
    MULTIPLIED_MODES,
    code_bits,
    deep_remark,
    plain_samples,
)
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["opened_by_pillow", "picture_of_image", "read_by_pillow", "webp_size"]

CLASSES: Mapping[str, tuple[str, str]] = {
    "JPEG": ("PIL.JpegImagePlugin", "jpeg_factory"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIF": ("pillow_heif.as_plugin", "HeifImageFile"),
    JPEG_2000: ("PIL.Jpeg2KImagePlugin", "Jpeg2KImageFile"),
}
"""Where the class of each format is, by which a file is opened."""
MISSING: Mapping[str, str] = {
    "HEIF": "HEVC pictures, as long as pillow-heif is not installed (pip install 'refdec[heic]'),",
    "AVIF": "AV1 pictures, as long as this Pillow has no decoder for them (pip install --upgrade pillow),",
}
"""What is said where a class is not there."""
PHOTOMETRIC, EXTRA_SAMPLES = 262, 338
ASSOCIATED = 1
"""The extra sample of a TIFF is transparency that colours are multiplied by."""
WHITE_IS_ZERO = 0
NO_SUCH_MODE = "unknown pixel mode"
"""What Pillow says of a sound TIFF whose samples it has no mode for."""


def read_by_pillow(
    data: bytes,
    suffix: str,
    *,
    limits: Limits,
    frame: int | None = None,
    keep_alpha: bool = False,
    float_view: FloatView = "sdr",
) -> CodePicture:
    """Read a picture of the format of a suffix; `frame` chooses, from 1, of several.

    `keep_alpha`, `float_view`: see `read_picture`.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge, AlphaNotSupported, SeveralPictures or NoSuchPicture.
    """
    name = PILLOW_FORMATS[suffix]
    files, surplus_bytes = end_of(data, name)
    if len(files) > 1:
        data, frame = files[chosen_picture(name, len(files), frame)], None
    if name == "TIFF":
        pages = directories_of(data)
        require_countable(name, pages)
        if holds_floats(data):
            index = chosen_picture(name, max(1, pages), frame)
            return read_float_tiff(data, index, limits=limits, float_view=float_view)
    boxed = boxed_facts(data, name, limits)
    if name == "WebP":  # Pillow allocates its picture on opening
        require_pixels(*webp_size(data), limits)
    with ExitStack() as stack:
        try:
            with _bound_named(name):
                image = stack.enter_context(opened_by_pillow(data, name))
                require_pixels(*image.size, limits)
                index = _choose(image, name, frame)
        except PictureDamaged as reason:
            if (name, reason.what) != ("TIFF", NO_SUCH_MODE):
                raise
            other = other_tiff(data, chosen_picture(name, max(1, directories_of(data)), frame), limits)
            return _picture_of(*other[:2], name, other.description, _KeptAlpha(keep_alpha, other.multiplied))
        deep = _deep_colour(data, image, index, boxed, limits)
        if deep is not None:
            kept = _KeptAlpha(keep_alpha, _is_multiplied(image))
            made = _picture_of(*deep, name, pillow_description(image, (), surplus_bytes, boxed), kept)
        else:
            made = picture_of_image(
                image, name=name, limits=limits, surplus_bytes=surplus_bytes, keep_alpha=keep_alpha, boxed=boxed
            )
        return cropped(made, boxed.part, name)


class _KeptAlpha(NamedTuple):
    """Whether transparency is kept, and whether colours are multiplied by it."""

    wanted: bool
    multiplied: bool


def _is_multiplied(image: Any) -> bool:
    """Tell whether the colours of an image are multiplied by its transparency."""
    extra = getattr(image, "tag_v2", {}).get(EXTRA_SAMPLES, ())
    return image.mode in MULTIPLIED_MODES or extra in (ASSOCIATED, (ASSOCIATED,))


def _left_multiplied(image: Any) -> None:
    """Have Pillow read the samples of a TIFF as they are stored: it divides them by their transparency, and rounds."""
    image.tile = [
        each._replace(args=tuple("RGBA" if part == "RGBa" else part for part in each.args))
        if isinstance(each.args, tuple)
        else each
        for each in image.tile
    ]


@contextmanager
def _bound_named(name: str) -> Iterator[None]:
    """Say that a picture is above Pillow's bound where it is; Pillow asks it again for the frames of a GIF."""
    from PIL.Image import DecompressionBombError

    with damage_named(name):
        try:
            yield
        except DecompressionBombError as reason:
            raise PictureUnsupported(
                name, "a size that Pillow refuses (PIL.Image.MAX_IMAGE_PIXELS)", "Save it as PNG."
            ) from reason


def opened_by_pillow(data: bytes, name: str) -> AbstractContextManager[ImageFile]:
    """Return the file, its header read: by the class of the format, past the bound that `PIL.Image.open` has.

    Raises PictureUnsupported where that class is not installed.
    """
    from PIL import features

    module, made_by = CLASSES[name]
    try:
        reader = getattr(import_module(module), made_by)
    except ImportError:
        raise PictureUnsupported(name, MISSING[name]) from None
    if name == "AVIF" and not features.check("avif"):
        raise PictureUnsupported(name, MISSING[name])
    opened: AbstractContextManager[ImageFile] = reader(io.BytesIO(data))
    return opened


def _choose(image: Any, name: str, frame: int | None) -> int:
    """Go to the picture that is wanted, and return its index."""
    count = getattr(image, "n_frames", 1)
    if frame is None and name == "JPEG" and not _views(image, count):
        return 0
    index = chosen_picture(name, count, frame)
    if index:
        image.seek(index)
    return index


def _deep_colour(data: bytes, image: Any, index: int, boxed: BoxedFacts, limits: Limits) -> tuple[Codes, int] | None:
    """Return samples that Pillow would cut to 8 bits, read by others, and their depth; None for other files."""
    if image.format == "TIFF" and image.mode in ("RGB", "RGBA", "RGBX", "RGBa"):
        if set(image.tag_v2.get(BITS_PER_SAMPLE, ())) != {DEEP_BITS}:
            return None
        samples = deep_samples(data, index, limits)
        return samples[:, :, : 4 if image.mode.endswith(("A", "a")) else 3], DEEP_BITS
    if image.format == "HEIF" and boxed.bits > 8:
        return deep_heif_samples(data, index, boxed.bits), boxed.bits
    if image.format == "AVIF" and boxed.bits > 8:
        return deep_avif_samples(data, index, boxed.bits, image.size), boxed.bits
    return None


def _views(image: Any, count: int) -> bool:
    """Tell whether a JPEG file has further pictures of the first one's size: gain maps and previews are smaller."""
    first = image.size
    sizes = []
    for index in range(1, count):
        with (
            suppress(PictureDamaged),
            damage_named("JPEG"),
        ):  # an index may point anywhere: its other pictures are then named, and not counted
            image.seek(index)
            sizes.append(image.size)
    if count > 1:
        image.seek(0)
    return first in sizes


def webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the first chunk, 0 x 0 where it is none that is known."""
    kind, body = data[12:16], data[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        sizes = int.from_bytes(body[1:5], "little")
        return 1 + (sizes & 0x3FFF), 1 + (sizes >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return 0, 0


def picture_of_image(
    image: Image,
    *,
    name: str = "Pillow",
    limits: Limits | None = None,
    surplus_bytes: int = 0,
    keep_alpha: bool = False,
    boxed: BoxedFacts = NOTHING_BOXED,
    float_view: FloatView | None = None,
) -> CodePicture:
    """Return the codes of an image of Pillow, and what it says about them; its current frame if it has several.

    `keep_alpha`: see `read_picture`.  `boxed`: what the boxes of its file say.  `float_view`: how floats become codes,
    None: they are refused.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge or AlphaNotSupported.
    """
    require_pixels(*image.size, limits or Limits())
    if image.mode == FLOAT_MODE and float_view is not None:
        return _of_floats(image, name, limits or Limits(), float_view, pillow_description(image, (), surplus_bytes))
    bits, cut = code_bits(image, name, boxed.bits), deep_remark(image)
    remarks = (cut,) if cut else ()
    own = name != "Pillow"  # an image of a caller is not changed, and Pillow divides its colours as it loads it
    kept = _KeptAlpha(keep_alpha, keep_alpha and (_is_multiplied(image) if own else image.mode in MULTIPLIED_MODES))
    if kept.multiplied and name == "TIFF":
        _left_multiplied(image)
    with _bound_named(name):
        description = pillow_description(image, remarks, surplus_bytes, boxed)
        image.load()
    if description.orientation != UPRIGHT and image.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT:
        done = turned_in_words(description.orientation)  # Pillow's reader of TIFF turns the picture itself
        description = replace(description, orientation=UPRIGHT, remarks=(done, *remarks))
    with _bound_named(name):
        plain = plain_samples(image, name, multiplied=kept.multiplied)
    samples = plain.samples
    if plain.remark:
        description = replace(description, remarks=(*description.remarks, plain.remark))
    if plain.is_srgb:
        description = in_colours(description, rendering_of(*SRGB))
    if getattr(image, "tag_v2", {}).get(PHOTOMETRIC) == WHITE_IS_ZERO and image.mode in DEEP_MODES:
        samples = ((1 << bits) - 1) - samples  # Pillow does this up to 8 bits only
    if name == JPEG_2000 and image.mode in DEEP_MODES:
        samples = np.right_shift(samples, 16 - bits, dtype=np.uint16)  # Pillow spreads them over 16 bits
    return _picture_of(samples, bits, name, description, kept)


def _of_floats(
    image: Image, name: str, limits: Limits, float_view: FloatView, description: SourceDescription
) -> CodePicture:
    """Return the picture of an image of floats (mode F), which a layer keeps."""
    require_floats(*image.size, 1, limits)
    with _bound_named(name):
        image.load()
    return picture_of_array(np.asarray(image), float_view, name, description)


def _picture_of(samples: Codes, bits: int, name: str, description: SourceDescription, kept: _KeptAlpha) -> CodePicture:
    """Return the picture of samples [rows, columns, channels]; transparency has to be opaque, or wanted."""
    samples, alpha = split_alpha(samples, bits, premultiplied=kept.multiplied)
    if alpha is not None and not kept.wanted:
        raise AlphaNotSupported(name)
    components = tuple(as_codes(samples[:, :, i], bits) for i in range(samples.shape[2]))
    return CodePicture(components, bits, Colour.GRAY if len(components) == 1 else Colour.RGB, description, alpha)
