"""Float64 products: used up to their proven limit, exact there, and left beyond it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.networks.exact_forms import Work, cut
from refdec.networks.exact_products import exact_products, spare_products
from refdec.networks.exact_sums import DirectProducts, TapProducts
from refdec.networks.exact_tiles import FastProducts, WideProducts
from refdec.networks.kernels import NOTHING
from refdec.networks.layers import _Linear
from refdec.networks.sharing import helped_by, shared_by
from refdec.networks.stencil import THREE, Direction
from refdec.networks.winograd import EXACT, EXACT_BESIDE, FAST, FOUR, Side, channel_bounds
from tests.unit.networks.random_layers import KINDS, layer_of, operator, random_layer

LOW, HIGH = -(1 << 31), (1 << 31) - 1
FORMS = {
    "k1": DirectProducts,
    "k3": WideProducts,
    "k3 one output": TapProducts,
    "k3 groups": WideProducts,
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


def forms_of(layer: _Linear) -> list[Any]:
    """All forms of a layer's products, the first one to try first."""
    forms = [layer.exact]
    while (further := spare_products(layer.stencil, forms[-1])) is not None:  # type: ignore[arg-type]
        forms.append(further)
    return forms


def wide_at_2_x_2(layer: _Linear) -> FastProducts:
    """The form in tiles of 2 x 2."""
    (form,) = (form for form in forms_of(layer) if isinstance(form, FastProducts))
    return form


def written(form: Any, layer: _Linear, x: Int32Array, out: Int32Array, low: int = LOW, high: int = HIGH) -> list[bool]:
    """Which blocks of a map a form writes."""
    positions = (layer.stencil.vertical.positions(x.shape[0]), layer.stencil.horizontal.positions(x.shape[1]))
    return form.write(Work(x, low, high, out, NOTHING, out), np.array(list(form.blocks(*positions)))).tolist()


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
    loop = replace(layer, exact=None)
    for form in forms_of(layer):
        for x in worst_maps(layer, form.limit, seed):
            expected = loop(x)
            out = np.full_like(expected, 77)
            assert all(written(form, layer, x, out))
            assert np.array_equal(out, expected)


@pytest.mark.parametrize("kind", FORMS)
def test_beyond_the_limit_nothing_is_written(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FastProducts, "_fits", lambda self, work, tiles: False)
    layer = tame(kind, 5)
    for form in forms_of(layer):
        x = np.zeros((4, 6, layer.stencil.in_channels), dtype=np.int32)
        exact = replace(form, limit=1000)
        if isinstance(exact, WideProducts):
            exact = replace(exact, most=np.full_like(exact.most, np.float64(999).view(np.int64)))
        out = np.full((*layer.stencil.output_size(4, 6), layer.stencil.out_channels), 77, dtype=np.int32)
        for value in (1001, -1001, LOW):
            x[2, 2, 0] = value
            assert not any(written(exact, layer, x, out))
            assert (out == 77).all()
        x[2, 2, 0] = -1000
        assert all(written(exact, layer, x, out))
        x[2, 2, 0] = 5000
        assert all(written(exact, layer, x, out, 0, 1000)), "the clamp comes before the measure"


@pytest.mark.parametrize(("low", "high"), [(1, 9), (-9, -1)])
def test_bounds_that_change_what_is_outside_are_refused(low: int, high: int) -> None:
    """Found: zeros around a map were clamped like its samples, and became others."""
    layer = tame("k3", 1)
    x = np.full((4, 6, layer.stencil.in_channels), 5, dtype=np.int32)
    out = np.full((4, 6, layer.stencil.out_channels), 77, dtype=np.int32)
    with pytest.raises(ValueError, match=f"{low}..{high}"):
        written(layer.exact, layer, x, out, low, high)
    assert (out == 77).all()


@pytest.mark.parametrize("kind", ["k3", "k3 stride 2", "t3", "t4", "u2"])
def test_blocks_beyond_all_limits_go_to_the_loop(kind: str) -> None:
    layer = tame(kind, 6)
    limits = [form.limit for form in forms_of(layer)]
    assert len(limits) == (3 if kind == "k3" else 2)
    assert limits == sorted(limits)
    assert limits[-1] < 1 << 31
    loop = replace(layer, exact=None)
    for magnitude in (*limits, *(limit + 1 for limit in limits), HIGH):
        for x in worst_maps(layer, magnitude, 7):
            assert np.array_equal(layer(x), loop(x))


@pytest.mark.parametrize("kind", ["k3", "k3 groups"])
def test_large_samples_are_exact_where_their_points_are_small(kind: str) -> None:
    """Points of equal samples are at most 36 times as large, those of samples with the signs of their factors 90."""
    layer = tame(kind, 3)
    assert isinstance(layer.exact, WideProducts)
    loop = replace(layer, exact=None)
    x = np.full((12, 12, layer.stencil.in_channels), min(2 * layer.exact.limit, HIGH), np.int32)
    x[:3, 6] *= -1
    x[2] *= -1
    expected = loop(x)
    out = np.full_like(expected, 77)
    blocks = np.array([(0, 4, 0, 12), (4, 4, 0, 12), (8, 4, 0, 12)])
    assert layer.exact.write(Work(x, LOW, HIGH, out, NOTHING, out), blocks).tolist() == [False, True, True]
    assert np.array_equal(out[4:], expected[4:])
    assert (out[:4] == 77).all()
    assert np.array_equal(layer(x), expected)


