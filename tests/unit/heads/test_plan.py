"""Heads are checked before they run: maps, channels, levels, and what they cost for one position of the latent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refdec.heads.errors import HeadStepInvalid, HeadTooLarge
from refdec.heads.head import HeadStep
from refdec.heads.making import head_of
from refdec.heads.operations import OPERATIONS, Form
from refdec.heads.plan import plan_of
from tests.unit.heads.support import FACTS, classifier, drawn, embedder, every_operation, steps_of


def test_costs_are_those_of_the_layers() -> None:
    plan = plan_of(classifier())
    assert plan.products == 16 * 256 * 9 + 16 * 4 * 9 + 16 * 16 + 3 * 16
    assert plan.bytes == 4 * (160 + 96 + 256), "luma is gone once it is halved, and two of three maps once joined"
    assert plan.inputs == ("luma", "chroma")
    assert plan.outputs == {"chances": Form(3, None)}


def test_the_test_heads_have_every_operation() -> None:
    used = {step.operation for head in (every_operation(), classifier(), embedder()) for step in head.steps}
    assert used == set(OPERATIONS)


def test_finer_maps_count_more() -> None:
    plan = plan_of(head_of(FACTS, steps_of("nearest", "nearest", "nearest"), {}))
    assert plan.outputs == {"m2": Form(160, 3)} and plan.bytes == 4 * 160 * (16 + 64)


@pytest.mark.parametrize(
    ("steps", "weights", "reason"),
    [
        (steps_of("upwards"), {}, "is no operation"),
        ([HeadStep("relu", ("luma", "chroma"), "x")], {}, "reads 2 maps"),
        ([HeadStep("add", ("luma",), "x")], {}, "reads 1 maps"),
        ([HeadStep("add", ("luma", "chroma"), "x")], {}, "different levels or channels"),
        ([HeadStep("relu", ("later",), "x"), HeadStep("relu", ("luma",), "later")], {}, "no step before it"),
        ([HeadStep("relu", ("luma",), "luma")], {}, "there already"),
        ([HeadStep("relu", ("luma",), "")], {}, "there already"),
        ([HeadStep("linear", ("luma",), "x")], {}, "needs the layers weight"),
        ([HeadStep("relu", ("luma",), "x", ("w",))], {"w": drawn(1, 2, 2)}, "needs the layers none"),
        ([HeadStep("linear", ("luma",), "x", ("w",))], {}, "not there"),
        ([HeadStep("linear", ("luma",), "x", ("w",))], {"w": drawn(1, 3, 96)}, "takes 96 channels, and is given 160"),
        ([HeadStep("relu", ("luma",), "x")], {"w": drawn(1, 3, 96)}, "uses the layer 'w'"),
        ([HeadStep("relu", ("luma",), "x", (), {"slope": 1})], {}, "'slope'"),
        ([HeadStep("scale", ("luma",), "x")], {}, "multiplier None"),
        ([HeadStep("scale", ("luma",), "x", (), {"multiplier": True})], {}, "multiplier True"),
        ([HeadStep("shuffle", ("luma",), "x", (), {"factor": 3})], {}, "factor 3"),
        ([HeadStep("shuffle", ("luma",), "x", (), {"factor": 8})], {}, "a multiple of 64 channels"),
        (steps_of(*["mean2"] * 5), {}, "leaves the levels"),
        (steps_of("mean", "mean"), {}, "given a vector"),
        (steps_of("mean", "nearest"), {}, "given a vector"),
        ([*steps_of("mean"), HeadStep("concatenate", ("m0", "luma"), "x")], {}, "different levels"),
        ([*steps_of("mean"), HeadStep("convolution", ("m0",), "x", ("w",))], {"w": drawn(1, 2, 160, 3, 3)}, "vector"),
        ([HeadStep("convolution", ("luma",), "x", ("w",))], {"w": drawn(1, 2, 160, 5, 5)}, "[out, in, 1 or 3, 1 or 3]"),
        (
            [HeadStep("convolution", ("luma",), "x", ("w",), {"stride": 2})],
            {"w": drawn(1, 2, 160, 1, 1)},
            "only 3 x 3",
        ),
        (
            [HeadStep("convolution", ("luma",), "x", ("w",), {"groups": 4})],
            {"w": drawn(1, 2, 40, 1, 1)},
            "4 groups do not divide",
        ),
        (
            [HeadStep("concatenate", ("luma",) * 4, "y"), HeadStep("convolution", ("y",), "x", ("w",))],
            {"w": drawn(1, 2, 640, 3, 3)},
            "the most are 4320",
        ),
        (
            [HeadStep("resau", ("luma",), "x", ("a", "b"))],
            {"a": drawn(1, 160, 40, 3, 3), "b": drawn(2, 80, 160, 1, 1)},
            "must keep them",
        ),
    ],
)
def test_steps_that_cannot_be_walked(steps: list[HeadStep], weights: dict[str, Any], reason: str) -> None:
    with pytest.raises(HeadStepInvalid) as caught:
        head_of(FACTS, steps, weights)
    assert reason in str(caught.value)


def test_outputs_are_made_by_steps() -> None:
    for outputs in (["nothing"], ["luma"]):
        with pytest.raises(HeadStepInvalid):
            head_of(FACTS, steps_of("relu"), {}, outputs)


def test_what_costs_too_much_is_refused() -> None:
    wide = [HeadStep("concatenate", ("luma",) * 16, "a"), HeadStep("concatenate", ("a",) * 2, "b")]
    with pytest.raises(HeadTooLarge, match="channels"):
        head_of(FACTS, wide, {})
    with pytest.raises(HeadTooLarge, match="values"):
        head_of(FACTS, [HeadStep("concatenate", ("luma",) * 16, "a"), *_up("a", 4)], {})
    costly = [HeadStep("nearest", ("luma",), "m0"), *_up("m0", 3)]
    costly += [HeadStep("convolution", ("u2",), "x", ("w",))]
    with pytest.raises(HeadTooLarge, match="products"):
        head_of(FACTS, costly, {"w": (np.zeros((256, 160, 3, 3)), None)})
    with pytest.raises(HeadTooLarge, match="steps"):
        head_of(FACTS, [], {})
    with pytest.raises(HeadTooLarge, match="steps"):
        head_of(FACTS, steps_of(*["relu"] * 1025), {})


def _up(name: str, times: int) -> list[HeadStep]:
    names = [name, *(f"u{number}" for number in range(times))]
    return [HeadStep("nearest", (names[number],), names[number + 1]) for number in range(times)]
