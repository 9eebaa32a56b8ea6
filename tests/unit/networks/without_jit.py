"""Prints one SHA-256 per operator and block; run with and without NUMBA_DISABLE_JIT=1 it must print the same."""

from __future__ import annotations

import hashlib
import warnings

import numpy as np

from refdec.networks.attention import attention, normalised
from refdec.networks.attention_kernels import elu_gate, logistic_gate
from refdec.networks.layers import After
from refdec.networks.movement import output_planes
from tests.unit.networks.random_layers import KINDS, operator, random_layer, random_map


def digests() -> dict[str, str]:
    """SHA-256 of small results, extremes among the inputs."""
    found: dict[str, str] = {}

    def note(name: str, result: np.ndarray) -> None:
        found[name] = hashlib.sha256(np.ascontiguousarray(result, dtype="<i4").tobytes()).hexdigest()

    for kind in KINDS:
        for fast in (True, False):
            op = operator(kind, random_layer(kind, 3, bits=15, shift=True), fast)
            for bits in (12, 31):
                note(f"{kind} {fast} {bits}", op(random_map((3, 3, 6), bits, bits)))
                note(f"{kind} {fast} {bits} relu6", op(random_map((2, 3, 6), bits, bits), relu6=True))
    conv = operator("k3", random_layer("k3", 4), True)
    for after in After:
        note(after.name, conv(random_map((2, 3, 6), 31, 1), after=after, other=random_map((2, 3, 7), 31, 2)))
    for bits in (0, 20, 31):
        q = random_map((2, 3, 192), bits, 5)
        q[:, :, 3] = 0
        note(f"norm {bits}", normalised(q[:, :, :64]))
        note(f"attention {bits}", attention(q, np.array([1 << 18, -524287, 524287, 0]), np.array([18, 30, 0, 3])))
        flat, out = random_map((1, 2, 30), bits, 6).reshape(2, 30), np.empty((2, 15), dtype=np.int32)
        elu_gate(flat, out)
        note(f"elu {bits}", out)
        gate = np.empty(30, dtype=np.int32)
        logistic_gate(flat[0], flat[1], flat[0], gate)
        note(f"logistic {bits}", gate)
    note("planes", output_planes(random_map((2, 2, 32), 31, 7), 4, 7, 6))
    return found


if __name__ == "__main__":
    warnings.simplefilter("error")
    for name, digest in digests().items():
        print(f"{digest}  {name}")
