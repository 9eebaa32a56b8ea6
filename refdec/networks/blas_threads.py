"""Matrix products of which BLAS makes each with one thread, called from any thread of any program.

In: matrices of encoders.  Out: their product.  Our products are small, and our workers are processes or threads:
threads of BLAS would only wait for each other, at many times the work.

BLAS has a number of threads as a setting.  With OpenBLAS' own threads it holds for the whole process: the first of all
products that overlap sets it to one, the last restores it.  With others it holds for the calling thread (OpenMP, MKL):
each product sets and restores its own.  Nothing is held longer than a product, so a decode that fails, waits, or is
never finished leaves nothing behind, and what the program does in between has its threads.

`threadpoolctl` finds the libraries.  It does not set those of OpenBLAS: since 3.7 one thread at a time may do that
through it, and the calls of all others do nothing, without a word.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from refdec.networks.exact_kernels import FloatArray

__all__ = ["Library", "OneThread", "product", "single_threaded_children", "stay_single_threaded"]


@dataclass(frozen=True, slots=True)
class Library:
    """A BLAS that is loaded: its number of threads is read and set; `shared`: for the whole process, None: unknown."""

    get: Callable[[], int]
    set: Callable[[int], object]
    shared: bool | None = None


def _own_functions(controller: Any) -> Library | None:
    """Return OpenBLAS with threads of its own, by its own functions; None where they are not found."""
    library = ctypes.PyDLL(controller.filepath, handle=controller.dynlib._handle)  # keeps the GIL: they are quick
    for name in controller.check_symbols:
        if hasattr(library, name) and hasattr(library, setter := name.replace("_get_", "_set_")):
            return Library(getattr(library, name), getattr(library, setter), shared=True)
    return None


def _loaded() -> tuple[Library, ...]:
    """Return every BLAS of this process that has a number of threads; NumPy has loaded its own by now."""
    import threadpoolctl  # late: a decode multiplies without BLAS

    found = []
    for controller in threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers:
        own = controller.internal_api == "openblas" and controller.threading_layer != "openmp"
        library = _own_functions(controller) if own else None
        found.append(library or Library(controller.get_num_threads, controller.set_num_threads))
    return tuple(library for library in found if isinstance(library.get(), int))


def _is_shared(library: Library, found: int) -> bool:
    """Try in another thread whether the number of threads is that of the process, and put it back."""

    def set_one() -> None:
        library.set(1)

    other = threading.Thread(target=set_one, name="refdec asks BLAS")
    other.start()
    other.join()
    if library.get() == found:
        return False
    library.set(found)
    return True


class _Setting:
    """The number of threads of one library: who needs it to be one at the moment, and what it was before.

    All of it happens under the lock of `OneThread`.  Holders are threads, not a count, and `_before` stays until it is
    restored: what an interrupt between two lines leaves undone, the next product of that thread makes good.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shared = library.shared
        self._holders: set[int] = set()
        self._before: dict[int, int] = {}

    def _key(self) -> int:
        return 0 if self._shared else threading.get_ident()

    def hold(self) -> None:
        """Set one thread; what is found now is what the program wants, also where it changed since."""
        found = self._library.get()
        if found > 1:
            if self._shared is None:
                self._shared = _is_shared(self._library, found)
            self._before[self._key()] = found
            self._library.set(1)
        self._holders.add(threading.get_ident())

    def release(self) -> None:
        """Restore the number that was found, when nobody needs one thread any more."""
        self._holders.discard(threading.get_ident())
        if not (self._shared and self._holders):
            self._restore(self._before.get(self._key()))
            self._before.pop(self._key(), None)

    def _restore(self, before: int | None) -> None:
        """Set a number again, unless the program has set one of its own in the meantime."""
        if before is not None and self._library.get() == 1:
            self._library.set(before)

    def keep_one(self) -> None:
        """Set one thread and forget what was."""
        if self._library.get() > 1:
            self._library.set(1)

    def before_fork(self, *, single: bool) -> None:
        """Let a child inherit one thread, or what the program wants."""
        if single:
            self.hold()
        else:
            self._restore(self._before.get(self._key()))

    def after_fork(self, *, single: bool) -> None:
        """Go on in the parent as before."""
        if single:
            self.release()
        elif self._before.get(self._key()) is not None and (not self._shared or self._holders):
            self._library.set(1)

    def forget(self) -> None:
        """Begin anew in a child: other threads do not exist there, and what it has inherited is what it wants."""
        self._holders.clear()
        self._before.clear()


class OneThread:
    """Products with one thread each, for the libraries that a function finds when the first one is wanted."""

    def __init__(self, libraries: Callable[[], tuple[Library, ...]]) -> None:
        self._libraries = libraries
        self._settings: tuple[_Setting, ...] | None = None
        self._lock = threading.RLock()
        self._fork = threading.local()

    def _found(self) -> tuple[_Setting, ...]:
        if self._settings is None:
            self._settings = tuple(_Setting(library) for library in self._libraries())
        return self._settings

    def product(self, a: FloatArray, b: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return a [..., n, k] times b [..., k, m] as numpy.matmul does, in `out` if that is given."""
        try:
            with self._lock:
                for setting in self._found():
                    setting.hold()
            result: FloatArray = np.matmul(a, b, out=out)
            return result
        finally:
            with self._lock:
                for setting in self._settings or ():
                    setting.release()

    @contextmanager
    def single_threaded_children(self) -> Iterator[None]:
        """Let processes that this thread forks inherit one thread of BLAS, so that it never starts threads in them."""
        self._fork.alone = True
        try:
            yield
        finally:
            self._fork.alone = False

    def stay_single_threaded(self) -> None:
        """Set one thread for good: this process is a worker, and nobody else's."""
        with self._lock:
            for setting in self._found():
                setting.keep_one()

    def before_fork(self) -> None:
        """Prepare what a child inherits; nobody sets anything until `after_fork`."""
        self._lock.acquire()
        single = getattr(self._fork, "alone", False)
        for setting in self._found() if single else self._settings or ():
            setting.before_fork(single=single)

    def after_fork(self) -> None:
        """Go on in the parent."""
        for setting in self._settings or ():
            setting.after_fork(single=getattr(self._fork, "alone", False))
        self._lock.release()

    def forget(self) -> None:
        """Begin anew in the child."""
        self._lock = threading.RLock()
        for setting in self._settings or ():
            setting.forget()


_blas = OneThread(_loaded)
product = _blas.product
single_threaded_children = _blas.single_threaded_children
stay_single_threaded = _blas.stay_single_threaded
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_blas.before_fork, after_in_parent=_blas.after_fork, after_in_child=_blas.forget)
