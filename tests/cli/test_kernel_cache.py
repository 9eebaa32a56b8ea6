"""A cache of kernels never stops a command: each case is a whole process with a cache in some state.

All kernels are compiled once; damage is done to few of them in a copy, so that little is compiled again.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "golden" / "vectors" / "bop_off_64x64.jai"
DEMO = ROOT / "refdec" / "data" / "demo.jai"
FEW = ("refdec.picture.kernels", "refdec.latent.kernels")
"""Kernels that compile within a second or two."""
LOAD = f"""
from refdec import jit
from refdec.startup import prepare_kernels
prepare_kernels()
for name in {FEW}: jit.load(name)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds what a decode has compiled, and the other kernels of the few modules."""
    folder = tmp_path_factory.mktemp("cache") / "kernels"
    done = decode(folder.parent / "out.ppm", NUMBA_CACHE_DIR=str(folder))
    assert done.returncode == 0
    assert done.stderr.splitlines()[0].startswith("refdec: compiling kernels, once")
    assert "kernels" not in "".join(done.stderr.splitlines()[1:])
    assert load(NUMBA_CACHE_DIR=str(folder)).returncode == 0
    return folder


@pytest.fixture
def cache(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of a whole cache."""
    return shutil.copytree(whole, tmp_path / "cache")


def run(command: list[object], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command without what the caller's environment says about caches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "PYTHONWARN"))}
    return subprocess.run(
        [str(word) for word in command], env={**kept, **settings}, capture_output=True, text=True, cwd=ROOT
    )


def decode(out: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "refdec.cli", "decode", DEMO, out], **settings)


