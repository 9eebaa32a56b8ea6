"""For any weights and samples: float64 products = integer loop = definition, and the maps of bands meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.networks.direct_sum import by_definition
from tests.unit.networks.random_layers import KINDS, operator, random_layer, random_map

KIND = st.sampled_from(sorted(KINDS))
SEED = st.integers(0, 1 << 32)


@given(
    kind=KIND,
    seed=SEED,
    weight_bits=st.integers(0, 19),
    sample_bits=st.integers(0, 31),
    bias_shift=st.integers(0, 60),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    relu6=st.booleans(),
)
def test_products_loop_and_definition_agree(
    kind: str, seed: int, weight_bits: int, sample_bits: int, bias_shift: int, height: int, width: int, relu6: bool
) -> None:
    layer = random_layer(kind, seed, bits=weight_bits)
    layer = replace(layer, bias=layer.bias >> bias_shift)
    x = random_map((height, width, 6), sample_bits, seed)
    fast, loop = (operator(kind, layer, f)(x, relu6=relu6) for f in (True, False))
    assert np.array_equal(fast, loop)
    clamped = np.clip(x, 0, 6 << 18) if relu6 else x
    assert np.array_equal(loop, by_definition(kind, clamped, layer, KINDS[kind][2]))


@given(kind=KIND, seed=SEED, offset=st.integers(-2, 2))
def test_agreement_around_the_limit(kind: str, seed: int, offset: int) -> None:
    layer = random_layer(kind, seed)
    op = operator(kind, replace(layer, bias=layer.bias >> 24), True)
    if op.exact is None:
        return
    magnitude = min(max(op.exact.limit + offset, 0), (1 << 31) - 1)
    x = np.random.default_rng(seed).choice([-magnitude, magnitude], (4, 4, 6)).astype(np.int32)
    assert np.array_equal(op(x), replace(op, exact=None)(x))
