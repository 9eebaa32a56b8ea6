"""The C library's heap in processes of our own: memory that was given back is kept, and comes in large pages.

Decoding makes and drops arrays of some megabytes all the time.  By default glibc returns those above a threshold to the
system at once and asks for them again, and the system hands out and clears every 4 KiB page anew: a tenth of the time
of a decode with two workers.  The command line and its workers keep what they had instead, and ask for pages of 2 MiB;
what they hold at most stays the same to a few megabytes.  In a process of somebody else, who imports refdec, this is
not ours to change: there MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ in the environment do most of it.
"""

from __future__ import annotations

import os
import sys

__all__ = ["collect_seldom", "give_back", "keep_freed_memory"]

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8
MADV_HUGEPAGE = 14
KEPT_BYTES = 1 << 30
"""Arrays below this size come from the heap, and so much may lie free at its end; an int for mallopt."""
ROOM_BYTES = 1 << 29
"""Addresses, not memory, that are set apart for the heap to grow into with large pages; below KEPT_BYTES, or the next
free() would give them back."""
GROWTH_BYTES = 1 << 17
"""What the heap takes at least when it grows further: glibc's own default."""
SETTINGS = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES")


def keep_freed_memory() -> bool:
    """Have this process keep what it frees; return whether it does: with glibc, where the user set nothing else."""
    if sys.platform != "linux" or any(name in os.environ for name in SETTINGS):
        return False
    import ctypes

    try:
        libc = ctypes.CDLL(None)
        mallopt, malloc, sbrk, madvise = libc.mallopt, libc.malloc, libc.sbrk, libc.madvise
    except (AttributeError, OSError):  # another C library
        return False
    malloc.restype, sbrk.restype = ctypes.c_void_p, ctypes.c_void_p
    if not (mallopt(M_MMAP_THRESHOLD, KEPT_BYTES) and mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)):
        return False
    if "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(M_ARENA_MAX, 1)  # heaps of their own, as threads have else, come in small pages
    begin = sbrk(ctypes.c_ssize_t(0))
    mallopt(M_TOP_PAD, ROOM_BYTES)
    libc.free(ctypes.c_void_p(malloc(ctypes.c_size_t(KEPT_BYTES >> 4))))  # more than lies free: the heap grows
    mallopt(M_TOP_PAD, GROWTH_BYTES)
    end = sbrk(ctypes.c_ssize_t(0))
    if begin and end and end > begin:
        page = -(-begin // (1 << 21)) << 21
        madvise(ctypes.c_void_p(page), ctypes.c_size_t(max(0, end - page)), MADV_HUGEPAGE)  # a wish; it may fail
    return True


def collect_seldom() -> None:
    """Have Python look for cycles after 50,000 new objects and not after 700: of the objects that a command makes until
    it works, those of Numba above all, nearly all stay; looking at them again and again is a twentieth of its start.
    """
    import gc

    gc.set_threshold(50_000, 20, 100)


def give_back() -> None:
    """Return what lies free to the system: before a fork, where workers would copy it, and between large tasks."""
    if sys.platform == "linux":
        import ctypes

        try:
            ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0))
        except (AttributeError, OSError):  # another C library
            return
