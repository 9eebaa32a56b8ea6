"""What Numba asks for a kernel is answered from the store, or it compiles; nothing that is found there reaches it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from refdec import jit
from refdec.kernel_store import CacheTrouble

pytestmark = pytest.mark.skipif(jit.is_disabled(), reason="kernels are not compiled in this run")

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
    monkeypatch.setattr(jit, "_chosen", dict(jit._chosen))
    jit.use_cache(tmp_path / "cache")
    jit.listen(compiling=found.compiling.append, trouble=found.trouble.append)
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
    assert jit.kept_in() == tmp_path / "cache"


def test_what_is_loaded_needs_nothing_of_the_compiler(tmp_path: Path) -> None:
    """A process that finds its kernels does not declare all that Numba knows; one that then compiles another does."""
    code = (
        "import sys, numpy as np\n"
        "from refdec import jit\n"
        f"jit.use_cache(__import__('pathlib').Path({str(tmp_path)!r}))\n"
        "from refdec.networks.kernels import relu_after\n"
        "x = np.full((1, 2, 3), -5, np.int32)\n"
        "relu_after(x, np.array([0, 1, 0, 1]))\n"
        "light = 'numba.np.linalg' not in sys.modules\n"
        "from refdec.arithmetic.scalars import sat32_s\n"
        "from refdec.picture.kernels import codes_of_plane\n"
        "print(light, x.tolist(), sat32_s(1 << 40), 'numba.np.linalg' in sys.modules)\n"
    )

    def run(source: str) -> str:
        return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout.strip()

    compiled_here = run("\n".join(line for line in code.splitlines() if "picture.kernels" not in line))
    again = run(code)
    right = f"[[[0, 0, 0], [-5, -5, -5]]] {(1 << 31) - 1}"
    assert compiled_here == f"False {right} True"
    assert again == f"True {right} True"  # the second module was not in the store


def test_it_takes_no_other_types(heard: Heard, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            compiled(tmp_path)("a", "b")


@pytest.mark.parametrize("how", [{"offset": 1}, {"comment": "# another source"}])
def test_another_source_or_constant_is_another_kernel(how: dict[str, Any], heard: Heard, tmp_path: Path) -> None:
    compiled(tmp_path)
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


@pytest.mark.parametrize(
    "code",
    [pickle.dumps(["something", "else"]), pickle.dumps(()), b"no pickle", b""],
    ids=["list", "()", "bytes", "none"],
)
def test_a_whole_file_with_something_else_is_dropped(
    code: bytes, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sum is right, so the store gives it; it is nothing that this Numba wrote."""
    with monkeypatch.context() as patch:
        patch.setattr(jit, "_dumps", lambda value: code)
        compiled(tmp_path)
    assert compiled(tmp_path)(2, 3) == 5
    assert [trouble.what for trouble in heard.trouble] == ["damaged, deleted"]
    assert len(heard.compiling) == 2
    assert compiled(tmp_path)(2, 3) == 5
    assert len(heard.compiling) == 2


def test_a_kernel_of_a_module_that_nobody_can_import_is_not_kept(heard: Heard, tmp_path: Path) -> None:
    made = module(tmp_path)
    del sys.modules[made.__name__]
    assert [jit.kernel("int64(int64, int64)")(made.add)(2, 3) for _ in range(2)] == [5, 5]
    assert files(tmp_path) == [] and heard.trouble == [] and len(heard.compiling) == 2


def test_nothing_is_kept_where_no_folder_is(heard: Heard, tmp_path: Path) -> None:
    jit.use_cache(None)
    assert compiled(tmp_path)(2, 3) == 5
    assert jit.kept_in() is None and files(tmp_path) == []
    assert heard.compiling == ["arithmetic_of_a_test.add"]


def test_without_a_choice_kernels_are_kept_beside_their_sources(heard: Heard, tmp_path: Path) -> None:
    jit.use_cache(jit.Beside())
    compiled(tmp_path)
    assert list((tmp_path / "__pycache__").rglob("*.nbc")) and jit.kept_in() is None
