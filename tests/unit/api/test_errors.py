"""Errors of files that stand beside what is worked on: two that are compared, a mask (other tests hold the rest)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import refdec
from refdec.api import errors
from refdec.api.diff import diff_files
from refdec.api.picture_differences import DifferenceFile
from refdec.errors import RefdecError


def files(folder: Path, *contents: bytes) -> tuple[Path, ...]:
    for number, content in enumerate(contents):
        (folder / f"{number}").write_bytes(content)
    return tuple(folder / f"{number}" for number, _ in enumerate(contents))


def compare(folder: Path, first: bytes, second: bytes) -> object:
    return diff_files(*files(folder, first, second))


CAUSES: dict[type[RefdecError], Callable[[Path], object]] = {
    errors.DumpUnreadable: lambda folder: compare(folder, b"PK\3\4", b"PK\3\4"),
    errors.KindUnknown: lambda folder: compare(folder, b"words", b"words"),
    errors.NoDifferencePicture: lambda folder: diff_files(
        *files(folder, b"{}", b"{}"), show=DifferenceFile(folder / "d.png")
    ),
    errors.OptionForOtherKind: lambda folder: diff_files(*files(folder, b"{}", b"{}"), decode=True),
    errors.KindsDiffer: lambda folder: compare(folder, b"{}", b"PK\3\4"),
    errors.MaskWrong: lambda folder: refdec.encode(np.zeros((9, 9), np.uint8), roi=files(folder, b"words")[0]),
}
