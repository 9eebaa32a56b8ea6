"""The same integers with the JIT on and off (6.5 item 1), and without a single overflow warning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.unit.networks.without_jit import digests

ROOT = Path(__file__).resolve().parents[3]


def test_operators_without_compilation() -> None:
    path = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    run = subprocess.run(
        [sys.executable, "-m", "tests.unit.networks.without_jit"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    pairs = (line.split("  ", 1) for line in run.stdout.splitlines())
    plain = {name: digest for digest, name in pairs}
    assert plain == digests()
