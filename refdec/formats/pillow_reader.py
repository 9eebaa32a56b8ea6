"""JPEG, WebP, TIFF, BMP and GIF, read by Pillow; and pictures that are Pillow's already.

In: the bytes of a file, or a `PIL.Image.Image`.  Out: `CodePicture`, not turned yet.  What Pillow would do without a
word is refused or said: samples of more than 8 bits that it cuts to 8, CMYK, pictures behind the first one.  The size
is compared with the limits before anything is decoded; Pillow's own bound for large pictures is not asked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from refdec.formats.deep_tiff import deep_samples
from refdec.formats.description import UPRIGHT, SourceDescription
from refdec.formats.errors import AlphaNotSupported, PictureUnsupported
from refdec.formats.exif import ORIENTATION
from refdec.formats.foreign_readers import damage_named
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.orientation import turned_in_words
from refdec.formats.picture_ends import directories_of, end_of
from refdec.formats.pictures import CodePicture, Colour, require_pixels, split_alpha
from refdec.formats.pillow_description import pillow_description
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["PILLOW_FORMATS", "picture_of_image", "read_by_pillow"]

PILLOW_FORMATS: Mapping[str, str] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WebP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".gif": "GIF",
}
"""Names of formats by suffix."""
BITS_PER_SAMPLE, PHOTOMETRIC, SAMPLES_PER_PIXEL, EXTRA_SAMPLES = 258, 262, 277, 338
ASSOCIATED = 1
"""The extra sample of a TIFF is transparency that colours are multiplied by."""
WHITE_IS_ZERO = 0
PLAIN_MODES = {"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "YCbCr": "RGB", "RGBX": "RGB"}
"""Modes that others hold without loss; what else there is (LAB, HSV, I, F) has no codes of 1 to 16 bits."""
MULTIPLIED_MODES = ("La", "RGBa")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
CMYK_REMARK = "CMYK became RGB by the simple formula, without a colour profile: colours may differ from those in print"
CONVERT = "convert it with an image editor"


def read_by_pillow(
    data: bytes, suffix: str, *, limits: Limits, frame: int | None = None, keep_alpha: bool = False
) -> CodePicture:
    """Read a picture of the format of a suffix; `frame` chooses, from 1, of several.  `keep_alpha`: see `read_picture`.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge, AlphaNotSupported, SeveralPictures or NoSuchPicture.
    """
    name = PILLOW_FORMATS[suffix]
    files, surplus_bytes = end_of(data, name)
    if len(files) > 1:
        data, frame = files[chosen_picture(name, len(files), frame)], None
    if name == "TIFF":
        require_countable(name, directories_of(data))
    if name == "WebP":  # Pillow allocates its picture on opening
        require_pixels(*_webp_size(data), limits)
    with ExitStack() as stack:
        with _bound_named(name):
            image = stack.enter_context(_opened(data, name))
            require_pixels(*image.size, limits)
            index = _choose(image, name, frame)
        if name == "TIFF" and _is_deep_colour(image):
            samples = deep_samples(data, index, limits)
            kept = _KeptAlpha(keep_alpha, _is_multiplied(image))
            return _picture_of(samples, 16, name, pillow_description(image, (), surplus_bytes), kept)
        return picture_of_image(image, name=name, limits=limits, surplus_bytes=surplus_bytes, keep_alpha=keep_alpha)


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
            raise PictureUnsupported(name, "a size that Pillow refuses (PIL.Image.MAX_IMAGE_PIXELS)") from reason


def _opened(data: bytes, name: str) -> AbstractContextManager[ImageFile]:
    """Return the file, its header read: by the class of the format, past the bound that `PIL.Image.open` has."""
    stream = io.BytesIO(data)
    if name == "JPEG":
        from PIL.JpegImagePlugin import jpeg_factory

        return jpeg_factory(stream)
    if name == "WebP":
        from PIL.WebPImagePlugin import WebPImageFile

        return WebPImageFile(stream)
    if name == "TIFF":
        from PIL.TiffImagePlugin import TiffImageFile

        return TiffImageFile(stream)
    if name == "BMP":
        from PIL.BmpImagePlugin import BmpImageFile

        return BmpImageFile(stream)
    from PIL.GifImagePlugin import GifImageFile

    return GifImageFile(stream)


def _choose(image: Any, name: str, frame: int | None) -> int:
    """Go to the picture that is wanted, and return its index."""
    count = getattr(image, "n_frames", 1)
    if frame is None and name == "JPEG" and not _views(image, count):
        return 0
    index = chosen_picture(name, count, frame)
    if index:
        image.seek(index)
    return index


def _is_deep_colour(image: Any) -> bool:
    """Tell whether Pillow would cut samples of 16 bits to 8."""
    return image.mode in ("RGB", "RGBA", "RGBX", "RGBa") and set(image.tag_v2.get(BITS_PER_SAMPLE, ())) == {16}


def _views(image: Any, count: int) -> bool:
    """Tell whether a JPEG file has further pictures of the first one's size: gain maps and previews are smaller."""
    first = image.size
    sizes = []
    for index in range(1, count):
        image.seek(index)
        sizes.append(image.size)
    if sizes:
        image.seek(0)
    return first in sizes


