"""What a source becomes: a clip, or one picture.

In: a source, and wishes.  Out: `MovingPicture`; or the source, and the options for the one picture that it is.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from refdec.api.clip_options import ClipOptions
from refdec.api.encode_options import EncodeOptions
from refdec.bitstream.firstbytes import START_BYTES
from refdec.decoding.options import limits_or_default
from refdec.formats.errors import NoSuchPicture
from refdec.formats.files import NamedBytes, name_of
from refdec.formats.pipes import is_read_once, named
from refdec.parallel.places import is_folder
from refdec.sequences.errors import ClipOption, NotAClip
from refdec.sequences.moving import MovingPicture

if TYPE_CHECKING:
    from refdec.api.sources import Encodable
    from refdec.formats.files import Source
    from refdec.limits import Limits

__all__ = ["moving_or_still"]


def moving_or_still(
    source: Encodable, options: EncodeOptions, clip: ClipOptions, *, in_file: bool
) -> MovingPicture | tuple[Encodable, EncodeOptions]:
    """Return what becomes a clip; or the source, or the frame of it that is wanted, and options, for one picture.

    Raises NotAClip where a clip is wished for and the source is one picture, ClipOption where a bare codestream is to
    hold frames, and what reading raises.
    """
    from refdec.sequences.opened import is_always_moving, moving_picture, moving_start

    wished = clip.says_something
    limits = limits_or_default(options.limits)
    given = _named_source(source, limits)
    still = source if given is None or isinstance(given, str) else given
    moving = None
    if given is not None and not options.format and options.size is None:
        if isinstance(given, str) and is_folder(given):
            moving = moving_picture(given, limits)
        elif moving_start(start := _start_of(given)) and (options.frame is None or is_always_moving(start)):
            moving = moving_picture(given if isinstance(given, str) else given.getvalue(), limits)
            moving = moving and replace(moving, name=name_of(cast("Source", source)))
    if moving is None:
        if wished:
            raise NotAClip("--fps" if clip.fps is not None else "--loops")
        return still, options
    if options.frame is not None:
        return _chosen(moving, options.frame), replace(options, frame=None)
    if in_file:
        return moving
    if wished or moving.count is None:
        raise ClipOption("A bare codestream", "A clip lies in a file: name it OUT.jaii; or choose one frame: --frame N")
    return still, options  # the reader of single pictures says how many there are


def _named_source(source: Encodable, limits: Limits) -> str | NamedBytes | None:
    """Return the path of a source, or the bytes of what can be read once, under its name; None for what is no file."""
    if isinstance(source, str | os.PathLike) and not is_read_once(source):
        return named(source)
    if isinstance(source, bytes | bytearray | memoryview | str | os.PathLike) or (
        hasattr(source, "read") and not hasattr(source, "__array__") and not hasattr(source, "__array_interface__")
    ):
        from refdec.formats.files import read_bytes

        return NamedBytes(read_bytes(cast("Source", source), limits=limits), name_of(cast("Source", source)))
    return None


def _start_of(given: str | NamedBytes) -> bytes:
    if isinstance(given, NamedBytes):
        return given.getvalue()[:START_BYTES]
    try:
        with Path(given).open("rb") as file:
            return file.read(START_BYTES)
    except (OSError, ValueError):
        return b""  # who reads it whole says what is wrong


def _chosen(moving: MovingPicture, wanted: int) -> Encodable:
    """Return one frame of a source, counted from 1.  Raises NoSuchPicture."""
    from refdec.formats.pictures import CodePicture

    count = 0
    for count, frame in enumerate(moving.frames, 1):
        if count == wanted:
            if not isinstance(frame.picture, CodePicture):  # a file of a folder
                return cast("Encodable", frame.picture)
            picture = frame.picture
            remarks = (*picture.description.remarks, *moving.remarks)
            return replace(picture, description=replace(picture.description, remarks=remarks))
    raise NoSuchPicture(moving.name, count, wanted)
