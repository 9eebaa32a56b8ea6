"""One input or many: which of the names is the output, and what one file or a batch shows while it is worked on.

In: the names that a user typed, and options of a batch.  Out: a source and a target, or sources and a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from refdec.cli import console
from refdec.cli.errors import InputAsTarget, OutputExists, OutputFolderMissing, SeveralFilesOnly, WrongNumbers
from refdec.cli.outputs import PIPE, Inputs, require_apart, require_distinct, require_none_replaced, spelled
from refdec.formats.folders import names_folder
from refdec.formats.pipes import is_pipe, named
from refdec.parallel.places import is_folder, is_there

if TYPE_CHECKING:
    from refdec.parallel.batch import BatchOptions
    from refdec.parallel.outcomes import Outcome, Summary

__all__ = ["BatchWishes", "FileCommand", "OneFile", "SeveralFiles", "places", "run_one", "run_several"]

DONE = "done"


@dataclass(frozen=True, slots=True)
class FileCommand:
    """A command that makes files of files: its name, the suffix that it gives, the suffixes of what it reads."""

    name: str
    suffix: str
    reads: Collection[str]


@dataclass(frozen=True, slots=True)
class OneFile:
    """One input and its output."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class SeveralFiles:
    """Any number of inputs and the folder for their outputs."""

    sources: tuple[str, ...]
    folder: Path

    def require_distinct(
        self, beside: Inputs, report: Path | None, suffixes: Collection[str], reads: Collection[str]
    ) -> None:
        """Raise FileTwice if an output or the report would replace what is read, or each other.

        `beside`: what is read beside the sources, of which folders have files with suffixes of `reads`; `suffixes`:
        those of outputs.
        """
        require_distinct({"an input": self.sources, **beside}, {"--report": report}, below=reads)
        require_none_replaced(self.sources, self.folder, suffixes, {**beside, "--report": report})


@dataclass(frozen=True, slots=True)
class BatchWishes:
    """Options that describe a batch."""

    workers: int | None
    report: Path | None
    executor: str | None
    timeout: float | None
    overwrite: bool

    def refuse_for_one(self, command: str, *, workers: bool = False) -> None:
        """Raise SeveralFilesOnly if one of them is given; `workers`: whether they mean a batch too."""
        wishes = {"--report": self.report, "--executor": self.executor, "--timeout": self.timeout}
        wishes |= {"--workers": self.workers} if workers else {}
        for option, wish in wishes.items():
            if wish is not None:
                raise SeveralFilesOnly(option, command)

    def options(self) -> BatchOptions:
        """Return the options of the batch.  Raises WrongNumbers."""
        from refdec.parallel.batch import BatchOptions

        if self.timeout is not None and not 0 < self.timeout < inf:
            raise WrongNumbers("--timeout", "a number of seconds above 0", str(self.timeout))
        return BatchOptions(self.workers, self.executor, timeout_s=self.timeout, resume=not self.overwrite)


def places(command: FileCommand, sources: Sequence[str], out: str | None, *, overwrite: bool) -> OneFile | SeveralFiles:
    """Return what the names stand for: of two the second is the output, unless --out names it.

    --out is a file where one file is the input, and the name is -, or has a suffix and no / at its end; else it is a
    folder.  Raises
    InputAsTarget, OutputExists, OutputFolderMissing.
    """
    from refdec.api.found_files import is_archive

    several = is_archive(sources[0])
    if out is not None:
        alone = len(sources) == 1 and not several
        folder = Path(out)
        if alone and (spelled(out) == PIPE or (folder.suffix and not is_folder(folder) and not names_folder(out))):
            return _as_one_file(command, sources[0], out)
        return _as_several(sources, out)
    if len(sources) == 2:
        return _as_several(sources[:1], sources[1]) if several else _as_one_file(command, *sources)
    if len(sources) > 1 or several:
        raise OutputFolderMissing(command.name)
    if is_pipe(sources[0]):
        return OneFile(PIPE, PIPE)
    target = Path(sources[0]).with_suffix(command.suffix)
    if is_there(target) and not overwrite:
        raise OutputExists(str(target))
    return OneFile(sources[0], str(target))


def _as_several(sources: Sequence[str], folder: str) -> SeveralFiles:
    """Return inputs and their folder.  Raises BadParameter for standard output, which takes one file."""
    if spelled(folder) == PIPE:
        raise typer.BadParameter("- is standard output, which takes one file: several outputs need a folder")
    return SeveralFiles(tuple(sources), Path(folder))


def _as_one_file(command: FileCommand, source: str, target: str) -> OneFile:
    """Return one input and its output; raises InputAsTarget where the output is named like another input."""
    if Path(target).suffix.lower() in command.reads and os.path.realpath(source) != os.path.realpath(target):
        raise InputAsTarget(command.name, source, target)
    return OneFile(source, spelled(target))


class _Reported(Protocol):
    """What a codestream that was made is told about."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about it."""

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""


Made = TypeVar("Made", bound=_Reported)


def run_one(
    doing: str,
    place: OneFile,
    work: Callable[..., Made],
    in_words: Callable[[Made], str],
    *,
    beside: Inputs,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Make one codestream by `work(progress=...)`: show what is being done ("encoding"), and tell what was made.

    `beside`: what is read beside the source.
    Raises FileTwice, TimeIsUp after `seconds`, and what `work` raises.
    """
    from refdec.cli.deadline import in_time
    from refdec.cli.startup import prepare_process
    from refdec.cli.warnings import show_warnings

    require_apart(place.target, as_json=as_json)
    require_distinct({"the input": place.source, **beside}, {"the codestream": place.target})
    prepare_process()
    with console.progress(f"{doing} {Path(place.source).name}") as show:
        report = in_time(seconds, partial(work, progress=show))
    show_warnings(report.warnings)
    if place.target == PIPE:
        return
    if as_json:
        console.show_json(report.as_json())
    else:
        console.ending(f"{place.target}: {in_words(report)}")


def run_several(done: str, run: Callable[[Callable[[Outcome], None]], Summary], *, as_json: bool) -> None:
    """Run a batch, count on stderr what is `done` ("decoded"), and exit with the code of its summary."""
    from refdec.cli.warnings import show_warnings

    with console.counter(done) as count:

        def watch(outcome: Outcome) -> None:
            count(outcome.status.value)
            called = named(outcome.job.input)
            show_warnings(outcome.details.get("warnings", ()), source=called)
            if outcome.message is not None:
                console.say(f"refdec: {called}: {outcome.message.splitlines()[0]}", always=True)
            elif outcome.status == DONE and (name := _longer_name(outcome)) is not None:
                console.say(f"refdec: {called}: written as {name}: its folder has two of that name")

        summary = run(watch)
    if as_json:
        console.show_json(summary.as_json())
    else:
        console.say(summary.explain(), always=bool(summary.stopped))
    raise typer.Exit(summary.exit_code)


def _longer_name(outcome: Outcome) -> str | None:
    """Return the name of an output that keeps the suffix of its input, because two inputs have one name before it."""
    output, source = outcome.job.output, outcome.job.input
    return output.name if output is not None and source.suffix and output.stem == source.name else None
