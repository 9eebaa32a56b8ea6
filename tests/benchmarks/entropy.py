"""Print the speed of the entropy coder, in nanoseconds a symbol; run with `python tests/benchmarks/entropy.py`.

The run is a luma latent of 768 x 512 samples, 160 channels; values are drawn from the distributions themselves.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "spec_tables")]

from refdec.entropy.hyper import ZTables, decode_z, encode_z  # noqa: E402
from refdec.entropy.residual import decode_residual, encode_residual  # noqa: E402
from refdec.entropy.tans import residual_tables  # noqa: E402

SHAPE = (160, 32, 48)
REPEATS = 25


def best_seconds(work: Callable[[], object]) -> float:
    """Return the shortest of many runs: the machine may be shared."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def drawn_values(levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw each value from its distribution (the escape symbol as the first value beyond the bound)."""
    cdf = residual_tables().cdf.astype(np.int64)
    slots = rng.integers(0, 256, levels.shape)
    columns = np.zeros(levels.shape, np.int64)
    for level in range(32):
        mine = levels == level
        columns[mine] = np.searchsorted(cdf[level], slots[mine], side="right") - 1
    return np.where(columns & 1, -((columns + 1) >> 1), columns >> 1).astype(np.int16)


def residual_lines() -> None:
    """Decode and encode with masks of several densities."""
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 20, SHAPE).astype(np.uint8)
    values = drawn_values(levels, rng)
    smooth = np.repeat(rng.random((SHAPE[0], SHAPE[1], SHAPE[2] // 8)), 8, axis=2)
    print(f"{'residual':10} {'mask':>14} {'coded':>7} {'T':>3} {'decode ms':>10} {'ns/position':>12} {'encode ms':>10}")
    for name, coded in {
        "all": np.ones(SHAPE, np.bool_),
        "half, random": rng.random(SHAPE) < 0.5,
        "half, in runs": smooth < 0.5,
        "5 %, random": rng.random(SHAPE) < 0.05,
        "none": np.zeros(SHAPE, np.bool_),
    }.items():
        for threads in (1, 4):
            unit = encode_residual(values, levels, coded, threads)
            decode = best_seconds(partial(decode_residual, unit, levels, coded, threads))
            encode = best_seconds(partial(encode_residual, values, levels, coded, threads))
            per_position = 1e9 * decode / levels.size
            print(
                f"{'':10} {name:>14} {np.count_nonzero(coded):7} {threads:3} {1e3 * decode:10.2f} "
                f"{per_position:12.2f} {1e3 * encode:10.2f}"
            )


def z_lines() -> None:
    """Decode and encode z of both components of a picture of 2048 x 2048."""
    rng = np.random.default_rng(2)
    freqs = np.array([[max(1, 1 << 20 >> abs(k - 31)) for k in range(63)]] * 160, np.int32)
    tables_y, tables_uv = ZTables.from_frequencies(freqs), ZTables.from_frequencies(freqs[:96])
    z = np.clip(rng.geometric(0.5, (256, 32, 32)) - 1, 0, 31).astype(np.int8)
    for threads in (1, 4):
        payload = encode_z(z[:160], z[160:], tables_y, tables_uv, threads)
        decode = best_seconds(partial(decode_z, payload, tables_y, tables_uv, 32, 32, threads))
        encode = best_seconds(partial(encode_z, z[:160], z[160:], tables_y, tables_uv, threads))
        print(f"{'z':10} T {threads}: decode {1e9 * decode / z.size:.2f} ns/symbol, encode {1e9 * encode / z.size:.2f}")


if __name__ == "__main__":
    residual_lines()
    z_lines()
