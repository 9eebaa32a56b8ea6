"""Which of the names that were typed make a clip of a folder.

In: sources and output.  Out: a source and a target, or nothing where they mean something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refdec.cli.batches import OneFile
from refdec.cli.outputs import spelled
from refdec.formats.kinds import CODESTREAM_SUFFIXES, FILE_SUFFIXES
from refdec.parallel.places import is_folder

__all__ = ["clip_place"]


def clip_place(sources: Sequence[str], out: str | None, frame: int | None = None) -> OneFile | None:
    """Return a folder and the file that it becomes: of the suffix of a clip, or (`frame`: the one picture of the folder
    that is wanted) of any of ours; no folder itself.
    """
    names = [*sources, *([] if out is None else [out])]
    if len(names) != 2 or not is_folder(names[0]):
        return None
    target = Path(names[1])
    suffixes = FILE_SUFFIXES if frame is None else CODESTREAM_SUFFIXES
    if target.suffix.lower() not in suffixes or is_folder(target):
        return None
    return OneFile(names[0], spelled(names[1]))
