"""Numba is loaded by the first picture, not by the modules: commands that only read headers start fast."""

from __future__ import annotations

import subprocess
import sys

MODULES = (
    "refdec.picture.colour",
    "refdec.picture.output",
    "refdec.picture.source",
    "refdec.picture.filters.chain",
    "refdec.picture.filters.eicci",
    "refdec.picture.filters.eicci_network",
    "refdec.formats.files",
    "refdec.formats.png_reader",
)


def test_importing_loads_no_numba() -> None:
    code = f"import sys, {', '.join(MODULES)}; print([m for m in ('numba', 'PIL.Image') if m in sys.modules])"
    path = [entry for entry in sys.path if entry]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"
