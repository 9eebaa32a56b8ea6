"""Findings as files: one for each kind, the smallest input that was seen, with its traceback beside it."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

__all__ = ["kind_of", "save_finding"]


def kind_of(problem: BaseException) -> str:
    """Return a name for a finding: the exception and the innermost line of refdec."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f"{os.sep}refdec{os.sep}" in f.filename]
    place = frames[-1] if frames else traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}-{Path(place.filename).stem}-{place.lineno}"


def save_finding(folder: Path, target: str, data: bytes, problem: BaseException) -> Path | None:
    """Write the input and the traceback of a new kind of finding; None if the kind is known and not longer."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{target}-{kind_of(problem)}.bin"
    if path.exists() and path.stat().st_size <= len(data):
        return None
    path.write_bytes(data)
    path.with_suffix(".txt").write_text("".join(traceback.format_exception(problem)), encoding="utf-8")
    return path
