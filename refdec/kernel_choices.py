"""What entry points and the settings of Numba have chosen for kernels: where they are kept, what they are made for, who
else makes them, and who hears of it.

In: calls of an entry point, the environment.  Out: what `kernel_files` and `jit` ask for.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from refdec.kernel_store import CacheTrouble

__all__ = [
    "Beside",
    "Partner",
    "chosen_folder",
    "folder_for",
    "has_wide_vectors",
    "is_disabled",
    "kept_in",
    "listen",
    "made_for",
    "partner",
    "share",
    "tell_compiling",
    "trouble_teller",
    "use_cache",
]

SETTING, FOLDER_SETTING = "NUMBA_", "NUMBA_CACHE_DIR"
SETTINGS_FILE = ".numba_config.yaml"


class Beside:
    """Said for a folder: kernels are kept beside their sources, where Python keeps what it compiles."""


def _nothing_to_say(*told: object) -> None:
    """Take it without a word."""


class Partner(Protocol):
    """Another process that compiles kernels into the same folder at the same time (`refdec.parallel.compiling`)."""

    def made(self, what: str) -> bool:
        """Tell whether the partner has made what is not kept; waits for it, if it is at it."""

    def begins(self, what: str) -> None:
        """Tell the partner that something is being compiled here."""

    def ends(self, what: str) -> None:
        """Tell the partner that it is kept now, or will not be."""


@dataclass(slots=True)
class _Chosen:
    """What an entry point has said: where kernels are kept, who else makes them, and who hears of them."""

    folder: Path | Beside | None = field(default_factory=Beside)
    partner: Partner | None = None
    compiling: Callable[[str], None] = _nothing_to_say
    trouble: Callable[[CacheTrouble], None] = _nothing_to_say


_chosen = _Chosen()


def _setting(name: str) -> Any:
    """Return a setting of Numba's, read as Numba reads it, without importing it for that."""
    if "numba" in sys.modules or Path(SETTINGS_FILE).exists():
        import numba

        return getattr(numba.config, name)
    return os.environ.get(SETTING + name, "")


def is_disabled() -> bool:
    """Tell whether kernels stay plain Python (NUMBA_DISABLE_JIT=1)."""
    try:
        return bool(int(_setting("DISABLE_JIT") or 0))
    except ValueError:  # Numba says so, and goes on
        return False


def chosen_folder() -> Path | None:
    """Return the folder that the user has chosen for Numba's cache (NUMBA_CACHE_DIR), None without a choice."""
    chosen = _setting("CACHE_DIR")
    return Path(chosen) if chosen else None


def use_cache(folder: Path | Beside | None) -> None:
    """Keep compiled kernels in a folder, None: nowhere; counts for kernels that are loaded from now on.

    An entry point calls it once; without it they are kept beside their sources.
    """
    _chosen.folder = folder


def kept_in() -> Path | None:
    """Return the folder that `use_cache` was told, None for nowhere or beside the sources."""
    return _chosen.folder if isinstance(_chosen.folder, Path) else None


def listen(*, compiling: Callable[[str], None], trouble: Callable[[CacheTrouble], None]) -> None:
    """Have `compiling` called with a kernel's name before it is compiled, and `trouble` with what a cache met."""
    _chosen.compiling, _chosen.trouble = compiling, trouble


def share(partner: Partner) -> None:
    """Compile together with another process; counts for kernels that are loaded from now on."""
    _chosen.partner = partner


def _processor() -> tuple[str, str, str]:
    """Return what code is made for: the system, the processor and its features, as the settings of Numba say it."""
    from llvmlite import binding

    name, features = (os.environ.get(f"{SETTING}CPU_{what}") for what in ("NAME", "FEATURES"))
    if features is None and str(name).lower() != "generic":
        try:
            features = binding.get_host_cpu_features().flatten()
        except RuntimeError:  # this system does not tell
            features = ""
    return binding.get_process_triple(), name or binding.get_host_cpu_name(), features or ""


@cache
def has_wide_vectors() -> bool:
    """Tell whether code is made for a processor with 32 registers of 64 bytes (AVX-512)."""
    return "+avx512f" in _processor()[2].split(",")


@cache
def made_for() -> bytes:
    """Return what code is made for and by: processor, versions of what makes and runs it, and settings of Numba."""
    import llvmlite

    spec = importlib.util.find_spec("numba")
    assert spec is not None and spec.origin is not None, "refdec needs Numba"
    version = Path(spec.origin).with_name("_version.py").read_bytes()
    python = (sys.implementation.cache_tag, sys.abiflags)
    told = {name: value for name, value in os.environ.items() if name.startswith(SETTING) and name != FOLDER_SETTING}
    told.pop("NUMBA_CPU_NAME", None)
    told.pop("NUMBA_CPU_FEATURES", None)
    file = Path(SETTINGS_FILE)
    more = file.read_bytes() if file.exists() else b""
    return repr((version, llvmlite.__version__, python, _processor(), sorted(told.items()), more)).encode()


def folder_for(source: Path) -> Path | None:
    """Return the folder for the kernels of a source file, None: they are not kept."""
    return source.parent.joinpath("__pycache__") if isinstance(_chosen.folder, Beside) else _chosen.folder


def partner() -> Partner | None:
    """Return the process that compiles together with this one."""
    return _chosen.partner


def tell_compiling(name: str) -> None:
    """Say which kernel is about to be compiled."""
    _chosen.compiling(name)


def trouble_teller() -> Callable[[CacheTrouble], None]:
    """Return who hears what a cache met."""
    return _chosen.trouble
