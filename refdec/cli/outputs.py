"""Files that a command is about to write: none of them is one that it reads, and no two of them are one; nor are two
inputs standard input.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import typer

from refdec.cli.errors import FileTwice, OutputNotNamed, OutputTwice
from refdec.formats.pipes import PIPE, is_pipe, named
from refdec.formats.sinks import sink_of
from refdec.formats.standard_output import is_standard_output
from refdec.parallel.places import is_file, is_folder, is_there

__all__ = [
    "PIPE",
    "Inputs",
    "files_named",
    "output_of",
    "require_apart",
    "require_distinct",
    "require_files",
    "require_none_replaced",
    "require_one_pipe",
    "require_writable",
    "spelled",
]

Inputs: TypeAlias = Mapping[str, str | Path | Sequence[str | Path] | None]
"""What a command reads: an option or a name ("the input"), and its paths, folders and patterns, as they were typed."""


def spelled(output: str | Path) -> str:
    """Return an output as it was typed; "-" for every name of standard output, beside which nothing is said there."""
    return PIPE if is_standard_output(output) else named(output)


def require_distinct(inputs: Inputs, outputs: Mapping[str, str | Path | None], *, below: Collection[str] = ()) -> None:
    """Raise FileTwice if an output (its option or name, its path; None: not wanted) is an input or another output.

    `below`: suffixes of the files that are read in folders.  Devices and pipes are nothing that could be replaced.
    """
    places = dict[str, str]()
    for what, source in _each(inputs):
        places.setdefault(os.path.realpath(source), _in_words(what))
    for what, path in outputs.items():
        if path is None or spelled(path) == PIPE:
            continue
        place = os.path.realpath(path)
        if is_there(place) and not is_file(place) and not is_folder(place):
            continue
        held = (_in_words(name) for name, source in _each(inputs) if _holds(source, path, below))
        if (other := places.get(place) or next(held, None)) is not None:
            raise FileTwice(what, named(path), other)
        places[place] = _in_words(what)


def require_none_replaced(
    sources: Sequence[str | Path], folder: Path, suffixes: Collection[str], files: Inputs
) -> None:
    """Raise FileTwice if what becomes of one of several inputs would replace another file of the command.

    `folder`, `suffixes`: of the outputs, which are called as the inputs and lie as these do.  `files`: what is read or
    written beside them.
    """
    for what, path in _each(files):
        place, root = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
        if place.suffix.lower() not in suffixes or not place.is_relative_to(root):
            continue
        if any(_becomes(source, place.relative_to(root)) for source in sources):
            raise FileTwice("an output", named(path), _in_words(what))


def files_named(option: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return those values of KEY=VALUE that are files, by what names them: "--option mask"."""
    return {f"{option} {key}": text for key, value in values.items() if is_file(text := str(value))}


def _each(inputs: Inputs) -> Iterator[tuple[str, str | Path]]:
    """Yield name and path of everything that is read, but for standard input."""
    for what, paths in inputs.items():
        if paths is not None:
            for path in [paths] if isinstance(paths, str | Path) else paths:
                if not is_pipe(path):
                    yield what, path


def _in_words(what: str) -> str:
    """Return what a file is called: that of an option is what the option names."""
    return f"what {what} names" if what.startswith("-") else what


def _holds(source: str | Path, path: str | Path, suffixes: Collection[str]) -> bool:
    """Tell whether a file is there and is one of a folder or of a pattern."""
    if not is_file(path):
        return False
    place = os.path.realpath(path)
    if is_folder(source):
        folders = (os.path.realpath(source), Path(source).absolute())  # what lies in it may be a link
        inside = any(Path(one).is_relative_to(folder) for one in (place, Path(path).absolute()) for folder in folders)
        return inside and Path(path).suffix.lower() in suffixes
    return place in map(os.path.realpath, _matching(source))


def _matching(source: str | Path) -> Sequence[str]:
    """Return the files that a pattern names; a file is its own."""
    text = os.fspath(source)
    if not glob.has_magic(text) or is_there(text):
        return [text]
    return glob.glob(text, recursive=True)  # noqa: PTH207 - any root


def _becomes(source: str | Path, place: Path) -> bool:
    """Tell whether something of a source gets an output at this place below the folder of outputs."""
    if is_folder(source):
        beside = Path(source) / place.parent
        names = [path.name for path in beside.iterdir()] if is_folder(beside) else []
        return any(place.stem in (name, Path(name).stem) for name in names)
    return not place.parent.name and any(Path(match).stem == place.stem for match in _matching(source))


def require_apart(target: str, *, as_json: bool) -> None:
    """Raise BadParameter where --json would be printed to standard output, and the file goes there."""
    if as_json and target == PIPE:
        raise typer.BadParameter("--json is printed to standard output, where the file goes: name a file")


def require_files(command: str, outputs: Mapping[str, str | Path | None]) -> None:
    """Raise BadParameter for an output (its option or name, its path) that is standard output, where a command has its
    own words.
    """
    for what, path in outputs.items():
        if path is not None and spelled(path) == PIPE:
            raise typer.BadParameter(f"{what} is a file: what {command} says goes to standard output")


def require_writable(outputs: Iterable[str | Path | None]) -> None:
    """Raise FileUnwritable for a file (None: not wanted) that cannot be begun, before long work would be lost."""
    for path in outputs:
        if path is not None and spelled(path) != PIPE and (is_file(path) or not is_there(path)):
            sink_of(path).discard()


def require_one_pipe(sources: Sequence[str]) -> None:
    """Raise BadParameter if more than one source is standard input, which is read once."""
    if sources.count(PIPE) > 1:
        raise typer.BadParameter("- is standard input, which can be read once: name a file for the other one")


def output_of(argument: str | Path | None, option: str | None, default: str | None = None) -> str:
    """Return the output that an argument or -o names, else the default.  Raises OutputTwice, OutputNotNamed."""
    if argument is not None and option is not None:
        raise OutputTwice(named(argument), option)
    chosen = option if argument is None else argument
    wanted = default if chosen is None else chosen
    if wanted is None:
        raise OutputNotNamed
    return spelled(wanted)
