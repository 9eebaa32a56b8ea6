"""Which of the names that were typed make a clip of a folder.

In: sources and output.  Out: a source and a target, or nothing where they mean something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refdec.cli.batches import OneFile
from refdec.cli.outputs import spelled
from refdec.formats.kinds import FILE_SUFFIXES

__all__ = ["clip_place"]


def clip_place(sources: Sequence[str], out: Path | None) -> OneFile | None:
    """Return a folder and the clip that it becomes: one folder, and a file of its suffix that is no folder."""
    names = [*sources, *([] if out is None else [str(out)])]
    if len(names) != 2 or not Path(names[0]).is_dir():
        return None
    target = Path(names[1])
    if target.suffix.lower() not in FILE_SUFFIXES or target.is_dir():
        return None
    return OneFile(names[0], spelled(names[1]))
