"""Where compiled kernels are kept: the user's cache, the user's choice, or nowhere; and who hears of trouble."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refdec import startup

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
from refdec.startup import prepare_kernels
from refdec import kernel_choices
prepare_kernels()
print(kernel_choices.kept_in())
kernel_choices.use_cache(None)
prepare_kernels()
print(kernel_choices.kept_in())
"""
TROUBLE = """
from pathlib import Path
from refdec import kernel_choices, startup
from refdec.kernel_store import CacheTrouble
said = []
startup.prepare_kernels(said.append)
for lasting in (False, True, False, True):
    kernel_choices._chosen.trouble(CacheTrouble(Path("x"), "a fault", lasting))
    kernel_choices._chosen.compiling("a.kernel")
print(*said, sep="\\n")
print(startup.kept_folder())
"""
OTHERS = {"arithmetic/scalars.py"}
"""Kernels that others bring along."""


def probe(code: str = PROBE, **settings: str) -> list[str]:
    """Prepare in a fresh process; return the lines that it prints."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA") and k not in {"XDG_CACHE_HOME", "HOME"}}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={**kept, **settings}
    )
    return ran.stdout.splitlines()


needs_xdg = pytest.mark.skipif(sys.platform != "linux", reason="the cache folder is chosen by $XDG_CACHE_HOME")


@needs_xdg
def test_kernels_are_kept_in_the_users_cache(tmp_path: Path) -> None:
    """A later call changes nothing."""
    first, second = probe(XDG_CACHE_HOME=str(tmp_path))
    assert Path(first).is_relative_to(tmp_path / "refdec")
    assert second == "None"
    assert list(tmp_path.iterdir()) == [], "nothing is made before there is something to keep"


@needs_xdg
def test_a_cache_that_is_nowhere_is_not_made_here(tmp_path: Path) -> None:
    (found, _) = probe(HOME="", XDG_CACHE_HOME="relative/place")
    assert found == "None" or Path(found).is_absolute()
    assert not Path(found).is_relative_to(ROOT)


def test_the_users_choice_stays(tmp_path: Path) -> None:
    assert probe(NUMBA_CACHE_DIR=str(tmp_path))[0] == str(tmp_path)


def test_each_thing_is_said_once(tmp_path: Path) -> None:
    *said, folder = probe(TROUBLE, NUMBA_CACHE_DIR=str(tmp_path))
    assert [line.split(": ", 1)[0] for line in said] == ["refdec"] * 3
    assert "x: a fault; compiled again" in said[0]
    assert "compiling kernels, once" in said[1]
    assert "x: a fault; kernels are compiled for this process alone" in said[2]
    assert folder == "None", "what is not kept is not said to be kept"


def test_nothing_is_compiled_where_jit_is_off() -> None:
    code = "from refdec.startup import *; prepare_kernels(); load_kernels(); print(kept_folder())"
    assert probe(code, NUMBA_DISABLE_JIT="1") == ["None"]


def test_warm_knows_all_kernels() -> None:
    files = [path for path in (ROOT / "refdec").rglob("*.py") if "\n@kernel(" in path.read_text()]
    found = {str(path.relative_to(ROOT / "refdec")) for path in files} - OTHERS
    known = {
        name.removeprefix("refdec.").replace(".", "/") + ".py"
        for name in startup.modules_of(hop=True, writer=True, encoder=True, heads=True, lossless=True)
    }
    assert found == known
