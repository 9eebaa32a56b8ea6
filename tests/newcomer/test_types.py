"""Types of refdec are seen by mypy where refdec is installed editable, as developers of plugins have it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.newcomer.environment import Newcomer

PROGRAM = """\
import refdec
from refdec.plugins.api import Mask

reveal_type(refdec.decode("photo.jai"))
reveal_type(refdec.decode("photo.jai").array)
reveal_type(refdec.encode(refdec.decode("photo.jai"), bpp=0.5))
reveal_type(Mask)
refdec.decode("photo.jai", workerz=2)
refdec.read_info(1.5)
"""


def test_mypy_sees_the_types(newcomer: Newcomer, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(PROGRAM)
    options = ["--strict", "--no-error-summary", "--python-executable", str(newcomer.venv / "bin" / "python")]
    command = [sys.executable, "-m", "mypy", *options, "--cache-dir", str(tmp_path / "cache"), "user.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if "defined in" not in line]
    assert len(found) == 6, done.stdout + done.stderr
    assert re.search(r'Revealed type is "refdec\.[\w.]+\.Picture"', found[0])
    assert "numpy.ndarray[" in found[1]
    assert 'Revealed type is "bytes"' in found[2].replace("builtins.", "")
    assert "refdec.plugins" in found[3] and "Mask" in found[3]
    assert 'Unexpected keyword argument "workerz"' in found[4]
    assert '"float"' in found[5]
