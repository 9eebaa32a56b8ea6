"""Commands at a limit of processes: what is made is the same, and one line says that fewer workers make it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import refdec
from refdec.bench.streams import repeated_stream
from refdec.startup import kept_folder, load_kernels, prepare_kernels

ROOT = Path(__file__).resolve().parents[2]
DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
SOMEBODY = f"{70_000 + os.getpid() % 50_000}"
"""Another user, who has no processes: the limit does not count for root."""
AS_SOMEBODY = (
    *("setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a folder for everybody, with a picture for workers and the bytes that it decodes to."""
    tools = shutil.which("setpriv") and shutil.which("prlimit")
    if not tools or subprocess.run([*AS_SOMEBODY, "true"], capture_output=True).returncode:
        pytest.skip("needs root, setpriv and prlimit, to have a limit that counts")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        weights = refdec.load_weights(None)
        Path(name, "long.jai").write_bytes(repeated_stream(DEMO.read_bytes(), weights, 1536, 1280))
        Path(name, "in").mkdir(0o755)
        for n in range(3):
            shutil.copy(DEMO, Path(name, "in", f"{n}.jai"))
        picture = refdec.decode(Path(name, "long.jai"))
        Path(name, "whole.ppm").write_bytes(b"P6\n1536 1280\n255\n" + picture.array.tobytes())
        yield Path(name)


def run(folder: Path, processes: int, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
    prepare_kernels()
    load_kernels()
    kept = {"NUMBA_CACHE_DIR": str(kept_folder() or folder / "kernels"), "HOME": str(folder)}
    command = [*AS_SOMEBODY, "prlimit", f"--nproc={processes}", sys.executable, "-m", "refdec.cli", *map(str, words)]
    paths = os.pathsep.join(str(ROOT / name) for name in ("", "encoders", "tasks", "spec_tables"))
    environment = {**os.environ, "PYTHONPATH": paths, **kept, **settings}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)


@pytest.mark.parametrize(("processes", "said"), [(1, "no worker"), (2, "1 of 3"), (3, ""), (7, None)])
def test_a_decode_with_fewer_workers_is_the_same(processes: int, said: str | None, folder: Path) -> None:
    """Found: `Resource temporarily unavailable`, or the traceback of a worker that got no thread.

    Between 4 and 6 processes it depends on how long workers have threads of their own whether the third is started.
    """
    out = folder / f"{processes}.ppm"
    done = run(folder, processes, "decode", folder / "long.jai", out, "--workers", 3)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == (folder / "whole.ppm").read_bytes()
    told = [line for line in done.stderr.splitlines() if "the system starts" in line]
    assert [line.startswith(f"refdec: warning: the system starts {said}") for line in told] == [True] * (
        said is not None
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("processes", "said"), [(1, "no worker"), (2, "1 of 2")])
def test_so_is_an_archive(processes: int, said: str, folder: Path) -> None:
    out = folder / f"out{processes}"
    done = run(folder, processes, "decode", folder / "in", "--out", out, "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert len({path.read_bytes() for path in out.iterdir()}) == 1 and len(list(out.iterdir())) == 3
    assert done.stderr.count(f"refdec: warning: the system starts {said} ") == 1 and "Traceback" not in done.stderr
