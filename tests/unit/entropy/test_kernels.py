"""Kernels: bytes outside a thread are never used, and plain Python gives the same integers as compiled code."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.entropy.hyper import ZTables, decode_z, encode_z
from refdec.entropy.qualitymap import decode_quality_map, encode_quality_map
from refdec.entropy.residual import decode_residual, encode_residual
from refdec.entropy.tans import residual_tables
from refdec.errors import RefdecError

EXAMPLES = Path(__file__).resolve().parents[2] / "golden" / "examples"


@pytest.mark.parametrize("bits", range(8, 40))
def test_bytes_outside_the_thread_are_never_used(bits: int) -> None:
    """A thread too short for its run, between zeros and between ones: same values, same fault, same place."""
    from refdec.entropy import kernels

    tables = residual_tables()
    thread = np.random.default_rng(bits).integers(0, 256, (bits >> 3) + 1, dtype=np.uint8)
    levels = np.full(64, 20, np.uint8)
    seen = []
    for filling in (0, 255):
        data = np.full(16 + thread.size + 16, filling, np.uint8)
        data[16 : 16 + thread.size] = thread
        values = np.zeros(64, np.int16)
        left, states = np.array([bits], np.int64), np.array([200, 99], np.int64)
        code = kernels.decode_residual_span(
            data,
            tables.kernel,
            tables.bounds,
            levels,
            np.ones(64, np.bool_),
            values,
            0,
            64,
            4,
            1,
            np.array([16], np.int64),
            left,
            states,
        )
        seen.append((code, values.tolist(), left.tolist(), states.tolist()))
    assert seen[0] == seen[1]
    assert seen[0][0] & 3 != 0


def test_floats_are_refused() -> None:
    from refdec.entropy import kernels

    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        pytest.skip("nothing is compiled here")
    floats: Any = np.zeros((2, 2))
    with pytest.raises(TypeError):
        kernels.sum_differences(floats, np.zeros((2, 2), np.int32))


def everything() -> str:
    """Decode, encode and damage small runs of all kinds; return a hash of all results and of all errors."""
    seen = hashlib.sha256()

    def note(thing: bytes | str) -> None:
        seen.update(thing if isinstance(thing, bytes) else thing.encode())

    rng = np.random.default_rng(3)
    with np.load(EXAMPLES / "mans_residual_stress.npz") as golden:
        values, levels, coded = (golden[name][:300] for name in ("values", "sigma_idx", "mask"))
    with np.load(EXAMPLES / "mans_z.npz") as golden:
        freqs, z = golden["freqs_y"][:6], golden["z_y"][:6]
    tables = ZTables.from_frequencies(freqs)
    quality_map = rng.integers(-8, 9, (5, 7))
    for threads in (1, 4):
        unit = encode_residual(values, levels, coded, threads)
        payload = encode_z(z, z, tables, tables, threads)
        quality_payload, index = encode_quality_map(quality_map, threads)
        for whole in (unit, payload, quality_payload):
            note(whole)
        for repeat in range(40):
            damaged = [bytearray(whole) for whole in (unit, payload, quality_payload)]
            for data in damaged if repeat else ():
                data[int(rng.integers(len(data)))] ^= int(rng.integers(1, 256))
            first, second, third = (bytes(data) for data in damaged)
            for strict in (True, False):
                try:
                    note(decode_residual(first, levels, coded, threads, strict=strict).tobytes())
                except RefdecError as error:
                    note(str(error))
                try:
                    for part in decode_z(second, tables, tables, 5, 7, threads, strict=strict):
                        note(part.tobytes())
                except RefdecError as error:
                    note(str(error))
                try:
                    note(decode_quality_map(third, 5, 7, index, threads, strict=strict).tobytes())
                except RefdecError as error:
                    note(str(error))
    return seen.hexdigest()


def run_python(code: str, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_plain_python_equals_compiled_code() -> None:
    """Also without a warning: no NumPy scalar overflows."""
    here = str(Path(__file__).parent)
    code = (
        f"import sys; sys.path.insert(0, {here!r})\n"
        "import test_kernels as tests\n"
        "from refdec.entropy import kernels\n"
        "assert type(kernels.decode_residual_span) is type(tests.everything)\n"
        "print(tests.everything())"
    )
    assert run_python(code, NUMBA_DISABLE_JIT="1") == everything()


def test_importing_the_package_does_not_load_numba() -> None:
    assert run_python("import refdec.entropy, refdec.entropy.errors, sys; print('numba' in sys.modules)") == "False"
