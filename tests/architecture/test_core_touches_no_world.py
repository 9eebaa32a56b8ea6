"""Bytes in, values out: below `formats` nothing opens files, prints, or reads clocks, environments or random numbers.

Nor does it start processes or set switches that hold for all.  Exceptions are named file by file, with what they touch
and the reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_layers import FILES, PACKAGE, RANKS, top

EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "jit.py": ({"switch", "imports", "processes"}, "one thread at a time makes a kernel ready; modules of them load"),
    "kernel_choices.py": (
        {"files", "imports", "environment"},
        "what Numba's settings say, and what an entry point has chosen",
    ),
    "kernel_interrupts.py": ({"processes"}, "LLVM loses what a signal handler raises while it compiles"),
    "kernel_parts.py": ({"files"}, "the name of a compiled kernel follows from its source"),
    "kernel_store.py": ({"files", "random", "clock"}, "compiled kernels are kept as files, as long as they are used"),
    "machine_code.py": (
        {"files", "imports", "switch", "processes"},
        "Numba's helpers are loaded alone, and LLVM links code to them, for one thread at a time",
    ),
    "networks/blas_threads.py": (
        {"switch", "processes"},
        "products have one thread of BLAS, whichever thread asks; the one place that says so",
    ),
    "networks/panels.py": ({"processes"}, "each thread keeps room of its own for products"),
    "networks/sharing.py": ({"processes"}, "threads that share a layer, whose results do not depend on them"),
    "parallel/attempts.py": ({"files", "clock"}, "one file of a batch: its folder, its size, its seconds"),
    "parallel/batch.py": ({"clock", "processes"}, "a batch of files, its time, and its end by a signal"),
    "parallel/board.py": ({"files", "clock"}, "pipes between a pool and its workers"),
    "parallel/clock.py": ({"clock"}, "limits of time"),
    "parallel/compiling.py": ({"processes", "switch"}, "a second process compiles, and ends with the first one"),
    "parallel/counts.py": (
        {"terminal"},
        "a warning of Python's that fewer workers do it, as no result has a place for it",
    ),
    "parallel/crews.py": ({"processes", "clock"}, "workers, and workers that are lost"),
    "parallel/deadline.py": ({"processes"}, "a function that must end within its time"),
    "parallel/executors.py": ({"processes", "imports"}, "executors that the caller names"),
    "parallel/folders.py": ({"files"}, "walks through folders of millions of files"),
    "parallel/heap.py": ({"environment", "switch"}, "makes the allocator of the process give memory back"),
    "parallel/new_folders.py": ({"files"}, "folders that a batch makes for its outputs"),
    "parallel/places.py": ({"files"}, "tells whether there is a file, of names that no file can have, too"),
    "parallel/pool.py": ({"processes", "clock"}, "worker processes"),
    "parallel/processes.py": (
        {"files", "processes", "clock", "switch", "environment"},
        "worker processes, as bare as they can be",
    ),
    "parallel/report.py": ({"files"}, "the report of a batch outlives the process"),
    "parallel/shared.py": ({"processes", "files"}, "memory that processes share"),
    "parallel/signals.py": ({"processes"}, "a batch ends in order when it is asked to"),
    "parallel/threads.py": ({"processes", "clock"}, "worker threads"),
    "tables.py": ({"files"}, "the one door to the tables of the package"),
    "weights/seeded.py": ({"random"}, "draws stand-in checkpoints from a seed, the same ones on every machine"),
    "weights/bytesource.py": ({"files"}, "a file that the caller opened is read at places, without moving in it"),
    "weights/bundled.py": ({"files"}, "the bundled pack is data of the package"),
}

BY_MODULE = {
    "time": "clock",
    "datetime": "clock",
    "random": "random",
    "secrets": "random",
    "uuid": "random",
    "signal": "processes",
    "threading": "processes",
    "multiprocessing": "processes",
    "concurrent": "processes",
    "subprocess": "processes",
    "asyncio": "processes",
    "select": "processes",
    "socket": "net",
    "urllib": "net",
    "http": "net",
    "tempfile": "files",
    "shutil": "files",
    "glob": "files",
    "mmap": "files",
    "os": "files",
    "logging": "terminal",
    "warnings": "terminal",
    "getpass": "environment",
    "platform": "environment",
    "platformdirs": "environment",
    "locale": "switch",
    "gc": "switch",
    "ctypes": "switch",
    "resource": "switch",
    "threadpoolctl": "switch",
    "atexit": "switch",
    "importlib": "imports",
}
"""What a name of these modules touches, unless the next tables say otherwise."""
BY_NAME = {
    "os.environ": "environment",
    "os.environb": "environment",
    "os.getenv": "environment",
    "os.putenv": "environment",
    "os.cpu_count": "environment",
    "os.sched_getaffinity": "environment",
    "os.fork": "processes",
    "os.kill": "processes",
    "os.getpid": "processes",
    "os.getppid": "processes",
    "os.register_at_fork": "switch",
    "os.pipe": "processes",
    "os._exit": "processes",
    "sys.stdin": "terminal",
    "sys.stdout": "terminal",
    "sys.stderr": "terminal",
    "sys.argv": "environment",
    "sys.platform": "environment",
    "sys.path": "switch",
    "sys.setrecursionlimit": "switch",
    "sys.setswitchinterval": "switch",
    "sys.exit": "processes",
    "importlib.resources": "files",
}
HARMLESS = {
    "os.PathLike",
    "os.fspath",
    "os.SEEK_END",
    "os.SEEK_SET",
    "threading.Lock",
    "signal.Signals",
    "signal.strsignal",
    "importlib.metadata",
}
"""Names that touch nothing: types, constants, locks."""
BUILTINS = {"open": "files", "print": "terminal", "input": "terminal", "breakpoint": "terminal"}
METHODS = {
    "open": "files",
    "read_text": "files",
    "read_bytes": "files",
    "write_text": "files",
    "write_bytes": "files",
    "mkdir": "files",
    "unlink": "files",
    "rmdir": "files",
    "exists": "files",
    "is_file": "files",
    "is_dir": "files",
    "iterdir": "files",
    "seterr": "switch",
    "set_printoptions": "switch",
    "simplefilter": "switch",
    "default_rng": "random",
}
"""Methods, of paths and of NumPy, whatever they are called on."""


def below_formats() -> list[Path]:
    """All files of the layers below `formats`, new packages included."""
    return [path for path in FILES if top(path) != "__init__" and RANKS.get(top(path), 0) < RANKS["formats"]]


def touched(tree: ast.AST) -> dict[str, int]:
    """Return what a module touches, with the line of the first place."""
    found: dict[str, int] = {}

    def note(kind: str | None, node: ast.AST) -> None:
        if kind is not None:
            found.setdefault(kind, getattr(node, "lineno", 0))

    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            bound |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                note(kind_of(f"{node.module}.{alias.name}"), node)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
            note(kind_of(f"{bound[node.value.id]}.{node.attr}"), node)
            if node.attr == "random" and bound[node.value.id] == "numpy":
                note("random", node)
        if isinstance(node, ast.Call):
            name = node.func
            note(BUILTINS.get(name.id) if isinstance(name, ast.Name) else None, node)
            note(METHODS.get(name.attr) if isinstance(name, ast.Attribute) else None, node)
        if isinstance(node, ast.Global):
            note("state", node)
    return found


def kind_of(name: str) -> str | None:
    """Return what a dotted name of the standard library, or one that we know, touches."""
    if name in HARMLESS or name.startswith("signal.SIG"):
        return None
    return BY_NAME.get(name) or BY_MODULE.get(name.partition(".")[0])


@pytest.mark.parametrize("path", below_formats(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_core_touches_no_world(path: Path) -> None:
    allowed, _ = EXCEPTIONS.get(path.relative_to(PACKAGE).as_posix(), (set(), ""))
    found = touched(ast.parse(path.read_text()))
    assert {kind: line for kind, line in found.items() if kind not in allowed} == {}


def test_every_exception_exists_and_needs_what_it_may() -> None:
    idle = {
        name: kinds - set(touched(ast.parse((PACKAGE / name).read_text()))) for name, (kinds, _) in EXCEPTIONS.items()
    }
    assert {name: kinds for name, kinds in idle.items() if kinds} == {}
    assert {PACKAGE / name for name in EXCEPTIONS} <= set(below_formats())


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("open('x')", "files"),
        ("path.read_bytes()", "files"),
        ("print(1)", "terminal"),
        ("import time\ntime.time()", "clock"),
        ("from time import monotonic", "clock"),
        ("import os\nos.environ['A']", "environment"),
        ("import sys\nsys.stdout.write('')", "terminal"),
        ("import numpy as np\nnp.random.seed(1)", "random"),
        ("import numpy as np\nnp.seterr(all='raise')", "switch"),
        ("import subprocess as s\ns.run([])", "processes"),
        ("def f():\n    global x\n    x = 1", "state"),
    ],
)
def test_the_walker_sees_the_world(source: str, kind: str) -> None:
    assert kind in touched(ast.parse(source))


def test_the_walker_sees_no_world_in_types_and_constants() -> None:
    assert touched(ast.parse("import os\nimport threading\nx: os.PathLike = threading.Lock()")) == {}
