"""Errors of frames say which they are: the frame by its number, and the file that it is in.

In: errors of picture readers.  Out: `FrameSourceWrong`, which holds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refdec.errors import FileError, InputError
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.sequences.errors import FrameSourceWrong

__all__ = ["naming_picture", "naming_place"]


@contextmanager
def naming_place(name: str, number: int) -> Iterator[None]:
    """Let what is wrong with a frame of a file, from 1, say where it is.  Raises FrameSourceWrong in its place."""
    try:
        yield
    except (PictureDamaged, PictureUnsupported) as problem:
        raise FrameSourceWrong(f"{name}, frame {number}", problem) from problem


@contextmanager
def naming_picture(picture: object, number: int) -> Iterator[None]:
    """Let what is wrong with a picture of a folder say which it is, from 1; others are no files of their own.

    Raises FrameSourceWrong in place of an InputError.
    """
    try:
        yield
    except InputError as problem:
        named = problem.source or isinstance(problem, FrameSourceWrong | FileError)  # it may be another file
        if named or not isinstance(picture, Path):
            raise
        raise FrameSourceWrong(f"{picture}, frame {number}", problem) from problem
