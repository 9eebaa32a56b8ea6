"""Writing animations by Pillow: GIF, APNG, WebP and AVIF, each frame with its duration.

In: pictures of 8 bits as images of Pillow, durations.  Out: the bytes of a file.  Pillow holds all frames until the
last is there: who writes long clips takes y4m or a folder.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from refdec.formats.colours import colour_tags
from refdec.formats.errors import FormatCannotHold
from refdec.formats.png import png_chunk
from refdec.formats.png_light import light_chunks
from refdec.sequences.moving import FOR_EVER, ONCE
from refdec.sequences.timing import in_units, seconds_in_words

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.bitstream.rendering import RenderingInfo

__all__ = ["ANIMATION_SUFFIXES", "LONGEST_TIMES", "animation_bytes", "lost_in"]

ANIMATION_SUFFIXES = {".gif": "GIF", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF"}
LONGEST_SIDE = {".gif": 65535, ".webp": 16383, ".avif": 65536}
MOST_PLAYS = 65535
MILLISECONDS, HUNDREDTHS = 1000, 100
MOST_IN_16_BITS = 65535
LONGEST_TIMES = {
    ".gif": Fraction(MOST_IN_16_BITS, HUNDREDTHS),
    ".png": Fraction(MOST_IN_16_BITS),
    ".webp": Fraction((1 << 24) - 1, MILLISECONDS),
    ".avif": Fraction((1 << 32) - 1, MILLISECONDS),
}
"""Seconds of a frame: 16 bits of hundredths, a fraction of two numbers of 16 bits, 24 and 32 bits of thousandths."""
AVIF_QUALITY = 95
XMP_KEYWORD = "XML:com.adobe.xmp"
HEADER_END = 33
"""Bytes of the signature and IHDR of a PNG."""


def lost_in(suffix: str, durations: Sequence[Fraction], plays: int, *, transparent: bool) -> tuple[str, ...]:
    """Return sentences about what a format does not hold of a clip: colours, times, how often it plays."""
    said = []
    units = HUNDREDTHS if suffix == ".gif" else MILLISECONDS
    if suffix == ".gif":
        said.append("gif holds 256 colours a frame" + (", and transparency is all or nothing" if transparent else ""))
    if suffix == ".avif":
        said.append(f"avif is written with quality {AVIF_QUALITY}, not without loss")
    if suffix == ".png" and any(_apng_time(one) != one for one in durations):
        said.append(f"png counts times in fractions of numbers up to {MOST_IN_16_BITS}: they are rounded")
    if suffix != ".png" and any((one * units).denominator != 1 for one in durations):
        said.append(
            f"{suffix[1:]} counts times in {'hundredths' if units == HUNDREDTHS else 'thousandths'} of a second: "
            "they are rounded"
        )
    if plays > MOST_PLAYS or (suffix == ".avif" and plays != FOR_EVER):
        said.append(f"{suffix[1:]} is written to play for ever, the clip plays {plays} times")
    return tuple(said)


def animation_bytes(
    suffix: str,
    images: Sequence[Image],
    durations: Sequence[Fraction],
    plays: int,
    rendering: RenderingInfo | None = None,
) -> bytes:
    """Return the file of an animation; an APNG says colours and light of `rendering`, which Pillow has no words for.

    Raises FormatCannotHold for sides and times that are too long, and without AVIF.
    """
    first, *others = images
    longest = LONGEST_SIDE.get(suffix)
    if longest is not None and max(first.size) > longest:
        width, height = first.size
        raise FormatCannotHold(suffix[1:], f"{width} x {height} samples", "Write .png, or a folder: OUT/")
    if max(durations) > LONGEST_TIMES[suffix]:
        what = f"a frame of {seconds_in_words(max(durations))} seconds"
        raise FormatCannotHold(suffix[1:], what, "Write a folder of pictures: OUT/")
    target, wishes = io.BytesIO(), _wishes(suffix, durations, plays)
    metadata = _metadata(first, suffix)
    try:
        first.save(target, ANIMATION_SUFFIXES[suffix], save_all=True, append_images=others, **metadata, **wishes)
    except KeyError as reason:  # the format is not in this Pillow
        raise FormatCannotHold(
            suffix[1:], "anything here: Pillow is built without it", "Write .png or .webp."
        ) from reason
    except (ValueError, OverflowError, RuntimeError) as reason:  # times that are too long together
        raise FormatCannotHold(suffix[1:], f"this clip ({reason})", "Write a folder: OUT/") from reason
    data = target.getvalue()
    return data if suffix != ".png" or rendering is None else _with_colours(data, rendering)


def _apng_time(seconds: Fraction) -> Fraction:
    """Return the fraction nearest to a time whose numerator and denominator have 16 bits, which APNG counts with."""
    if seconds <= 1:
        return seconds.limit_denominator(MOST_IN_16_BITS)
    found = Fraction(seconds.denominator, seconds.numerator).limit_denominator(MOST_IN_16_BITS)
    return Fraction(found.denominator, found.numerator)


def _with_colours(png: bytes, rendering: RenderingInfo) -> bytes:
    """Return a PNG with the chunks cICP, mDCV and cLLI behind its header."""
    cicp, _ = colour_tags(rendering)
    chunks = [] if cicp is None else [(b"cICP", bytes([*cicp, 0, 1]))]
    chunks += light_chunks(rendering)
    made = b"".join(png_chunk(kind, body) for kind, body in chunks)
    return png[:HEADER_END] + made + png[HEADER_END:]


def _metadata(image: Image, suffix: str) -> dict[str, Any]:
    """Return what Pillow is told about profile, Exif data and XMP, which a PNG has as a text."""
    keys = () if suffix == ".gif" else ("icc_profile", "exif", "xmp")
    found = {key: image.info[key] for key in keys if image.info.get(key)}
    if suffix == ".png" and "xmp" in found:
        from PIL.PngImagePlugin import PngInfo

        texts = PngInfo()
        texts.add_itxt(XMP_KEYWORD, found.pop("xmp").decode("utf-8", "replace"))
        found["pnginfo"] = texts
    return found


def _wishes(suffix: str, durations: Sequence[Fraction], plays: int) -> dict[str, Any]:
    """Return what Pillow is told about times, loops and coding."""
    endless = plays == FOR_EVER or plays > MOST_PLAYS
    if suffix == ".gif":
        times = [10 * each for each in in_units(durations, HUNDREDTHS)]
        return {"duration": times, "disposal": 2, **({} if plays == ONCE else {"loop": 0 if endless else plays - 1})}
    if suffix == ".png":  # Pillow takes thousandths, and finds the fraction again
        return {"duration": [_apng_time(one) * MILLISECONDS for one in durations], "loop": 0 if endless else plays}
    times = in_units(durations, MILLISECONDS)
    if suffix == ".webp":
        return {"duration": times, "loop": 0 if endless else plays, "lossless": True, "minimize_size": False}
    return {"duration": times, "quality": AVIF_QUALITY, "subsampling": "4:4:4"}
