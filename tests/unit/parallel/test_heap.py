"""Processes of our own keep the memory that they free: nothing is handed out and cleared twice."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from refdec.parallel.heap import SETTINGS

GLIBC = platform.libc_ver()[0] == "glibc"
PROBE = """
import resource
import numpy as np
from refdec.parallel.heap import give_back, keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(8 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

kept = keep_freed_memory()
faults()
again = faults()
give_back()
print(kept, again, faults())
"""


def test_cycles_are_looked_for_seldom() -> None:
    imports = "import gc; from refdec.parallel.heap import collect_seldom"
    code = f"{imports}; collect_seldom(); print(gc.isenabled(), gc.get_threshold())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True (50000, 20, 100)"


def probe(**settings: str) -> tuple[bool, int, int]:
    """Whether memory is kept, page faults of 64 MiB that were just freed, and of 64 MiB after they were given back."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings
    run = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    kept, again, later = run.stdout.split()
    return kept == "True", int(again), int(later)


@pytest.mark.skipif(not GLIBC, reason="another C library than glibc")
def test_freed_memory_is_kept_until_it_is_given_back() -> None:
    kept, again, later = probe()
    assert kept
    assert again < 16
    assert later >= 32  # pages of 2 MiB at least


@pytest.mark.skipif(not GLIBC, reason="another C library than glibc")
def test_settings_of_the_user_stay_in_force() -> None:
    kept, again, _ = probe(MALLOC_MMAP_THRESHOLD_="1048576")
    assert not kept
    assert again >= 32
