"""Windows of latents: where they lie, and that a head says the same however its picture is cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.heads.cutting import Cut, Sums, cuts_of, part_at_level
from refdec.heads.head import Head, HeadStep
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from refdec.heads.plan import plan_of
from refdec.tiling.geometry import Rect
from tests.unit.heads.support import FACTS, classifier, drawn, every_operation, steps_of, tiny


def maps_of(height: int, width: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng((height, width))
    return {
        name: random.integers(-9 << 18, 9 << 18, (channels, height, width)).astype(np.int32)
        for name, channels in (("luma", 160), ("chroma", 96))
    }


def fine() -> Head:
    """Two doublings, with what looks to one side only, and a map as fine as a picture of twice the size."""
    steps = [
        HeadStep("transposed", ("luma",), "a", ("t3",)),
        HeadStep("transposed", ("a",), "b", ("t4",)),
        HeadStep("convolution", ("b",), "c", ("c",)),
        HeadStep("shuffle", ("c",), "picture", (), {"factor": 8}),
    ]
    weights = {
        "t3": (drawn(1, 160, 8, 3, 3)[0], np.zeros(8)),
        "t4": (drawn(2, 8, 8, 4, 4)[0], np.ones(8)),
        "c": drawn(3, 64, 8, 3, 3),
    }
    return head_of(FACTS, steps, weights)


def mean_of_a_mean() -> Head:
    """A map that depends on a mean of what depends on a mean: two rounds before the answer."""
    steps = [
        HeadStep("mean2", ("luma",), "half"),
        HeadStep("mean", ("half",), "m"),
        HeadStep("spread", ("m", "luma"), "s"),
        HeadStep("gate", ("luma", "s"), "g"),
        HeadStep("max2", ("g",), "h"),
        HeadStep("mean", ("h",), "n"),
        HeadStep("spread", ("n", "half"), "t"),
        HeadStep("add", ("half", "t"), "answer"),
    ]
    return head_of(FACTS, steps, {}, ("answer", "n"))


def hourglass() -> Head:
    """What looks around before squares are put together, and after that: for a part of a square all of it is needed."""
    steps = [
        HeadStep("linear", ("luma",), "few", ("few",)),
        HeadStep("convolution", ("few",), "before", ("c",)),
        HeadStep("mean2", ("before",), "half"),
        HeadStep("nearest", ("half",), "again"),
        HeadStep("convolution", ("again",), "answer", ("c",)),
    ]
    return head_of(FACTS, steps, {"few": drawn(1, 4, 160, 1, 1), "c": drawn(2, 4, 4, 3, 3)})


@pytest.mark.parametrize("size", [(9, 30), (31, 17), (40, 41), (1, 64)])
@pytest.mark.parametrize(
    "head", [every_operation, classifier, fine, mean_of_a_mean, hourglass, tiny], ids=lambda head: head.__name__
)
def test_windows_give_what_the_whole_gives(head: Callable[[], Head], size: tuple[int, int]) -> None:
    maps, one = maps_of(*size), head()
    whole = HeadNetwork.of(one)(maps)
    cut = HeadNetwork.of(one, window_bytes=1)
    assert len(cuts_of(cut.plan, *size, 1)) > 1, "this is about windows"
    assert list(found := cut(maps)) == list(whole)
    assert all(np.array_equal(found[name], whole[name]) for name in whole)


def test_the_margin_is_what_the_steps_reach_together() -> None:
    assert plan_of(tiny()).margin == 0
    plan = plan_of(fine())
    assert (plan.margin, plan.grid) == (2, 1), "1 + 1/2 + 1/4, rounded up"
    plan = plan_of(classifier())
    assert (plan.margin, plan.grid) == (4, 2), "1 for the strided one, 2 for ResAU at half the resolution: 3 is odd"
    assert plan_of(hourglass()).margin == 4, "1 of the last one, 2 since squares are whole, 1 of the first: 3 is odd"
    pooled = head_of(FACTS, steps_of("mean2", "mean2", "mean2"), {})
    assert (plan_of(pooled).margin, plan_of(pooled).grid) == (0, 8)


def test_windows_cover_the_picture_once() -> None:
    plan = plan_of(every_operation())
    seen = np.zeros((50, 70), int)
    for cut in cuts_of(plan, 50, 70, 1):
        seen[cut.place.rows, cut.place.columns] += 1
        assert cut.read.contains(cut.place) and Rect(0, 0, 70, 50).contains(cut.read)
        assert (
            cut.place.x % plan.grid == cut.place.y % plan.grid == cut.read.x % plan.grid == cut.read.y % plan.grid == 0
        )
    assert (seen == 1).all()
    assert cuts_of(plan, 50, 70) == [Cut(Rect(0, 0, 70, 50), Rect(0, 0, 70, 50))], "small enough"


def test_memory_grows_with_the_window_and_not_with_the_picture() -> None:
    network = HeadNetwork.of(fine(), window_bytes=1 << 22)
    small, large = (network.bytes_for(side, side, joined=False) for side in (200, 2000))
    assert small == large < 1 << 23
    assert network.bytes_for(2000, 2000) == large + 8 * 2000 * 2000 * 1024, (
        "and the outputs, where they are wanted whole"
    )
    assert network.bytes_for(4, 4) == network.plan.bytes * 16


def test_a_part_at_a_level() -> None:
    cut = Cut(Rect(4, 8, 4, 3), Rect(2, 6, 8, 5))
    assert part_at_level(cut, 1, (10, 16), (11, 50)) == Rect(4, 4, 8, 6), "to the end of the picture below"
    assert part_at_level(cut, -1, (3, 4), (11, 50)) == Rect(1, 1, 2, 2)


def test_sums_round_once() -> None:
    sums = Sums((3, 1))
    for row in range(3):
        place = Rect(0, row, 1, 1)
        sums.add("m", np.array([[[row, (1 << 31) - 1, -(1 << 31)]]], np.int32), 0, Cut(place, place))
    assert sums.means()["m"].ravel().tolist() == [1, (1 << 31) - 1, -(1 << 31)]