@pytest.mark.parametrize("sign", [1, -1])
def test_points_are_exact_right_at_their_bound(sign: int) -> None:
    """Sums of magnitude 2^51 - 1 beside 3 * 2^51 keep their last bit; those of 2^51 are left alone."""
    weight = np.zeros((5, 1, 3, 3), np.int64)
    weight[:, 0, 1, 1] = 524287
    layer = operator("k3", layer_of(weight, [0] * 5, [0] * 5), True)
    assert isinstance(layer.exact, WideProducts)
    loop = replace(layer, exact=None)
    points = layer.exact.limit * 144  # twice the filter, and a gain of 6, in both directions
    assert points * 524287 < EXACT_BESIDE <= (points + 144) * 524287
    for top in (layer.exact.limit - 1, layer.exact.limit, layer.exact.limit + 1, 2 * layer.exact.limit):
        x = np.zeros((9, 9, 1), np.int64)
        x[1:7, 1:7, 0] = np.where(np.add.outer(np.arange(6), np.arange(6)) % 2, -top, top) * sign
        assert np.array_equal(layer(x.astype(np.int32)), loop(x.astype(np.int32)))


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
    """Those in int64 take any."""
    for bias, limited in ((EXACT - 1, True), (EXACT, True), (EXACT >> 3, False), (1 << 60, True)):
        layer = operator("k3", layer_of(np.ones((5, 1, 3, 3)), [7] * 5, [bias] * 5), True)
        assert (wide_at_2_x_2(layer).limit == -1) is limited
        assert isinstance(layer.exact, WideProducts)
        assert layer.exact.limit > 0
        x = np.full((5, 4, 1), min(layer.exact.limit, HIGH), np.int32)
        assert np.array_equal(layer(x), replace(layer, exact=None)(x))


def test_zero_filters_permit_every_input() -> None:
    form = exact_products(operator("k3", layer_of(np.zeros((5, 1, 3, 3)), [0] * 5, [7] * 5), False).stencil)
    assert form is not None
    assert form.limit == 1 << 31


@pytest.mark.parametrize(("direction", "side"), [*FAST.items(), (THREE, FOUR)])
def test_fast_algorithms_are_identities(direction: Direction, side: Side) -> None:
    """Output rows times (filter rows times taps) times (points times window) is the stencil, in every direction."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        window = rng.integers(-99, 99, side.span)
        taps = rng.integers(-99, 99, max(t for phase in direction.phases for t, _ in phase) + 1)
        v = np.array([sum(factor * window[n] for n, factor in row) for row in side.points])
        assert all(len(row) <= 4 for row in side.points)
        for phase, fast in zip(direction.phases, side.phases, strict=True):
            m = (np.array(fast.filter_rows) @ taps) * v[slice(*fast.points)]
            for position, row in enumerate(fast.output_rows):
                direct = sum(
                    int(taps[t]) * int(window[direction.stride * position + o - side.origin]) for t, o in phase
                )
                assert int(np.array(row) @ m) == direct * side.factor


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
    form = wide_at_2_x_2(layer)
    worst, room = channel_bounds(layer.stencil, form.side)
    small = form.limit // 16
    most = int(((room - small * worst[1:].sum(axis=0)) // worst[0]).min())
    large = min(most, (1 << 31) - 1)
    assert large > form.limit, "the layer has too few channels for this test"
    loop = replace(layer, exact=None)
    for x in worst_maps(layer, small, seed):
        x[:, :, 0] = np.sign(x[:, :, 0]) * large
        expected = loop(x)
        out = np.full_like(expected, 77)
        assert all(written(form, layer, x, out))
        assert np.array_equal(out, expected)
        if most < (1 << 31) - 1:
            x[:, :, 0] = np.where(x[:, :, 0] < 0, -1, 1) * (most + max(1, most >> 8))
            assert not form._fits(Work(x, LOW, HIGH, out, NOTHING, out), np.array([0, 2, 0, 3]))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("rows", "columns", "room"), [(1, 1, 5), (13, 7, 14), (32, 48, 200), (5, 300, 64), (40, 3, 1)])
def test_a_grid_is_cut_into_even_blocks(rows: int, columns: int, room: int, threads: int) -> None:
    """Each place is in one block; where threads share them there are as many for each, if rows allow it."""
    with helped_by(threads) as team, shared_by(team):
        blocks = list(cut(rows, columns, room))
    seen = np.zeros((rows, columns), dtype=int)
    for top, tall, left, wide in blocks:
        seen[top : top + tall, left : left + wide] += 1
    assert (seen == 1).all()
    heights, widths = ({block[n] for block in blocks} for n in (1, 3))
    assert max(heights) - min(heights) <= 1
    assert max(widths) - min(widths) <= 1
    assert max(heights) * max(widths) <= max(room, 12) + max(widths)
    assert len(blocks) % threads == 0 or min(heights) == max(heights) == 1
