"""The table of benchmarks: a task's is one entry.

In: which data lies where.  Out: rows of every entry that has data; of the others it is said whether rows of before are
kept, or why there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from refdec.bench.tasks.detect import DETECT
from refdec.bench.tasks.enhance import enhance_rows
from refdec.bench.tasks.errors import DataUnclear, NoData
from refdec.bench.tasks.events import event_rows
from refdec.bench.tasks.faces import FACES
from refdec.bench.tasks.figures import TaskRow
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.near_duplicates import near_duplicate_rows
from refdec.bench.tasks.pair import NAME, pair_rows
from refdec.bench.tasks.per_picture import picture_rows
from refdec.bench.tasks.segment import SEGMENT
from refdec.bench.tasks.thumbnail import THUMBNAIL
from refdec.bench.tasks.whole_pictures import CLASSIFY, EMBED
from refdec.parallel.places import is_folder

__all__ = ["ENTRIES", "TaskBench", "folders_of", "measured"]


@dataclass(frozen=True, slots=True)
class TaskBench:
    """A task, what its data is, and what yields its rows, the names of which begin with `begins`, or the task's."""

    task: str
    data: str
    rows: Callable[[Ground, Path], Iterator[TaskRow]]
    begins: str = ""

    def made_one_of(self, rows: Iterable[TaskRow]) -> bool:
        """Tell whether one of these rows is of this benchmark."""
        return any(row.task.startswith(self.begins or self.task) for row in rows)


PAIR = "pair"
"""No task, but one network that was trained twice alike."""
ENTRIES = (
    TaskBench("thumbnail", "any pictures", partial(picture_rows, THUMBNAIL)),
    TaskBench("retrieval", "any pictures", near_duplicate_rows),
    TaskBench("events", "any pictures, of which recordings are made", event_rows),
    TaskBench("enhance", "any good pictures, which are spoilt", enhance_rows),
    TaskBench("classify", "a folder of pictures for each class", partial(picture_rows, CLASSIFY)),
    TaskBench("embed", "a folder of pictures for each class", partial(picture_rows, EMBED)),
    TaskBench(PAIR, "what the task of --pair's heads is measured on, and --pair", pair_rows, NAME),
    TaskBench("segment", "folders pictures and masks (PNG) in it", partial(picture_rows, SEGMENT)),
    TaskBench("detect", "pictures with VOC XML files", partial(picture_rows, DETECT)),
    TaskBench("faces", "pictures with VOC XML files of faces", partial(picture_rows, FACES)),
)
"""A new benchmark adds one."""


def folders_of(texts: Sequence[str]) -> dict[str, Path]:
    """Return the folders of "TASK=FOLDER" by task.  Raises DataUnclear, NoData."""
    known = tuple(entry.task for entry in ENTRIES)
    found = {}
    for text in texts:
        task, given, where = text.partition("=")
        if task not in known or not given or not where:
            raise DataUnclear(text, known)
        found[task] = Path(where)
        if not is_folder(found[task]):
            raise NoData(where, "is no folder")
    return found


def measured(ground: Ground, folders: Mapping[str, Path], kept: Sequence[TaskRow] = ()) -> Iterator[TaskRow]:
    """Yield the rows of every benchmark that has data, in the order of the table; `kept`: those of before."""
    for entry in ENTRIES:
        if entry.task != PAIR and entry.task not in ground.plugins.tasks:
            ground.say(f"{entry.task}: left out, no such task is installed")
            continue
        if entry.task not in folders and entry.made_one_of(kept):
            ground.say(f"{entry.task}: kept as it was measured (--data {entry.task}=FOLDER measures it anew)")
            continue
        if entry.task not in folders:
            ground.say(f"{entry.task}: left out, no data (--data {entry.task}=FOLDER: {entry.data})")
            continue
        yield from entry.rows(ground, folders[entry.task])
