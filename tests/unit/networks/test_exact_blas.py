"""Float64 products: used up to their proven limit, exact there, and left beyond it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.networks.exact_blas import (
    DirectProducts,
    FastProducts,
    TapProducts,
    exact_products,
    spare_products,
)
from refdec.networks.layers import _Linear
from refdec.networks.winograd import EXACT, FAST, channel_bounds
from tests.unit.networks.random_layers import KINDS, layer_of, operator, random_layer

FORMS = {
    "k1": DirectProducts,
    "k3": FastProducts,
    "k3 one output": TapProducts,
    "k3 groups": FastProducts,
    "k3 stride 2": FastProducts,
    "k13": DirectProducts,
    "k31": DirectProducts,
    "t3": FastProducts,
    "t3 one output": TapProducts,
    "t4": FastProducts,
    "u2": FastProducts,
    "shuffled": DirectProducts,
}


def tame(kind: str, seed: int) -> _Linear:
    """A layer with biases small enough for the products."""
    layer = random_layer(kind, seed)
    made = operator(kind, replace(layer, bias=layer.bias >> 20), True)
    assert isinstance(made, _Linear)
    return made


def worst_maps(layer: _Linear, magnitude: int, seed: int) -> list[Int32Array]:
    """Maps of +-magnitude: one sign, random signs, and signs that agree with the weights around a position."""
    shape = (4, 6, layer.stencil.in_channels)
    rng = np.random.default_rng(seed)
    top = min(magnitude, (1 << 31) - 1)
    maps = [np.full(shape, top), np.full(shape, -top), rng.choice([-top, top], shape)]
    ty, tx, inputs, outputs = layer.stencil.taps.shape
    signs = np.sign(layer.stencil.taps[:, :, :, rng.integers(outputs)])
    aligned = np.zeros(shape, dtype=np.int64)
    aligned[:ty, :tx, :inputs] = np.where(signs == 0, 1, signs)[: shape[0], : shape[1]] * top
    return [m.astype(np.int32) for m in (*maps, aligned)]


@pytest.mark.parametrize("kind", FORMS)
def test_each_kind_has_its_form(kind: str) -> None:
    form = tame(kind, 1).exact
    assert type(form) is FORMS[kind]
    assert form is not None
    assert form.limit > 1 << 18


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_products_are_exact_right_at_the_limit(kind: str, seed: int) -> None:
    layer = tame(kind, seed)
    assert layer.exact is not None
    loop = replace(layer, exact=None)
    for x in worst_maps(layer, layer.exact.limit, seed):
        expected = loop(x)
        out = np.full_like(expected, 77)
        for block in layer.exact.blocks(layer.stencil.vertical.positions(4), layer.stencil.horizontal.positions(6)):
            assert layer.exact.write(x, -(1 << 31), (1 << 31) - 1, block, out)
        assert np.array_equal(out, expected)


@pytest.mark.parametrize("kind", FORMS)
def test_beyond_the_limit_nothing_is_written(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastProducts, "_fits", lambda self, strip: False)
    layer = tame(kind, 5)
    assert layer.exact is not None
    x = np.zeros((4, 6, layer.stencil.in_channels), dtype=np.int32)
    exact = replace(layer.exact, limit=1000)  # type: ignore[type-var]
    out = np.full((*layer.stencil.output_size(4, 6), layer.stencil.out_channels), 77, dtype=np.int32)
    (block,) = exact.blocks(layer.stencil.vertical.positions(4), layer.stencil.horizontal.positions(6))
    for value in (1001, -1001, -(1 << 31)):
        x[2, 2, 0] = value
        assert not exact.write(x, -(1 << 31), (1 << 31) - 1, block, out)
        assert (out == 77).all()
    x[2, 2, 0] = -1000
    assert exact.write(x, -(1 << 31), (1 << 31) - 1, block, out)
    x[2, 2, 0] = 5000
    assert exact.write(x, 0, 1000, block, out), "the clamp comes before the measure"


@pytest.mark.parametrize("kind", ["k3", "k3 stride 2", "t3", "t4", "u2"])
def test_blocks_beyond_both_limits_go_to_the_loop(kind: str) -> None:
    layer = tame(kind, 6)
    assert layer.exact is not None
    spare = spare_products(layer.stencil)
    assert spare is not None
    assert layer.exact.limit < spare.limit < 1 << 31
    loop = replace(layer, exact=None)
    for magnitude in (layer.exact.limit, layer.exact.limit + 1, spare.limit, spare.limit + 1, (1 << 31) - 1):
        for x in worst_maps(layer, magnitude, 7):
            assert np.array_equal(layer(x), loop(x))


def test_without_the_limit_the_products_would_be_wrong() -> None:
    """The limit is no ornament: sums beyond 2^53 that cancel to a small number come out different."""
    weights = np.repeat([524287, -524287], 64).reshape(1, 128, 1, 1)
    layer = operator("k1", layer_of(weights, [0], [0]), True)
    rng = np.random.default_rng(1)
    first = rng.integers((1 << 31) - 9999, 1 << 31, (8, 8, 64))
    x = np.concatenate([first, rng.permuted(first, axis=2)], axis=2).astype(np.int32)
    x[:, :, 0] -= 1
    assert (layer(x) == -524287).all()
    careless = replace(layer, exact=replace(layer.exact, limit=1 << 31))
    assert not (careless(x) == -524287).all()


def test_start_values_of_2_53_and_more_have_no_products() -> None:
    for bias, limited in ((EXACT - 1, True), (EXACT, True), (EXACT >> 3, False)):
        form = exact_products(operator("k3", layer_of(np.ones((5, 1, 3, 3)), [0] * 5, [bias] * 5), False).stencil)
        assert form is not None
        assert (form.limit == -1) is limited


def test_zero_filters_permit_every_input() -> None:
    form = exact_products(operator("k3", layer_of(np.zeros((5, 1, 3, 3)), [0] * 5, [7] * 5), False).stencil)
    assert form is not None
    assert form.limit == 1 << 31


def test_fast_algorithms_are_identities() -> None:
    """Output rows times (filter rows times taps) times (points times window) is the stencil, in every direction."""
    rng = np.random.default_rng(3)
    for direction, side in FAST.items():
        window = rng.integers(-99, 99, side.span)
        taps = rng.integers(-99, 99, max(t for phase in direction.phases for t, _ in phase) + 1)
        v = np.array([window[p] + s * window[q] for p, q, s in side.points])
        for phase, fast in zip(direction.phases, side.phases, strict=True):
            m = (np.array(fast.filter_rows) @ taps) * v[slice(*fast.points)]
            for position, row in enumerate(fast.output_rows):
                direct = sum(
                    int(taps[t]) * int(window[direction.stride * position + o - side.origin]) for t, o in phase
                )
                assert int(np.array(row) @ m) == direct << side.scale


def test_halving_a_single_plane_takes_all_taps_at_once() -> None:
    """25 products of one channel each, for four samples, would cost more than the 36 of a direct sum."""
    plane = layer_of(np.ones((5, 1, 3, 3)), [0] * 5, [0] * 5)
    form = exact_products(operator("k3 stride 2", plane, False).stencil)
    assert isinstance(form, DirectProducts)


def test_every_kind_is_covered() -> None:
    assert set(FORMS) == set(KINDS) - {"k3 depth-wise"}
    assert exact_products(operator("k3 depth-wise", random_layer("k3 depth-wise", 1), True).stencil) is None


@pytest.mark.parametrize("kind", ["k3", "k3 stride 2", "t3", "t4", "u2"])
@pytest.mark.parametrize("seed", range(3))
def test_few_large_channels_are_exact_right_at_their_bound(kind: str, seed: int) -> None:
    layer = tame(kind, seed)
    assert isinstance(layer.exact, FastProducts)
    worst, room = channel_bounds(layer.stencil, layer.exact.side)
    small = layer.exact.limit // 16
    most = int(((room - small * worst[1:].sum(axis=0)) // worst[0]).min())
    large = min(most, (1 << 31) - 1)
    assert large > layer.exact.limit, "the layer has too few channels for this test"
    loop = replace(layer, exact=None)
    for x in worst_maps(layer, small, seed):
        x[:, :, 0] = np.sign(x[:, :, 0]) * large
        expected = loop(x)
        out = np.full_like(expected, 77)
        for block in layer.exact.blocks(layer.stencil.vertical.positions(4), layer.stencil.horizontal.positions(6)):
            assert layer.exact.write(x, -(1 << 31), (1 << 31) - 1, block, out)
        assert np.array_equal(out, expected)
        if most < (1 << 31) - 1:
            x[:, :, 0] = np.where(x[:, :, 0] < 0, -1, 1) * (most + max(1, most >> 8))
            assert not layer.exact._fits(np.abs(x).astype(np.float64)[None])
