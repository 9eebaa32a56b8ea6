"""What Numba asks for a kernel is answered from the store, or it compiles; nothing that is found there reaches it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llvmlite import binding

from refdec import jit, kernel_choices, kernel_files
from refdec.kernel_store import CacheTrouble

pytestmark = pytest.mark.skipif(kernel_choices.is_disabled(), reason="kernels are not compiled in this run")

SOURCE = """
OFFSET = {offset}

def add(a, b):
    return a + b + OFFSET
"""


class Heard:
    """What a listener hears."""

    def __init__(self) -> None:
        self.compiling: list[str] = []
        self.trouble: list[CacheTrouble] = []


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    found = Heard()
    monkeypatch.setattr(kernel_choices, "_chosen", replace(kernel_choices._chosen))
    kernel_choices.use_cache(tmp_path / "cache")
    kernel_choices.listen(compiling=found.compiling.append, trouble=found.trouble.append)
    yield found
    for name in ("arithmetic_of_a_test", "caller_of_a_test"):
        sys.modules.pop(name, None)


def module(tmp_path: Path, offset: int = 0, comment: str = "") -> Any:
    """Return a module with a function that is not compiled yet."""
    path = tmp_path / "arithmetic_of_a_test.py"
    path.write_text(SOURCE.format(offset=offset) + comment)
    made = types.ModuleType(path.stem)
    exec(compile(path.read_text(), str(path), "exec"), vars(made))
    sys.modules[path.stem] = made
    return made


def compiled(tmp_path: Path, **how: Any) -> Any:
    return jit.kernel("int64(int64, int64)")(module(tmp_path, **how).add)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*.nbc"))


def test_a_kernel_is_compiled_once_and_then_loaded(heard: Heard, tmp_path: Path) -> None:
    assert compiled(tmp_path)(2, 3) == 5
    assert compiled(tmp_path)(2, 3) == 5
    assert heard.compiling == ["arithmetic_of_a_test.add"]
    assert len(files(tmp_path)) == 1 and heard.trouble == []
    assert kernel_choices.kept_in() == tmp_path / "cache"


def test_nothing_is_compiled_or_loaded_before_the_first_call(heard: Heard, tmp_path: Path) -> None:
    add = compiled(tmp_path)
    assert heard.compiling == [] and files(tmp_path) == []
    assert (add.__name__, add.py_func(2, 3)) == ("add", 5)
    assert heard.compiling == [] and add(2, 3) == 5
    assert heard.compiling == ["arithmetic_of_a_test.add"]


def test_threads_that_call_it_first_at_once_compile_it_once(heard: Heard, tmp_path: Path) -> None:
    add, found = compiled(tmp_path), list[int]()
    threads = [threading.Thread(target=lambda: found.append(add(2, 3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [5] * 4 and heard.compiling == ["arithmetic_of_a_test.add"]


def test_all_kernels_of_a_module_are_made_ready_at_once(heard: Heard, tmp_path: Path) -> None:
    made = module(tmp_path)
    made.add = jit.kernel("int64(int64, int64)")(made.add)
    for _ in range(2):
        jit.load(made.__name__)
    assert heard.compiling == ["arithmetic_of_a_test.add"]


def test_what_is_loaded_needs_no_compiler(tmp_path: Path) -> None:
    """A process that finds its kernels does not import Numba; one that then compiles another does."""
    code = (
        "import sys, numpy as np\n"
        "from refdec import jit, kernel_choices\n"
        f"kernel_choices.use_cache(__import__('pathlib').Path({str(tmp_path)!r}))\n"
        "from refdec.networks.kernels import RELU, finish\n"
        "from refdec.arithmetic.scalars import sat32_s\n"
        "from refdec.picture.kernels import codes_of_plane\n"
        "x = np.full((1, 2, 3), -5, np.int32)\n"
        "finish(RELU, x, x, 0, 1, 0, 1)\n"
        "print(x.tolist(), sat32_s(1 << 40), 'numba' in sys.modules, end=' ')\n"
        "codes_of_plane(x[0], 255, np.empty((2, 3), np.uint16))\n"
        "print('numba' in sys.modules)\n"
    )

    def run(source: str) -> str:
        return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout.strip()

    compiled_here = run("\n".join(line for line in code.splitlines() if "codes_of_plane(" not in line))
    right = f"[[[0, 0, 0], [-5, -5, -5]]] {(1 << 31) - 1}"
    assert compiled_here == f"{right} True True"
    assert run(code) == f"{right} False True"  # the last kernel was not in the store


def test_it_takes_no_other_types(heard: Heard, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            compiled(tmp_path)("a", "b")


@pytest.mark.parametrize("how", [{"offset": 1}, {"comment": "# another source"}])
def test_another_source_or_constant_is_another_kernel(how: dict[str, Any], heard: Heard, tmp_path: Path) -> None:
    compiled(tmp_path)(2, 3)
    assert compiled(tmp_path, **how)(2, 3) == 5 + how.get("offset", 0)
    assert len(heard.compiling) == len(files(tmp_path)) == 2


def test_a_constant_from_elsewhere_counts_too(heard: Heard, tmp_path: Path) -> None:
    """The source is the same; the value that it sees by name is not."""
    first, second = module(tmp_path), module(tmp_path)
    second.OFFSET = 7
    kernels = [jit.kernel("int64(int64, int64)")(one.add) for one in (first, second)]
    assert [kernel(1, 1) for kernel in kernels] == [2, 9]


def test_a_called_kernel_counts_too(heard: Heard, tmp_path: Path) -> None:
    def caller(offset: int) -> Any:
        called = compiled(tmp_path, offset=offset)
        source = tmp_path / "caller_of_a_test.py"
        source.write_text("def twice(a):\n    return add(a, a)\n")
        made = types.ModuleType(source.stem)
        vars(made)["add"] = called
        exec(compile(source.read_text(), str(source), "exec"), vars(made))
        sys.modules[source.stem] = made
        return jit.kernel("int64(int64)")(made.twice)

    assert [caller(0)(4), caller(5)(4), caller(0)(4)] == [8, 13, 8]
    assert heard.trouble == []
    assert heard.compiling.count("caller_of_a_test.twice") == 2


def kept_as(code: bytes, result: bytes, tmp_path: Path) -> None:
    """Keep something whole as the code and the compile result of a kernel."""
    there = kernel_files.KernelFiles(module(tmp_path).add)
    assert there._store is not None
    whole = len(code).to_bytes(kernel_files.LENGTH_BYTES, "big") + code + result
    there._store.save(there._room, there._name, there._key("int64(int64, int64)"), whole)


@pytest.mark.parametrize(
    "broken",
    [
        {"code": b"no object file"},
        {"entry": "nowhere"},
        {"environment": "nowhere"},
        {"takes": (("what", 1, 5), ("what", 1, 5))},
        {"takes": (("int64", 1, "carray"), ("int64", 1, "what"))},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_code_that_cannot_be_linked_is_dropped(broken: dict[str, Any], heard: Heard, tmp_path: Path) -> None:
    """Found: each of these ended the process, or reached the caller as an exception."""
    assert compiled(tmp_path)(2, 3) == 5
    code = kernel_files.KernelFiles(module(tmp_path).add).machine_code("int64(int64, int64)")
    assert code is not None
    kept_as(replace(code, **broken).as_bytes(), b"", tmp_path)
    assert compiled(tmp_path)(2, 3) == 5
    assert [trouble.what for trouble in heard.trouble] == ["damaged, deleted"] and len(heard.compiling) == 2
    assert compiled(tmp_path)(2, 3) == 5 and len(heard.compiling) == 2


@pytest.mark.parametrize(
    "result",
    [pickle.dumps(["something", "else"]), pickle.dumps(()), b"no pickle", b""],
    ids=["list", "()", "bytes", "none"],
)
@pytest.mark.parametrize("code", [b"", b"no code", b"\0\0\0\2{}", b"\0\0\0\2[]"], ids=["none", "bytes", "{}", "[]"])
def test_a_whole_file_with_something_else_is_dropped(code: bytes, result: bytes, heard: Heard, tmp_path: Path) -> None:
    """Its sum is right, so the store gives it; it is nothing that refdec and this Numba wrote."""
    kept_as(code, result, tmp_path)
    assert compiled(tmp_path)(2, 3) == 5
    assert [trouble.what for trouble in heard.trouble] == ["damaged, deleted"]
    assert len(heard.compiling) == 1
    assert compiled(tmp_path)(2, 3) == 5
    assert len(heard.compiling) == 1


def test_code_that_cannot_run_alone_is_left_to_numba(
    heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled(tmp_path)(2, 3) == 5
    monkeypatch.setattr(kernel_files, "runnable", lambda *asked: None)
    again = compiled(tmp_path)
    assert again(2, 3) == 5 and again.ready() == ()
    assert len(heard.compiling) == 1 and heard.trouble == []


def test_memory_that_is_not_there_is_an_error(heard: Heard, tmp_path: Path) -> None:
    source = tmp_path / "caller_of_a_test.py"
    source.write_text("import numpy as np\n\ndef first(n):\n    return np.empty(n, np.int64)[0]\n")
    made = types.ModuleType(source.stem)
    exec(compile(source.read_text(), str(source), "exec"), vars(made))
    sys.modules[source.stem] = made
    for _ in range(2):
        with pytest.raises(MemoryError):
            jit.kernel("int64(int64)")(made.first)(1 << 58)
    assert len(heard.compiling) == 1


@pytest.mark.parametrize(("name", "value", "off"), [("DISABLE_JIT", "1", True), ("DISABLE_JIT", "what", False)])
def test_settings_of_numba_are_read_without_it(name: str, value: str, off: bool) -> None:
    code = (
        "import sys; from refdec import kernel_choices as chosen; "
        "print(chosen.is_disabled(), chosen.chosen_folder(), 'numba' in sys.modules)"
    )
    settings = {**os.environ, f"NUMBA_{name}": value, "NUMBA_CACHE_DIR": "/a/folder"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=settings)
    assert run.stdout.split() == [str(off), "/a/folder", "False"]


@pytest.mark.parametrize("features", [{}, {"NUMBA_CPU_FEATURES": ""}])
def test_what_is_made_for_any_processor_is_found_on_any(
    features: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So an image is built on one machine and runs on others (docs/parallel.md)."""
    for name in [name for name in os.environ if name.startswith("NUMBA_")]:
        monkeypatch.delenv(name)
    made_for = kernel_choices.made_for.__wrapped__
    here = made_for()
    monkeypatch.setattr(binding, "get_host_cpu_name", lambda: "another")
    assert made_for() != here
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    for name, value in features.items():
        monkeypatch.setenv(name, value)
    elsewhere = made_for()
    monkeypatch.undo()
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert made_for() == elsewhere != here


