"""The C library's heap in processes of our own: memory that was given back is kept for the next map.

Decoding makes and drops arrays of some megabytes all the time.  By default glibc returns those above a threshold to the
system at once and asks for them again, and the system clears every page each time: 5 % of a BOP decode, more of HOP's.
The command line and its workers keep them instead; what they hold at most stays the same.  In a process of somebody
else, who imports refdec, this is not ours to change: there MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ in the
environment do the same.
"""

from __future__ import annotations

import os
import sys

__all__ = ["keep_freed_memory"]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 1 << 30
"""Arrays below this size come from the heap, and so much may lie free at its end; an int for mallopt."""
SETTINGS = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")


def keep_freed_memory() -> bool:
    """Have this process keep what it frees; return whether it does: with glibc, where the user set nothing else."""
    if sys.platform != "linux" or any(name in os.environ for name in SETTINGS):
        return False
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)) and bool(mallopt(M_TRIM_THRESHOLD, KEPT_BYTES))
