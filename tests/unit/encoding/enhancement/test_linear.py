"""EFE linear of an encoder (5.6, 5.14.2): known filters are found, shifted and blurred colour gets better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.tools import EfeFilterSet, EfeLinear, ToolsHeader
from refdec.encoding.enhancement.linear import choose_linear, identity_set
from refdec.picture.filters.efe_linear import MAIN, efe_linear, is_resampled
from refdec.picture.planes import Planes
from tests.unit.encoding.enhancement.support import CHEAP, after, before, error, errors, waves

ZERO = 32767
SIZES = [(96, 160), (75, 133)]


def known(seed: int, split: int, parts: int, edge: int, *, phases: int = 1) -> EfeLinear:
    """A main set of small random weights, other ones for U and V."""
    rng = np.random.default_rng(seed)
    chroma = [rng.integers(-200, 200, (parts, phases, edge, edge)).astype(np.int32) + ZERO for _ in "UV"]
    luma = [rng.integers(-60, 60, (parts, edge, edge)).astype(np.int32) + ZERO for _ in "UV"]
    main = EfeFilterSet((split, split), (edge, edge), 0, 65535, (chroma[0], chroma[1]), (luma[0], luma[1]))
    return EfeLinear((12500, 12500), (identity_set(), main))


def weights(found: EfeFilterSet, m: int) -> np.ndarray:
    chroma, luma = found.weightC[m], found.weightY[m]
    assert chroma is not None
    assert luma is not None
    return np.concatenate([chroma.ravel(), luma.ravel()]) + found.minSymbol


@pytest.mark.parametrize(("split", "parts", "edge"), [(1, 1, 1), (1, 1, 3), (2, 2, 2), (3, 2, 4), (6, 4, 1)])
def test_least_squares_recover_a_known_filter(split: int, parts: int, edge: int) -> None:
    decoded = waves(192, 224, seed=split)
    given = before(decoded, decoded)
    wanted = known(5, split, parts, edge)
    means = choose_means(given.planes)
    wanted = replace(wanted, B1=means)
    target = efe_linear(decoded, given.picture, wanted, MAIN)
    given = before(decoded, target)
    found = choose_linear(given, CHEAP)
    assert found is not None
    assert means == found.B1
    assert found.sets[MAIN].best_cand_idx == (split, split)
    assert found.sets[MAIN].fL == (edge, edge)
    for m in (0, 1):
        assert np.abs(weights(found.sets[MAIN], m) - weights(wanted.sets[MAIN], m)).max() <= 2
    plain, left = errors(given, decoded), errors(given, after(given, ToolsHeader(efe_linear=found)))
    assert left[1] + left[2] < (plain[1] + plain[2]) // 1000


def choose_means(planes: tuple[np.ndarray, ...]) -> tuple[int, int]:
    u, v = (int(np.rint(100 * plane.mean(dtype=np.float64) / 64)) for plane in planes[1:])
    return u, v


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("output", "coded"), [("444", "444"), ("422", "422"), ("420", "420"), ("444", "420"), ("444", "422")]
)
def test_shifted_and_faded_colour_gets_better_in_every_format(size: tuple[int, int], output: str, coded: str) -> None:
    target = waves(*size, output)
    moved = [np.roll(plane, 2, axis=1) // 2 + (64 << 18) for plane in (target.u, target.v)]
    given = before(Planes(target.y, *moved), target, output, coded)
    found = choose_linear(given, CHEAP)
    assert found is not None
    main = found.sets[MAIN]
    assert main.weightC[0] is not None
    assert main.weightC[0].shape[1] == (4 if is_resampled(given.picture) else 1)
    made = after(given, ToolsHeader(efe_linear=found))
    assert error(given, made, CHEAP) < error(given, given.window(given.decoder.shown), CHEAP) // 2
    assert np.array_equal(made.y, given.window(given.decoder.shown).y)


def test_colour_that_follows_luma_is_made_of_luma() -> None:
    target = waves(96, 96)
    gone = Planes(target.y, (target.u >> 18 << 18) * 0 + (100 << 18), target.v)
    tinted = replace(target, u=(100 << 18) + target.y // 4)
    given = before(gone, tinted)
    found = choose_linear(given, CHEAP)
    assert found is not None
    assert errors(given, after(given, ToolsHeader(efe_linear=found)))[1] < errors(given, gone)[1] // 1000


def test_a_picture_that_is_right_is_left_alone() -> None:
    target = waves(96, 128)
    assert choose_linear(before(target, target), CHEAP) is None


def test_bits_that_cost_more_than_they_save_are_not_spent() -> None:
    target = waves(96, 128)
    worse = replace(target, u=target.u + (1 << 16))
    plain = errors(before(worse, target), worse)[1]
    assert choose_linear(before(worse, target), replace(CHEAP, slope=plain // 50)) is None
    assert choose_linear(before(worse, target), replace(CHEAP, slope=plain // 500)) is not None
    assert choose_linear(before(worse, target), replace(CHEAP, room=60)) is None


def test_the_set_that_changes_nothing_changes_nothing() -> None:
    target = waves(96, 128)
    given = before(target, target)
    made = after(given, ToolsHeader(efe_linear=EfeLinear((12345, 13000), (identity_set(), identity_set()))))
    assert all(np.array_equal(a, b) for a, b in zip(made.as_tuple(), target.as_tuple(), strict=True))


def test_the_same_planes_give_the_same_filters() -> None:
    target, decoded = waves(96, 128), waves(96, 128, seed=3)
    assert choose_linear(before(decoded, target), CHEAP) == choose_linear(before(decoded, target), CHEAP)
