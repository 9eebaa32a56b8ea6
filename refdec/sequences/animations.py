"""GIF, APNG, WebP and AVIF animations, read by Pillow: each frame as it is shown, on the whole canvas.

In: the bytes of a file.  Out: `MovingPicture`, or None where it holds one picture.  Sizes are compared with the limits
before Pillow decodes anything, the number of frames before any is handed out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from refdec.bitstream.firstbytes import START_BYTES
from refdec.errors import CodestreamError, RefdecError, UnsupportedError
from refdec.formats.boxed_pictures import NOTHING_BOXED, BoxedFacts, animation_facts, cropped
from refdec.formats.description import NOTHING_SAID, SourceDescription
from refdec.formats.errors import PictureUnsupported
from refdec.formats.foreign_readers import damage_named
from refdec.formats.pictures import require_pixels
from refdec.formats.pillow_reader import opened_by_pillow, picture_of_image, webp_size
from refdec.formats.png_chunks import files_in
from refdec.formats.png_description import png_description
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.tracks import tracks_of
from refdec.limits import Limits
from refdec.sequences.frame_naming import naming_place
from refdec.sequences.moving import FOR_EVER, ONCE, MovingFrame, MovingPicture

__all__ = ["animation_suffix", "moving_animation"]

NAMES = {".gif": "GIF", ".png": "PNG", ".webp": "WebP", ".avif": "AVIF"}
USUAL = Fraction(1, 10)
"""What browsers give a frame that states no duration."""
UNSTATED = "frames without a duration of their own are shown for a tenth of a second, as browsers do"
STILL_REMARK = "left behind: the still picture that the file shows where animations are not known"
DEEP_REMARK = "Pillow reads AVIF in 8 bits, the samples of this file have more"
UNREAD_REMARK = "left behind: what its boxes say of cropping, colours and how often it plays, as they cannot be read: "
UNTIMED_REMARK = "taken to play for ever, as its track cannot be read: "
MILLISECONDS = 1000
LARGEST_DENOMINATOR = 65535
"""That of a delay in an APNG."""
NARROW = 8


def animation_suffix(data: bytes) -> str:
    """Return the suffix of the format that data begin like, "" where it is none that holds animations."""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    brands = data[8 : min(int.from_bytes(data[:4], "big"), START_BYTES)]
    return ".avif" if data[4:8] == b"ftyp" and b"avis" in brands else ""


def moving_animation(data: bytes, *, name: str, limits: Limits) -> MovingPicture | None:
    """Return the frames of an animation, None where there is one picture.

    Raises PictureDamaged, PictureUnsupported, PictureTooLarge, PictureNeedsMemory, TooLarge.
    """
    suffix = animation_suffix(data)
    kind, said = NAMES[suffix], NOTHING_SAID
    if suffix == ".png":
        files, surplus_bytes = files_in(data)
        if len(files) > 1 or files[0].frames < 2:
            return None
        require_pixels(files[0].head.width, files[0].head.height, limits)
        if files[0].head.depth > NARROW:
            raise PictureUnsupported("PNG", "an animation of 16 bits (put its frames into a folder)")
        said = png_description(files[0], surplus_bytes)
    elif suffix == ".webp":
        require_pixels(*webp_size(data), limits)
    with damage_named(kind):
        image: Any = opened_by_pillow(data, kind)
    width, height = image.size
    require_pixels(width, height, limits)
    with damage_named(kind):
        count = int(getattr(image, "n_frames", 1))
    if count < 2:
        return None
    limits.require("number of frames", count, limits.samples)
    first = int(bool(getattr(image, "default_image", False)))
    boxed = _boxed(data, limits) if suffix == ".avif" else _Boxed(NOTHING_BOXED, _plays(image, suffix))
    frames = _frames(image, _Kind(kind, name, said, boxed.facts), range(first, count), limits)
    remarks = (*((STILL_REMARK,) if first else ()), *boxed.remarks)
    return MovingPicture(name, frames, count - first, USUAL, boxed.plays, remarks, UNSTATED)


class _Kind(NamedTuple):
    """Of which format and file frames are; `said`, `boxed`: what is known of all, where Pillow does not say it."""

    format_name: str
    name: str
    said: SourceDescription
    boxed: BoxedFacts


def _frames(image: Any, kind: _Kind, indices: range, limits: Limits) -> Iterator[MovingFrame]:
    """Yield frames one by one.  Raises FrameSourceWrong."""
    facts = replace(kind.boxed, bits=NARROW)  # as Pillow gives them
    for number, index in enumerate(indices, 1):
        with naming_place(kind.name, number):
            with damage_named(kind.format_name):
                image.seek(index)
                image.load()
            picture = picture_of_image(image, name=kind.format_name, limits=limits, keep_alpha=True, boxed=facts)
            if kind.said is not NOTHING_SAID:
                picture = replace(picture, description=kind.said)
            picture = cropped(picture, kind.boxed.part, kind.format_name)
        yield MovingFrame(picture, _duration(image.info.get("duration")))


def _duration(milliseconds: Any) -> Fraction | None:
    """Return the seconds that Pillow tells, None for none at all."""
    found = Fraction(Fraction(milliseconds or 0), MILLISECONDS)
    return found.limit_denominator(LARGEST_DENOMINATOR) or None


def _plays(image: Any, suffix: str) -> int:
    """Return how often an animation plays; GIF counts repetitions, and says nothing where there are none."""
    stated = image.info.get("loop")
    if suffix != ".gif":
        return int(stated or FOR_EVER)
    return ONCE if stated is None else FOR_EVER if stated == 0 else int(stated) + 1


class _Boxed(NamedTuple):
    """What is said of all frames: facts, how often they are shown, and sentences about what is not known."""

    facts: BoxedFacts
    plays: int
    remarks: tuple[str, ...] = ()


def _boxed(data: bytes, limits: Limits) -> _Boxed:
    """Return what the boxes of an AVIF say, which Pillow does not tell.  Raises PictureDamaged, TooLarge."""
    try:
        boxes = read_boxes(data, limits=limits)
    except (CodestreamError, UnsupportedError) as reason:
        return _Boxed(NOTHING_BOXED, FOR_EVER, (UNREAD_REMARK + _first_line(reason),))
    facts = animation_facts(boxes)
    remarks = (DEEP_REMARK,) if facts.bits > NARROW else ()
    try:
        tracks = tracks_of(next((box for box in boxes if box.kind == "moov"), FileBox("moov")), limits)
    except (CodestreamError, UnsupportedError) as reason:
        return _Boxed(facts, FOR_EVER, (*remarks, UNTIMED_REMARK + _first_line(reason)))
    return _Boxed(facts, tracks[0].plays if tracks else FOR_EVER, remarks)


def _first_line(reason: RefdecError) -> str:
    return reason.explain().splitlines()[0].rstrip(".")
