"""From a folder of checkpoint files to a pack (4.11, 6.2): any subset of models and synthesis transforms.

In: file names with something to read each.  Out: the pack, and one row a file that says what became of it.  Opening the
files is left to the caller: each is a function that opens it, or bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from refdec.clauses import clause
from refdec.errors import WeightsError
from refdec.weights.container import MOST_BYTES
from refdec.weights.errors import CheckpointRefused, DuplicateCheckpoint, NothingToImport
from refdec.weights.errors_files import ArchiveTooLarge, UnresolvedPointer
from refdec.weights.importer import import_tensors, unexpected_keys
from refdec.weights.names import name_of_file, name_of_text
from refdec.weights.pack import NO_NOTES, Checkpoint, Origin, PackNotes, WeightPack
from refdec.weights.recognise import is_lfs_pointer, pointed_at, recognise
from refdec.weights.tensorfile import TensorFile

__all__ = ["FileRow", "FileToImport", "ImportProgress", "Imported", "import_folder", "with_models_of"]

FileToImport: TypeAlias = Callable[[], BinaryIO] | bytes
ImportProgress: TypeAlias = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the next file)."""
FLOAT_ANCESTOR = "VM_common/"
# why a file is left aside
ANCESTOR = "the floating-point ancestor of VM_common_int; streams do not use it"
NO_CHECKPOINT = "a stage of training; streams do not use it"
UNKNOWN = "neither a checkpoint by its name nor a published file"


@dataclass(frozen=True, slots=True)
class FileRow:
    """What became of one file; `checkpoint` is None where it was left aside, and `remark` says why.

    `published`: it is a file of the reference software.  `unexpected`: its tensors that no network uses.
    """

    file: str
    checkpoint: str | None
    published: bool
    unexpected: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import."""

    pack: WeightPack
    rows: tuple[FileRow, ...]


def _content(file: FileToImport) -> bytes:
    if isinstance(file, bytes):
        return file
    with file() as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ArchiveTooLarge("bytes", len(data), MOST_BYTES)
    return data


def _import_file(file: str, content: FileToImport) -> tuple[FileRow, Checkpoint | None]:
    """Import one file, or tell why it is left aside."""
    named = name_of_file(file)
    if named is None and not file.endswith(".pth"):
        return FileRow(file, None, False, (), "not a checkpoint by its name"), None
    data = _content(content)
    pointer = is_lfs_pointer(data)
    known = None if pointer else recognise(data)
    published = pointed_at(data) if pointer else known and known.file
    name = published.checkpoint if published else named
    unused = NO_CHECKPOINT if published else UNKNOWN
    if name is None or name.kind.startswith(FLOAT_ANCESTOR):
        return FileRow(file, None, known is not None, (), unused if name is None else ANCESTOR), None
    if pointer:
        raise UnresolvedPointer(name.file)
    tensors = TensorFile(data)
    checkpoint = import_tensors(name, tensors, origin=Origin(file, known is not None))
    remark = f"published file, by its {known.by}" if known else "own weights"
    return FileRow(file, checkpoint.name, known is not None, unexpected_keys(name, tensors), remark), checkpoint


@clause("6.2")
def import_folder(
    files: Mapping[str, FileToImport], *, on_progress: ImportProgress | None = None, notes: PackNotes = NO_NOTES
) -> Imported:
    """(6.2) Import all checkpoints among the files (names relative to their folder, `/` or `__` between the parts).

    Files that are no checkpoints by their names are left aside.  Raises CheckpointRefused for the first file that
    should be one and is not sound, DuplicateCheckpoint, or NothingToImport.
    """
    rows: list[FileRow] = []
    found: dict[str, Checkpoint] = {}
    for index, file in enumerate(sorted(files)):
        if on_progress is not None:
            on_progress(index, len(files), file)
        try:
            row, checkpoint = _import_file(file, files[file])
        except WeightsError as reason:
            raise CheckpointRefused(file, reason) from reason
        rows.append(row)
        if checkpoint is not None:
            if checkpoint.name in found:
                raise DuplicateCheckpoint(checkpoint.name, found[checkpoint.name].origin.file, file)
            found[checkpoint.name] = checkpoint
    if not found:
        raise NothingToImport(len(files))
    if on_progress is not None:
        on_progress(len(files), len(files), "")
    return Imported(WeightPack.of((found[name] for name in sorted(found)), notes), tuple(rows))


def with_models_of(pack: WeightPack, other: WeightPack) -> WeightPack:
    """Return a pack with the models (and eICCI networks) of another pack beside its own, as they are.

    A model that both have is the first pack's alone: parts of two trainings do not fit together.  Title, licence and
    notes are the other pack's where the first has none.
    """
    own = {name_of_text(name).model_id for name in pack.names()}
    kept = [name for name in other.names() if name_of_text(name).model_id not in own]
    made = {name: pack.by_name(name) for name in pack.names()} | {name: other.by_name(name) for name in kept}
    notes = PackNotes(
        title=pack.notes.title or other.notes.title,
        licence=pack.notes.licence or other.notes.licence,
        notes=pack.notes.notes or other.notes.notes,
    )
    return WeightPack.of((made[name] for name in sorted(made)), notes)
