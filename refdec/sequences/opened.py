"""What a source of moving pictures is: a folder, an animation, or raw video; its content tells.

In: a path, bytes, or a binary file object.  Out: `MovingPicture`, or None for a single picture, or what is none at all.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

from refdec.formats.errors import FileUnreadable
from refdec.formats.file_errors import file_unreadable
from refdec.formats.files import Source, name_of, read_bytes
from refdec.formats.pipes import is_read_once, named
from refdec.limits import Limits
from refdec.parallel.places import is_folder
from refdec.sequences.animations import animation_suffix, moving_animation
from refdec.sequences.frame_folder import moving_folder
from refdec.sequences.moving import MovingPicture
from refdec.sequences.y4m import Y4M_START, moving_y4m

__all__ = ["is_always_moving", "moving_picture", "moving_start"]

LOOKED_AT = 64


def moving_start(data: bytes) -> bool:
    """Tell whether data begin like a file that may hold moving pictures."""
    return data.startswith(Y4M_START) or bool(animation_suffix(data))


def is_always_moving(data: bytes) -> bool:
    """Tell whether no reader of single pictures knows what data begin like: raw video, AVIF."""
    return data.startswith(Y4M_START) or animation_suffix(data) == ".avif"


def moving_picture(source: Source, limits: Limits) -> MovingPicture | None:
    """Return the frames of a source; raw video is read while they are asked for, other files at once.

    Raises FileUnreadable, FileTooLong, NoFrames, PictureDamaged, PictureUnsupported, PictureTooLarge, TooLarge.
    """
    if isinstance(source, str | Path) and not is_read_once(source):
        if is_folder(source):
            try:
                return moving_folder(Path(source), limits)
            except OSError as reason:
                raise file_unreadable(str(source), reason) from reason
        stream = _opened(Path(source))
        start = stream.read(LOOKED_AT)
        stream.seek(0)
        if start.startswith(Y4M_START):
            return moving_y4m(stream, name=str(source), limits=limits)
        stream.close()
        if not animation_suffix(start):
            return None
    data = read_bytes(source, limits=limits)
    if data.startswith(Y4M_START):
        return moving_y4m(io.BytesIO(data), name=name_of(source), limits=limits)
    return moving_animation(data, name=name_of(source), limits=limits) if animation_suffix(data) else None


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as reason:
        raise file_unreadable(named(path), reason) from reason
    except ValueError as reason:  # a NUL in a path
        raise FileUnreadable(named(path), str(reason)) from reason
