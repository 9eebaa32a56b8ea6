"""Modes of Pillow: how many bits the samples of each have, and what they become.

In: a `PIL.Image.Image`, once it is loaded.  Out: `PlainSamples` of gray or RGB, with transparency or without.  What
Pillow would round or cut is said, and a mode that means no picture by itself is refused with the line that converts it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.foreign_readers import damage_named
from refdec.formats.transparency import with_key
from refdec.picture.output import Codes

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "BITS_PER_SAMPLE",
    "DEEP_BITS",
    "DEEP_MODES",
    "FLOAT_MODE",
    "MULTIPLIED_MODES",
    "PlainSamples",
    "code_bits",
    "deep_remark",
    "plain_samples",
]

BITS_PER_SAMPLE, SAMPLE_FORMAT, SIGNED = 258, 339, 2
NARROW_BITS, DEEP_BITS = 8, 16
PLAIN_MODES: Mapping[str, str] = {
    **{mode: mode for mode in ("L", "LA", "RGB", "RGBA")},
    **{"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"},
    **{"YCbCr": "RGB", "CMYK": "RGB", "LAB": "RGB"},
}
"""Modes of 8 bits, and the one whose samples are taken."""
MULTIPLIED_MODES = ("La", "RGBa")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
WIDE_MODE, FLOAT_MODE = "I", "F"
"""32 bits of a sample, of which a picture may need 16; and floats."""
KEYED_MODES = ("1", "L", "RGB", "I", *DEEP_MODES)
"""Modes of which one colour may be transparent (`info["transparency"]`)."""
MOST, DARK = 65535, 1 << 10
CMYK_REMARK = "CMYK became RGB by the simple formula, without a colour profile: colours may differ from those in print"
PROFILE_REMARK = "CMYK became sRGB of 8 bits by its {profile}: what a display of sRGB cannot show is cut"
LAB_REMARK = "LAB became sRGB of 8 bits: what a display of sRGB cannot show is cut"
LAB_PROFILE_LEFT = "; the ICC profile, which was one for LAB, is left behind"
YCC_REMARK = "Y'CbCr became RGB of 8 bits, rounded"
CUT_REMARK = "Pillow cuts samples of 16 bits to 8 here: give refdec the PNG file itself, not the image, for all of them"
DARK_REMARK = (
    "the largest sample of the image is {largest}, almost black as 16 bits: if its samples have fewer, give an array "
    "and say so: refdec.encode(numpy.asarray(image).astype('uint16'), bits={bits})"
)
FROM_FILE = "Give refdec the file itself, not the image that Pillow made of it."
SAVE_SHALLOW = "Save it as PNG, or with 8 bits of a sample."
CONVERT = 'Convert it first, in Pillow: image.convert("RGB")'
KEEP_FLOATS = (
    "lossless=True keeps them, and max_error=N nearly so.  Samples of 0 to 255 become codes so, in Pillow: "
    'image.convert("L")'
)
SCALE = "Bring them to 0..65535 first: refdec.encode(numpy.clip(numpy.asarray(image), 0, 65535).astype('uint16'))"

LIFT = "Lift them first, in Python: refdec.encode((tifffile.imread(FILE).astype('int16') + 128).astype('uint8'))"


class PlainSamples(NamedTuple):
    """Samples [rows, columns, 1 to 4], uint8 or uint16, and what was done to make them, "" for nothing.

    `is_srgb`: their colours are those of sRGB now, whatever the image says of its own.
    """

    samples: Codes
    remark: str = ""
    is_srgb: bool = False


def code_bits(image: Image, name: str, boxed_bits: int) -> int:
    """Return the depth of the codes of an image; `boxed_bits`: what the boxes of its file say, 8 where there are none.

    Raises PictureUnsupported for modes that have no codes, and where Pillow would cut them to 8 bits.
    """
    if image.mode == FLOAT_MODE:
        raise PictureUnsupported(name, "samples of floats (mode F)", KEEP_FLOATS)
    if image.mode not in (*PLAIN_MODES, *DEEP_MODES, WIDE_MODE):
        raise PictureUnsupported(name, f"the mode {image.mode}", CONVERT)
    if boxed_bits > NARROW_BITS and image.mode in DEEP_MODES:
        return boxed_bits
    stated = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (NARROW_BITS,))
    deepest = max(boxed_bits, *stated) if isinstance(stated, tuple) else int(stated)
    if image.mode in DEEP_MODES:
        return deepest if NARROW_BITS < deepest <= DEEP_BITS else DEEP_BITS
    if image.mode == WIDE_MODE:
        return DEEP_BITS
    if deepest > NARROW_BITS:
        raise PictureUnsupported(
            name, f"{image.mode} of {deepest} bits", FROM_FILE if name == "Pillow" else SAVE_SHALLOW
        )
    return NARROW_BITS


def deep_remark(image: Any) -> str:
    """Return what to say of a PNG that Pillow opened and will cut to 8 bits, "" of all else; of a loaded one it is
    not known any more.
    """
    kinds = [each.args for each in getattr(image, "tile", ())]
    cut = image.format == "PNG" and image.mode not in DEEP_MODES
    return CUT_REMARK if cut and any(isinstance(kind, str) and kind.endswith(";16B") for kind in kinds) else ""


def plain_samples(image: Image, name: str, *, multiplied: bool = False) -> PlainSamples:
    """Return the samples of a loaded image; a transparent colour that is used becomes a further channel.

    `multiplied`: modes whose colours are multiplied by transparency stay as they are.  The mode is one that `code_bits`
    knows.  Raises PictureUnsupported, PictureDamaged.
    """
    plain = _deep(image, name) if image.mode in (*DEEP_MODES, WIDE_MODE) else _narrow(image, name, multiplied)
    key = image.info.get("transparency")
    if key is None or image.mode not in KEYED_MODES:
        return plain
    return plain._replace(samples=with_key(plain.samples, _key(key, plain.samples.shape[2], name)))


def _deep(image: Image, name: str) -> PlainSamples:
    """Return the samples of an image of 16 bits, or of 32 that need no more."""
    stored = np.asarray(image)
    least, largest = int(stored.min(initial=0)), int(stored.max(initial=0))
    if least < 0 or largest > MOST:
        raise PictureUnsupported(name, f"samples of {least} to {largest}, beyond 16 bits,", SCALE)
    dark = image.format is None and 0 < largest < DARK
    remark = DARK_REMARK.format(largest=largest, bits=max(8, largest.bit_length())) if dark else ""
    return PlainSamples(stored.astype(np.uint16)[:, :, None], remark)


def _narrow(image: Image, name: str, multiplied: bool) -> PlainSamples:
    """Return the samples of an image of 8 bits or of a palette."""
    if image.mode == "CMYK":
        return _of_cmyk(image)
    if multiplied and image.mode in MULTIPLIED_MODES:
        return PlainSamples(_array(image))
    if image.mode == "LAB":
        left = LAB_PROFILE_LEFT if image.info.get("icc_profile") else ""
        return PlainSamples(_array(_of_lab(image, name)), LAB_REMARK + left, is_srgb=True)
    mode = PLAIN_MODES[image.mode]
    mode = "RGBA" if image.mode == "P" and image.has_transparency_data else mode
    if getattr(image, "tag_v2", {}).get(SAMPLE_FORMAT) in (SIGNED, (SIGNED,)):
        _require_positive(image, name)
    remark = YCC_REMARK if image.mode == "YCbCr" else ""
    return PlainSamples(_array(image if mode == image.mode else image.convert(mode)), remark)


def _require_positive(image: Image, name: str) -> None:
    """Raise PictureUnsupported where samples of a signed byte are negative, which Pillow takes for 128 and more."""
    signed = np.asarray(image, dtype=np.uint8).view(np.int8)
    if signed.size and int(signed.min()) < 0:
        raise PictureUnsupported(name, f"samples of {signed.min()} to {signed.max()}", LIFT)


def _array(image: Image) -> Codes:
    """Return 8 bits of a sample, [rows, columns, channels]."""
    samples: npt.NDArray[np.uint8] = np.asarray(image, dtype=np.uint8)
    return samples if samples.ndim == 3 else samples[:, :, None]


def _of_cmyk(image: Image) -> PlainSamples:
    """Return CMYK as RGB: by its profile where it has one that is sound, as printers' proofs on a display are made."""
    from refdec.formats.icc import read_icc

    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and profile[16:20] == b"CMYK":
        try:
            with damage_named("ICC profile"):
                shown = _proof(image, profile)
        except PictureDamaged:
            pass  # the remark of the simple formula says that none was of use
        else:
            called = read_icc(profile).name
            said = f"ICC profile '{called}'" if called else "ICC profile"
            return PlainSamples(_array(shown), PROFILE_REMARK.format(profile=said), is_srgb=True)
    return PlainSamples(_array(image.convert("RGB")), CMYK_REMARK)


def _proof(image: Image, profile: bytes) -> Image:
    """Return CMYK as sRGB, by relative colorimetry with the black points on each other."""
    from PIL import ImageCms

    shown = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if shown is None:
        raise ValueError("it was changed in place")
    return shown


def _of_lab(image: Image, name: str) -> Image:
    """Return LAB as Pillow shows it: sRGB.  Raises PictureUnsupported where Pillow has no colour management."""
    from PIL import features

    if not features.check("littlecms2"):
        missing = "the mode LAB, as long as this Pillow has no colour management (LittleCMS),"
        raise PictureUnsupported(name, missing, "Install another one: pip install --upgrade pillow")
    return image.convert("RGB")


def _key(key: object, channels: int, name: str) -> npt.NDArray[np.int64]:
    """Return a transparent colour, one number for each channel.  Raises PictureDamaged."""
    numbers = key if isinstance(key, tuple) else (key,)
    if len(numbers) != channels or not all(isinstance(number, Integral) for number in numbers):
        raise PictureDamaged(name, f"its transparent colour is {key!r:.60}")
    return np.array([int(number) for number in numbers], np.int64)