def test_a_file_of_settings_is_numbas_to_read(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\n")
    code = "from refdec import kernel_choices; print(kernel_choices.is_disabled())"
    root = Path(__file__).resolve().parents[2]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**settings, "PYTHONPATH": str(root)},
    )
    assert run.stdout.strip() == "True"


def test_a_kernel_of_a_module_that_nobody_can_import_is_not_kept(heard: Heard, tmp_path: Path) -> None:
    made = module(tmp_path)
    del sys.modules[made.__name__]
    assert [jit.kernel("int64(int64, int64)")(made.add)(2, 3) for _ in range(2)] == [5, 5]
    assert files(tmp_path) == [] and heard.trouble == [] and len(heard.compiling) == 2


def test_nothing_is_kept_where_no_folder_is(heard: Heard, tmp_path: Path) -> None:
    kernel_choices.use_cache(None)
    assert compiled(tmp_path)(2, 3) == 5
    assert kernel_choices.kept_in() is None and files(tmp_path) == []
    assert heard.compiling == ["arithmetic_of_a_test.add"]


def test_without_a_choice_kernels_are_kept_beside_their_sources(heard: Heard, tmp_path: Path) -> None:
    kernel_choices.use_cache(kernel_choices.Beside())
    compiled(tmp_path)(2, 3)
    assert list((tmp_path / "__pycache__").rglob("*.nbc")) and kernel_choices.kept_in() is None