def _webp_size(data: bytes) -> tuple[int, int]:
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
) -> CodePicture:
    """Return the codes of an image of Pillow, and what it says about them; its current frame if it has several.

    `keep_alpha`: see `read_picture`.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge or AlphaNotSupported.
    """
    require_pixels(*image.size, limits or Limits())
    bits = _bits(image, name)
    remarks = (CMYK_REMARK,) if image.mode == "CMYK" else ()
    kept = _KeptAlpha(keep_alpha, keep_alpha and _is_multiplied(image))
    if kept.multiplied and name == "TIFF":
        _left_multiplied(image)
    with _bound_named(name):
        description = pillow_description(image, remarks, surplus_bytes)
        image.load()
    if description.orientation != UPRIGHT and image.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT:
        done = turned_in_words(description.orientation)  # Pillow's reader of TIFF turns the picture itself
        description = replace(description, orientation=UPRIGHT, remarks=(done, *remarks))
    samples = _samples(image, name, kept)
    if getattr(image, "tag_v2", {}).get(PHOTOMETRIC) == WHITE_IS_ZERO and image.mode in DEEP_MODES:
        samples = ((1 << bits) - 1) - samples  # Pillow does this up to 8 bits only
    return _picture_of(samples, bits, name, description, kept)


def _picture_of(samples: Codes, bits: int, name: str, description: SourceDescription, kept: _KeptAlpha) -> CodePicture:
    """Return the picture of samples [rows, columns, channels]; transparency has to be opaque, or wanted."""
    samples, alpha = split_alpha(samples, bits, premultiplied=kept.multiplied)
    if alpha is not None and not kept.wanted:
        raise AlphaNotSupported(name)
    components = tuple(as_codes(samples[:, :, i], bits) for i in range(samples.shape[2]))
    return CodePicture(components, bits, Colour.GRAY if len(components) == 1 else Colour.RGB, description, alpha)


def _bits(image: Image, name: str) -> int:
    """Return the depth of the codes.  Raises PictureUnsupported where Pillow would cut them to 8 bits."""
    stated = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (8,))
    deepest = max(stated) if isinstance(stated, tuple) else int(stated)
    if image.mode in DEEP_MODES:
        return deepest if 8 < deepest <= 16 else 16
    if image.mode in ("I", "F", "LAB", "HSV") or deepest > 16:
        raise PictureUnsupported(name, f"samples of the kind {image.mode} ({CONVERT} to 8 or 16 bits, RGB or gray)")
    if deepest > 8:
        raise PictureUnsupported(name, f"colour of {deepest} bits ({CONVERT} to PNG, or to 8 bits)")
    return 8


def _samples(image: Image, name: str, kept: _KeptAlpha) -> Codes:
    """Return samples [rows, columns, channels]; palettes and CMYK become RGB, a transparent colour a fourth channel."""
    if image.mode in DEEP_MODES:
        deep = np.asarray(image)
        return deep.astype(np.uint16)[:, :, None]
    if image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK", *PLAIN_MODES):
        raise PictureUnsupported(name, f"the mode {image.mode}")
    transparent = "transparency" in image.info and image.mode in ("1", "L", "P", "RGB")
    mode = "RGBA" if transparent else {**PLAIN_MODES, "CMYK": "RGB"}.get(image.mode, image.mode)
    if kept.multiplied and image.mode in MULTIPLIED_MODES:
        mode = image.mode  # as they are
    samples = np.asarray(image if mode == image.mode else image.convert(mode), dtype=np.uint8)
    return samples if samples.ndim == 3 else samples[:, :, None]
