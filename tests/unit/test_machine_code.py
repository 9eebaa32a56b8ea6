"""Code without its compiler: it comes back as it was, takes what it was made for, and does not run where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from llvmlite import binding

from refdec import kernel_choices, kernel_files, machine_code
from refdec.machine_code import MachineCode, fits, is_object_file, runnable, taken_array, taken_number

CODE = MachineCode(
    "entry",
    "environment",
    ("PyErr_Clear", "NRT_Free"),
    (
        taken_array("int32", 2, gapless=True, written=True),
        taken_array("uint8", 1, gapless=True, written=False),
        taken_array("int64", 1, gapless=False, written=True),
        taken_array("bool", 1, gapless=False, written=False),
        taken_number("int"),
        taken_number("bool"),
        taken_array("int32", 1, gapless=True, written=False),
        taken_array("int32", 1, gapless=False, written=False),
    ),
    machine_code.ELF + bytes(36) + (64).to_bytes(8, "little") + bytes(10) + bytes([8, 0, 2, 0, 0, 0]) + bytes(16),
)
"""The code is an object file as far as anybody looks who does not link it."""


def arguments(**other: Any) -> tuple[Any, ...]:
    """Return arguments that fit, some of them replaced."""
    right = {
        "map": np.zeros((2, 3), np.int32),
        "bytes": np.frombuffer(b"abc", np.uint8),
        "column": np.zeros((3, 2), np.int64)[:, 1],
        "mask": np.zeros(6, np.bool_)[::2],
        "number": 5,
        "flag": True,
        "levels": np.zeros(3, np.int32),
        "mask_at": np.zeros(6, np.int32)[::2],
    }
    return tuple((right | other).values())


def test_it_comes_back_as_it_was() -> None:
    assert MachineCode.of_bytes(CODE.as_bytes()) == CODE


@pytest.mark.parametrize(
    "other",
    [
        {"entry": 5},
        {"environment": None},
        {"needs": (5,)},
        {"takes": (("int32", 2),)},
        {"takes": (("int32", 2, "carray"),)},
        {"takes": (("int32", -1, 5),)},
        {"takes": (("no type", 2, 5),)},
        {"takes": (("float", 2, 5), ("what",))},
        {"code": b""},
        {"code": b"no code"},
        {"code": CODE.code[:-1]},
        {"code": CODE.code[:20]},
        {"code": CODE.code + b"x"},
    ],
    ids=str,
)
def test_parts_that_are_something_else_are_an_error(other: dict[str, Any]) -> None:
    """Found: they came back, and LLVM ended the process, or the first call raised something."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        MachineCode.of_bytes(replace(CODE, **other).as_bytes())


def test_the_code_of_this_machine_is_an_object_file() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple()).create_target_machine(jit=True)
    code = target.emit_object(binding.parse_assembly("define i32 @five() { ret i32 5 }"))
    assert is_object_file(code)
    assert not is_object_file(b"\0" + code)


@pytest.mark.parametrize("kept", [b"", b"\0\0\0\2{}", b"\0\0\0\4null", b"\0\0\0\3{}", b"\xff" * 40])
def test_something_else_is_an_error(kept: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        MachineCode.of_bytes(kept)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"bytes": np.zeros(3, np.uint8)},
        {"column": np.zeros(3, np.int64)},
        {"number": np.int32(7)},
        {"number": True},
        {"flag": np.True_},
        {"map": np.zeros((0, 3), np.int32)},
        {"map": np.zeros((2, 3), np.dtype("<i4"))},
    ],
)
def test_what_it_was_made_for_fits(other: dict[str, Any]) -> None:
    assert fits(arguments(**other), CODE.wanted())


def read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


class Own(np.ndarray[Any, Any]):
    """An array of somebody else's."""


@pytest.mark.parametrize(
    "other",
    [
        {"map": np.zeros((2, 3), np.int64)},
        {"map": np.zeros((2, 3), np.float32)},
        {"map": np.zeros((2, 3), np.dtype(">i4"))},
        {"map": np.zeros(6, np.int32)},
        {"map": np.zeros((3, 2), np.int32).T},
        {"map": np.zeros((2, 6), np.int32)[:, ::2]},
        {"map": np.zeros((2, 3), np.int32).view(Own)},
        {"map": [[0, 0, 0], [0, 0, 0]]},
        {"map": read_only(np.zeros((2, 3), np.int32))},
        {"bytes": np.zeros(6, np.uint8)[::2]},
        {"levels": read_only(np.frombuffer(bytes(13), np.uint8)[1:].view(np.int32))},
        {"mask_at": read_only(np.frombuffer(bytes(17), np.uint8)[1:].view(np.int32)[::2])},
        {"bytes": b"abc"},
        {"number": 5.0},
        {"number": np.float64(5)},
        {"number": np.zeros(1, np.int64)},
        {"flag": 1},
    ],
)
def test_everything_else_does_not(other: dict[str, Any]) -> None:
    assert not fits(arguments(**other), CODE.wanted())


