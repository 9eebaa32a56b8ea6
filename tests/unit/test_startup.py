"""Where compiled kernels are kept: the user's cache, the user's choice, or nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refdec.startup import DECODER_KERNELS, HOP_KERNELS

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
from refdec.startup import prepare_kernels
from refdec import jit
cold, again = prepare_kernels(), prepare_kernels()
print(cold, again, jit.chosen_folder(), jit._options["cache"])
"""
OTHERS = {"entropy/encoder_kernels.py", "latent/choice_kernels.py", "formats/png_kernels.py", "arithmetic/scalars.py"}
"""Kernels that no decoder loads."""


def probe(**settings: str) -> list[str]:
    """Prepare in a fresh process; return (cold, cold when asked again, folder, cached)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA") and k != "XDG_CACHE_HOME"}
    ran = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, cwd=ROOT, env={**kept, **settings}
    )
    return ran.stdout.split()


needs_xdg = pytest.mark.skipif(sys.platform != "linux", reason="the cache folder is chosen by $XDG_CACHE_HOME")


@needs_xdg
def test_an_empty_cache_is_cold_once(tmp_path: Path) -> None:
    cold, again, folder, cached = probe(XDG_CACHE_HOME=str(tmp_path))
    assert (cold, again, cached) == ("True", "False", "True")
    assert Path(folder).is_relative_to(tmp_path / "refdec")
    (Path(folder) / "some.nbi").write_bytes(b"")
    assert probe(XDG_CACHE_HOME=str(tmp_path))[0] == "False"


@needs_xdg
def test_a_folder_that_cannot_be_made_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert probe(XDG_CACHE_HOME=str(tmp_path / "file")) == ["True", "False", "None", "False"]


def test_the_users_choice_stays(tmp_path: Path) -> None:
    assert probe(NUMBA_CACHE_DIR=str(tmp_path))[2] == str(tmp_path)


def test_nothing_is_compiled_where_jit_is_off() -> None:
    assert probe(NUMBA_DISABLE_JIT="1")[0] == "False"


def test_warm_knows_all_kernels_of_the_decoder() -> None:
    files = [path for path in (ROOT / "refdec").rglob("*.py") if "\n@kernel(" in path.read_text()]
    found = {str(path.relative_to(ROOT / "refdec")) for path in files} - OTHERS
    known = {name.removeprefix("refdec.").replace(".", "/") + ".py" for name in (*DECODER_KERNELS, *HOP_KERNELS)}
    assert found == known