ODD_SOURCE = """
import numpy as np

def filled(n):
    return np.full(n, 7)

def scaled(factor):
    def times(n):
        return n * factor
    return times

def scaled_sum(add):
    def twice(n):
        return add(n, n)
    return twice

def told(thing):
    def same(n):
        return n + thing.value
    return same
"""
LONG_SOURCE = """
OFFSET = {offset}

def inner(a):
    s = 0
    for i in range(a):
{body}
    return s

def outer(a):
    return inner(a) + inner(a + 1) + inner(2 * a) + inner(a - 1)
"""


def written(tmp_path: Path, source: str) -> Any:
    """Return a module of some source; a later process would import it by the same name."""
    path = tmp_path / "caller_of_a_test.py"
    path.write_text(source)
    made = types.ModuleType(path.stem)
    exec(compile(source, str(path), "exec"), vars(made))
    sys.modules[path.stem] = made
    return made


def test_what_needs_objects_of_numba_is_left_to_it(heard: Heard, tmp_path: Path) -> None:
    """An array that is returned needs its type, which is an object of the process that compiled."""
    for _ in range(3):
        filled = jit.kernel("int64[:](int64)")(written(tmp_path, ODD_SOURCE).filled)
        assert filled(3).tolist() == [7, 7, 7]
    assert len(heard.compiling) == 1 and heard.trouble == []


