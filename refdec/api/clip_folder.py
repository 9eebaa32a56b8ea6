"""Clips to folders: a picture file for each frame.

In: a `Clip`, a folder and a `DecodeJob`.  Out: the folder, which appears with all of them, or is left as it was, and a
`DecodeReport`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.clip_tally import FrameTally
from refdec.api.clips import Clip, naming_frame
from refdec.errors import RefdecError
from refdec.formats.file_errors import file_unwritable
from refdec.formats.files import NamedBytes
from refdec.formats.unfinished import Unfinished, unfinished_folder
from refdec.parallel.places import is_there

if TYPE_CHECKING:
    from refdec.api.decode_job import DecodeJob
    from refdec.api.decode_report import DecodeReport
    from refdec.observation import Progress

__all__ = ["clip_to_folder"]

FRAME_SUFFIX = ".png"
FEWEST_DIGITS = 5


def clip_to_folder(clip: Clip, folder: Path, job: DecodeJob, on_progress: Progress) -> DecodeReport:
    """Write a picture for each frame; frames of the same bytes are decoded once, damaged ones are left out, and named.

    Raises FileUnwritable; FrameDamaged or FrameUnsupported where no frame decodes.
    """
    tally, written = FrameTally(), list[Path]()
    try:
        unfinished = unfinished_folder(folder.resolve())
    except OSError as reason:
        raise file_unwritable(str(folder), reason) from reason
    try:
        suffix = job.suffix or FRAME_SUFFIX
        name = f"frame-%0{max(FEWEST_DIGITS, len(str(len(clip))))}d{suffix}"
        of_one = replace(job, suffix=suffix, options=replace(job.options, workers=1))
        work = partial(_frame_file, job=of_one, folder=unfinished.path, name=name)
        for number, made in clip.mapped(work, range(1, len(clip) + 1), workers=job.options.workers):
            on_progress(number / len(clip))
            path = unfinished.path.joinpath(name % number)
            if isinstance(made, RefdecError):
                tally.problem(made)
                continue
            if not is_there(path):  # the same bytes as the frame before
                shutil.copyfile(written[-1], path)
            written.append(path)
            tally.add_report(made)
        if not written:
            assert tally.first_problem is not None, "a clip has frames"
            raise tally.first_problem
        _move(unfinished, folder)
    finally:
        unfinished.remove()
    lost = ("a folder does not say how long frames are shown: refdec info says it",)
    return tally.report(str(folder), len(written), lost)


def _move(unfinished: Unfinished, folder: Path) -> None:
    """Give a folder its name, or move what is in it into one that is there."""
    try:
        if not is_there(folder):
            unfinished.become(folder)
            return
        for path in sorted(unfinished.path.iterdir()):
            path.replace(folder.joinpath(path.name))
    except OSError as reason:
        raise file_unwritable(str(folder), reason) from reason


def _frame_file(clip: Clip, number: int, *, job: DecodeJob, folder: Path, name: str) -> DecodeReport:
    """Write the picture of a frame into a folder."""
    from refdec.api.decode_file import decode_to_file

    with naming_frame(clip, number):
        source = NamedBytes(clip.still(number), clip.name)
        return decode_to_file(source, folder.joinpath(name % number), job, weights=clip.pack)