def load(**settings: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-c", LOAD], **settings)


def few(cache: Path) -> list[Path]:
    return sorted(path for name in FEW for path in (cache / name).iterdir())


def states(cache: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in cache.rglob("*")}


def test_a_whole_cache_is_used_and_left_alone(cache: Path, tmp_path: Path) -> None:
    before = states(cache)
    done = decode(tmp_path / "out.ppm", NUMBA_CACHE_DIR=str(cache))
    assert (done.returncode, done.stderr) == (0, "")
    assert states(cache) == before


def of_another_class(path: Path, key_and_code: bytes) -> bytes:
    """Return a pickle of something else."""
    return pickle.dumps({"another": Path("class")})


DAMAGE: dict[str, Callable[[Path, bytes], bytes]] = {
    "empty": lambda path, held: b"",
    "cut": lambda path, held: held[: len(held) // 2],
    "random": lambda path, held: bytes(range(256)) * 8,
    "one bit of the code": lambda path, held: held[:-40] + bytes([held[-40] ^ 4]) + held[-39:],
    "a pickle of another class": of_another_class,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_said_once_and_mended(damage: str, cache: Path, tmp_path: Path) -> None:
    """Found: an index of no bytes made every command print `Aborted.` for ever."""
    for path in few(cache):
        path.write_bytes(DAMAGE[damage](path, path.read_bytes()))
    out = tmp_path / "out.ppm"
    done = decode(out, NUMBA_CACHE_DIR=str(cache))
    assert done.returncode == 0, done.stderr
    said, compiling = done.stderr.splitlines()
    assert said.startswith(f"refdec: cache of kernels: {cache}") and "damaged, deleted; compiled again" in said
    assert compiling.startswith("refdec: compiling kernels, once")
    again = decode(tmp_path / "again.ppm", NUMBA_CACHE_DIR=str(cache))
    assert (again.returncode, again.stderr) == (0, "")
    assert out.read_bytes() == (tmp_path / "again.ppm").read_bytes()


def test_folders_in_place_of_files(cache: Path, tmp_path: Path) -> None:
    for path in few(cache):
        path.unlink()
        path.mkdir()
    done = decode(tmp_path / "out.ppm", NUMBA_CACHE_DIR=str(cache))
    assert done.returncode == 0, done.stderr
    first, second = done.stderr.splitlines()
    assert "something else than a file is in the way" in first and "for this process alone" in first
    assert "compiling kernels" in second


def test_the_library_warns_once(cache: Path) -> None:
    for path in few(cache):
        path.write_bytes(b"")
    done = load(NUMBA_CACHE_DIR=str(cache))
    assert done.returncode == 0
    assert done.stderr.count("KernelCacheWarning: ") == 1
    again = load(NUMBA_CACHE_DIR=str(cache))
    assert (again.returncode, again.stderr) == (0, "")


def test_warnings_as_errors_stop_no_decode(cache: Path) -> None:
    for path in few(cache):
        path.write_bytes(b"")
    done = run([sys.executable, "-W", "error", "-c", LOAD], NUMBA_CACHE_DIR=str(cache))
    assert done.returncode == 0, done.stderr
    assert "cache of kernels" in done.stderr


def test_the_log_says_that_kernels_are_compiled_before_the_first(tmp_path: Path) -> None:
    log = "import logging; logging.basicConfig(level=logging.INFO)\n"
    done = run([sys.executable, "-c", log + LOAD], NUMBA_CACHE_DIR=str(tmp_path / "new"))
    assert done.returncode == 0
    assert done.stderr.count("INFO:refdec:compiling kernels, once") == 1


@pytest.mark.parametrize("place", ["file", "below a file", "proc"])
def test_a_chosen_folder_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    """Found: exit code 70.  Kernels are compiled for the process, and that is said."""
    (tmp_path / "file").write_text("in the way")
    chosen = {"file": tmp_path / "file", "below a file": tmp_path / "file" / "below", "proc": Path("/proc/refdec")}
    done = load(NUMBA_CACHE_DIR=str(chosen[place]))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("KernelCacheWarning: ") == 1 and str(chosen[place]) in done.stderr
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """No HOME, or one that is not there, as in containers with a user of their own; or a file for XDG_CACHE_HOME."""
    (tmp_path / "file").write_text("in the way")
    for settings in ({"XDG_CACHE_HOME": str(tmp_path / "file")}, {"HOME": "/proc/none", "XDG_CACHE_HOME": ""}):
        done = load(**settings)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("KernelCacheWarning: ") == 1


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """The limit of a file's size stands in for a full disk: both are refused writes."""
    pytest.importorskip("resource")
    code = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    done = run([sys.executable, "-B", "-c", code + LOAD], NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert "File too large" in done.stderr and str(tmp_path / "cache" / "refdec.") in done.stderr
    assert done.stderr.count("KernelCacheWarning: ") == 1
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


@pytest.fixture
def cache_for_all(whole: Path) -> Iterator[Path]:
    """Return a copy that every user can read; folders of pytest are for one user alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield shutil.copytree(whole, Path(folder) / "cache")


def test_a_complete_cache_is_used_by_another_user_who_cannot_write(cache_for_all: Path) -> None:
    """Found: an image built as root and run as somebody compiled everything in each process."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv, to become another user")
    other = ["setpriv", "--reuid=4321", "--regid=4321", "--clear-groups"]
    if run([*other, sys.executable, "-c", "import numba, refdec"], HOME="/nonexistent").returncode:
        pytest.skip("another user cannot run this Python, or read this checkout")
    before, settings = states(cache_for_all), {"NUMBA_CACHE_DIR": str(cache_for_all), "HOME": "/nonexistent"}
    command = [*other, sys.executable, "-m", "refdec.cli", "decode", DEMO, os.devnull, "--format", "ppm"]
    done = run(command, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert states(cache_for_all) == before
    few(cache_for_all)[0].unlink()
    done = run([*other, sys.executable, "-c", LOAD], **settings)
    assert done.returncode == 0
    assert "Permission denied" in done.stderr and done.stderr.count("KernelCacheWarning: ") == 1


def test_two_first_runs_at_the_same_time(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "PYTHONWARN"))}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD],
            env={**kept, "NUMBA_CACHE_DIR": str(cache)},
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    assert [(one.communicate()[1], one.returncode) for one in both] == [("", 0)] * 2
    before = states(cache)
    assert not [name for name in before if name.endswith(".part")]
    done = load(NUMBA_CACHE_DIR=str(cache))
    assert (done.returncode, done.stderr) == (0, "")
    assert states(cache) == before, "the third run compiles nothing"


def test_kernels_of_another_processor_stand_beside(cache: Path) -> None:
    """A home that two machines share: neither compiles again because the other one ran."""
    before, count = states(cache), len(few(cache))
    other = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(cache)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    command = [sys.executable, "-c", LOAD]
    done = subprocess.run(command, env={**kept, **other}, capture_output=True, text=True, cwd=ROOT)
    if "CPU" in done.stderr:
        pytest.skip("this LLVM has no other processor of this kind")
    assert (done.returncode, done.stderr) == (0, "")
    added = states(cache)
    files = [name for name in before if Path(name).is_file()]
    assert {name: added[name] for name in files} == {name: before[name] for name in files}
    assert len(few(cache)) == 2 * count
    done = load(NUMBA_CACHE_DIR=str(cache))
    assert (done.returncode, done.stderr) == (0, "")
    assert states(cache) == added


def test_a_folder_of_files_with_a_damaged_cache(cache: Path, tmp_path: Path) -> None:
    for path in few(cache):
        path.write_bytes(b"")
    (tmp_path / "in").mkdir()
    for name in ("a.jai", "b.jai"):
        shutil.copy(DEMO, tmp_path / "in" / name)
    command = [sys.executable, "-m", "refdec.cli", "decode", tmp_path / "in", "--out", tmp_path / "out"]
    done = run([*command, "--workers", "2"], NUMBA_CACHE_DIR=str(cache))
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 2
    again = run([*command, "--workers", "2", "--overwrite"], NUMBA_CACHE_DIR=str(cache))
    assert "kernels" not in again.stderr


def test_warm_tells_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code = "from refdec import startup; startup.DECODER_KERNELS = startup.ENCODER_KERNELS[-1:]\n"
    code += "startup.ENCODER_KERNELS = ()\nimport sys; sys.argv = ['refdec', 'warm']\n"
    code += "from refdec.cli.__main__ import main; main()"
    done = run([sys.executable, "-c", code], NUMBA_CACHE_DIR=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "nothing is kept" in done.stdout
    done = run([sys.executable, "-c", code], NUMBA_CACHE_DIR=str(tmp_path / "folder"))
    assert done.returncode == 0
    assert f"kept in {tmp_path / 'folder'}" in done.stdout
