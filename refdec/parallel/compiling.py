"""Kernels compiled by two processes at once, where none are kept yet: a first run takes little more than half as long.

In: the folder that they are kept in, and modules that the partner makes ready, which we ourselves need last.  Out: a
partner for `kernel_choices.share`.  Both tell each other what they begin and end; neither begins what the other has
begun, and who needs it waits for it.  What one of them does not do, however it ends, the other does itself.

The partner starts with the first kernel that is not kept, on a second core, where a fork is safe; it ends with us.
"""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING

from refdec import jit, kernel_choices

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["Talk", "Together"]

PATIENCE_SECONDS = 60
"""So long nobody compiles one kernel: what takes longer is done here."""


class Talk:
    """What two processes tell each other of the kernels that they compile."""

    def __init__(self, link: Connection | None) -> None:
        self._link = link
        self._begun, self._ended = set[str](), set[str]()

    def is_taken(self, name: str) -> bool:
        """Tell whether the other process has begun with a kernel, whatever the signature."""
        self._hear(0)
        return any(what.startswith(f"{name} ") for what in self._begun)

    def made(self, what: str) -> bool:
        """Tell whether the other process has made it; waits where it has begun it."""
        heard = self._hear(0)
        while heard and what in self._begun - self._ended:
            heard = self._hear(PATIENCE_SECONDS)
        return what in self._ended

    def begins(self, what: str) -> None:
        """Tell the other process what is being compiled here."""
        self._say(True, what)

    def ends(self, what: str) -> None:
        """Tell the other process that it is done."""
        self._say(False, what)

    def _say(self, begins: bool, what: str) -> None:
        if self._link is not None:
            try:
                self._link.send((begins, what))
            except OSError:  # nobody listens any more
                self._link = None

    def _hear(self, patience: int) -> bool:
        """Take in what has been said, waiting for a first word; return False where none came, or none will."""
        try:
            while self._link is not None and self._link.poll(patience):
                begins, what = self._link.recv()
                (self._begun if begins else self._ended).add(what)
                patience = 0
        except (OSError, EOFError):
            self._link = None
        return self._link is not None and patience == 0


class Together(Talk):
    """A partner that is started when it is first of use."""

    def __init__(self, folder: Path, modules: tuple[str, ...]) -> None:
        super().__init__(None)
        self._state, self._is_new = (folder, modules), True

    def made(self, what: str) -> bool:
        """Tell whether the partner has made it; waits where it has begun it, and starts it with the first question."""
        if self._is_new:
            self._is_new = False
            self._start()
        return super().made(what)

    def _start(self) -> None:
        """Start the partner, where it would have a core and may be forked."""
        import multiprocessing

        from refdec.parallel.processes import Crew, available_cores, owned_pipe, start_method

        is_worker = multiprocessing.current_process().daemon
        if is_worker or available_cores() < 2 or start_method() != "fork":
            return
        try:
            crew = Crew(self._state, start="fork", unwind=True)
            atexit.register(crew.end, at_once=True)
            link, far = owned_pipe(duplex=True)
            with far:
                crew.start(_work, far)
        except OSError:  # the system gives no more processes, or pipes: all is compiled here
            return
        self._link = link


def _quiet(told: object) -> None:
    """Say nothing: the process that started us meets the same, and says it."""


def _work(state: tuple[Path, tuple[str, ...]], link: Connection) -> None:
    """Make kernels ready, but those that the other process has begun."""
    folder, modules = state
    talk = Talk(link)
    kernel_choices.use_cache(folder)
    kernel_choices.listen(compiling=_quiet, trouble=_quiet)
    kernel_choices.share(talk)
    try:
        for kernel in (kernel for module in modules for kernel in jit.kernels_of(module)):
            if not talk.is_taken(f"{kernel.__module__}.{kernel.py_func.__qualname__}"):
                kernel.ready()
    except Exception:  # the other process meets it, and says it
        return