def test_arguments_are_counted() -> None:
    assert not fits(arguments()[:-1], CODE.wanted())
    assert not fits((*arguments(), 1), CODE.wanted())


def test_code_that_needs_what_is_nowhere_does_not_run() -> None:
    """LLVM would end the process."""
    needy = MachineCode("entry", "environment", ("a_symbol_that_nobody_has",), (), b"")
    assert runnable(needy, arguments) is None


def test_code_of_32_bits_is_left_to_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", (1 << 31) - 1)
    with pytest.raises(ImportError, match="32 bits"):
        machine_code._Linker()


@pytest.mark.parametrize("reason", [ImportError, AttributeError, RuntimeError])
def test_helpers_of_another_make_leave_it_to_numba(reason: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def other_make(self: object) -> None:
        raise reason

    monkeypatch.setattr(machine_code._Linker, "__init__", other_make)
    machine_code._linker.cache_clear()
    try:
        assert runnable(CODE, arguments) is None
    finally:
        machine_code._linker.cache_clear()


def test_code_without_the_symbols_that_it_names_is_an_error_and_the_engine_goes_on() -> None:
    """Found: their address was taken for 0, and written to."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple()).create_target_machine(jit=True)
    code = target.emit_object(binding.parse_assembly("define i32 @five() { ret i32 5 }"))
    for entry, environment in (("five", "nowhere"), ("nowhere", "five")):
        for _ in range(2):
            with pytest.raises(ValueError, match="symbols"):
                runnable(MachineCode(entry, environment, (), (), code), arguments)


def test_a_thread_that_imports_numba_meanwhile_gets_it_whole() -> None:
    """Found: helpers that are loaded alone stand among the modules for a moment; Numba found them, and then not."""
    code = (
        "import importlib.util, sys, threading, time\n"
        "from refdec import machine_code\n"
        "made, goes_on = importlib.util.module_from_spec, threading.Event()\n"
        "def slowly(spec):\n"
        "    module = made(spec)\n"
        "    if spec.name.startswith('numba.') and not goes_on.is_set():\n"
        "        goes_on.set()\n"
        "        time.sleep(0.5)\n"
        "    return module\n"
        "importlib.util.module_from_spec = slowly\n"
        "found = []\n"
        "def other():\n"
        "    goes_on.wait()\n"
        "    from numba import _helperlib, njit\n"
        "    import numba\n"
        "    found.append((numba._helperlib is _helperlib, njit(lambda a: a + 1)(2)))\n"
        "thread = threading.Thread(target=other)\n"
        "thread.start()\n"
        "linkers = [machine_code._linker() for _ in range(2)]\n"
        "thread.join()\n"
        "print(found, linkers[0] is not None, sys.modules['numba._helperlib'] is not None)\n"
    )
    settings = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_DISABLE")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings)
    assert (run.stdout, run.stderr) == ("[(True, 3)] True True\n", "")


def test_numba_can_be_imported_later() -> None:
    code = (
        "import sys\n"
        "from refdec import machine_code\n"
        "linker = machine_code._linker()\n"
        "assert linker is not None and not [name for name in sys.modules if name.startswith('numba')]\n"
        "import numba\n"
        "from numba import _dynfunc\n"
        "print(numba.njit(lambda a: a + 1)(2), _dynfunc.Environment is linker._dynfunc.Environment)\n"
    )
    settings = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_DISABLE")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings)
    assert (run.stdout, run.stderr) == ("3 True\n", "")


@pytest.mark.skipif(kernel_choices.is_disabled(), reason="kernels are not compiled in this run")
def test_a_kernel_that_runs_alone_gives_what_numba_gives() -> None:
    from refdec.networks import kernels

    kernel: Any = kernels.finish
    kernel.ready()
    area = (0, 2, 0, 3)
    first, second = (np.arange(-9, 9, dtype=np.int32).reshape(2, 3, 3) for _ in range(2))
    files = kernel_files.KernelFiles(kernel.py_func)
    code = files.machine_code(kernel.signatures[0])
    if code is None:
        pytest.skip("there is no folder for kernels")
    alone = runnable(code, kernel.py_func)
    assert alone is not None and fits((kernels.RELU, first, first, *area), code.wanted())
    alone(kernels.RELU, first, first, *area)
    kernel.dispatcher(kernels.RELU, second, second, *area)
    assert np.array_equal(first, second) and first.min() == 0 and first.max() == 8