def test_values_of_the_scope_around_count_too(heard: Heard, tmp_path: Path) -> None:
    made = written(tmp_path, ODD_SOURCE)
    decorate = jit.kernel("int64(int64)")
    assert [decorate(made.scaled(factor))(10) for factor in (2, 3, 2, 3)] == [20, 30, 20, 30]
    assert len(heard.compiling) == len(files(tmp_path)) == 2
    assert [decorate(made.scaled_sum(compiled(tmp_path, offset=n)))(1) for n in (0, 4, 0)] == [2, 6, 2]


def test_a_scope_that_cannot_be_told_is_not_kept(tmp_path: Path, heard: Heard) -> None:
    made = written(tmp_path, ODD_SOURCE)
    assert kernel_files.KernelFiles(made.told(object()))._store is None
    assert kernel_files.KernelFiles(made.scaled(2))._store is not None


def test_two_versions_of_a_function_in_a_process_stay_apart(heard: Heard, tmp_path: Path) -> None:
    """What each process compiles has the same symbols: linked together, one version would call the other's."""
    body = "\n".join(f"        s += (i * OFFSET + {7 * k + 1}) ^ (s >> {k % 9 + 1})" for k in range(150))

    def outer(offset: int) -> Any:
        made = written(tmp_path, LONG_SOURCE.format(offset=offset, body=body))
        made.inner, made.outer = (jit.kernel("int64(int64)")(one) for one in (made.inner, made.outer))
        return made.outer

    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "from refdec import jit, kernel_choices\n"
        f"kernel_choices.use_cache(__import__('pathlib').Path({str(tmp_path / 'cache')!r}))\n"
        "import caller_of_a_test as made\n"
        "made.inner, made.outer = (jit.kernel('int64(int64)')(one) for one in (made.inner, made.outer))\n"
        "print(made.outer(3))\n"
    )
    right = []
    for offset in (1, 2):
        written(tmp_path, LONG_SOURCE.format(offset=offset, body=body))
        run = [sys.executable, "-B", "-c", code]
        right.append(int(subprocess.run(run, capture_output=True, text=True, check=True).stdout))
    assert right[0] != right[1]
    assert [outer(offset)(3) for offset in (1, 2, 1)] == [*right, right[0]]
    assert heard.compiling == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_is_forked_while_a_kernel_is_made_ready_can_make_others(tmp_path: Path) -> None:
    (tmp_path / "arithmetic_of_a_test.py").write_text(SOURCE.format(offset=0))
    code = (
        "import os, sys, threading, time\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "import arithmetic_of_a_test as made\n"
        "from refdec import jit, kernel_choices\n"
        "began = threading.Event()\n"
        "def slowly(name):\n"
        "    began.set()\n"
        "    time.sleep(0.5)\n"
        "kernel_choices.use_cache(None)\n"
        "kernel_choices.listen(compiling=slowly, trouble=print)\n"
        "first, second = (jit.kernel(f'{kind}({kind}, {kind})')(made.add) for kind in ('int64', 'int32'))\n"
        "thread = threading.Thread(target=first, args=(1, 1))\n"
        "thread.start()\n"
        "began.wait()\n"
        "if os.fork() == 0:\n"
        "    print(second(2, 3), flush=True)\n"
        "    os._exit(0)\n"
        "thread.join()\n"
        "os.wait()\n"
    )
    run = [sys.executable, "-W", "ignore", "-c", code]
    assert subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout == "5\n"
