"""Heads made up for tests: every operation, weights drawn from a seed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from refdec.heads.head import Head, HeadFacts, HeadStep
from refdec.heads.headfile import write_head
from refdec.heads.making import Weights, head_of
from tests.sample_bundles import FINGERPRINT

__all__ = [
    "FACTS",
    "classifier",
    "detector",
    "drawn",
    "embedder",
    "every_operation",
    "file_of",
    "segmenter",
    "steps_of",
    "tiny",
]

FACTS = HeadFacts(
    "sample", "1.0", "classify", (FINGERPRINT,), ("cat", "dog", "emu"), {"top1": 0.5, "rates": "0.1 to 1 bpp"}, "CC0"
)


def drawn(seed: int, *shape: int, scale: float = 1.0) -> Weights:
    """Weights and biases of a seed, the same on every machine: whole numbers, scaled."""
    random = np.random.default_rng(seed)
    fan = int(np.prod(shape[1:]))
    return random.integers(-1000, 1001, shape) * (scale / 577 / fan**0.5), random.integers(-99, 100, shape[0]) / 500


def tiny(**changes: Any) -> Head:
    """A linear map of chroma; `changes` are arguments of `head_of`."""
    given: dict[str, Any] = {
        "facts": FACTS,
        "steps": [HeadStep("linear", ("chroma",), "y", ("fc",))],
        "weights": {"fc": drawn(1, 3, 96)},
    }
    return head_of(**(given | changes))


def classifier() -> Head:
    """Both latents, a strided convolution, ResAU, a vector, three labels."""
    steps = [
        HeadStep("scale", ("luma",), "half", (), {"multiplier": 1, "shift": 1}),
        HeadStep("concatenate", ("half", "chroma"), "both"),
        HeadStep("convolution", ("both",), "a", ("conv1",), {"stride": 2}),
        HeadStep("resau", ("a",), "b", ("act.conv", "act.conv2")),
        HeadStep("mean", ("b",), "v"),
        HeadStep("linear", ("v",), "logits", ("fc",)),
        HeadStep("softmax", ("logits",), "chances"),
    ]
    weights = {
        "conv1": drawn(2, 16, 256, 3, 3),
        "act.conv": drawn(3, 16, 4, 3, 3),
        "act.conv2": drawn(4, 16, 16, 1, 1),
        "fc": drawn(5, 3, 16),
    }
    return head_of(FACTS, steps, weights)


def detector(**changes: Any) -> Head:
    """Chroma alone, boxes of two labels at twice the positions of the latent; `changes` are arguments of `head_of`."""
    steps = [
        HeadStep("linear", ("chroma",), "a", ("a",)),
        HeadStep("shuffle", ("a",), "fine", (), {"factor": 2}),
        HeadStep("logistic", ("fine",), "scores"),
        HeadStep("linear", ("chroma",), "b", ("b",)),
        HeadStep("shuffle", ("b",), "wide", (), {"factor": 2}),
        HeadStep("relu", ("wide",), "sides"),
    ]
    given: dict[str, Any] = {
        "facts": replace(FACTS, task="detect", labels=("cat", "dog")),
        "steps": steps,
        "weights": {"a": drawn(6, 8, 96), "b": drawn(7, 16, 96)},
        "outputs": ("scores", "sides"),
    }
    return head_of(**(given | changes))


def segmenter() -> Head:
    """Luma alone, three labels at four times the positions of the latent."""
    steps = [
        HeadStep("linear", ("luma",), "a", ("a",)),
        HeadStep("shuffle", ("a",), "classes", (), {"factor": 4}),
    ]
    return head_of(replace(FACTS, task="segment"), steps, {"a": drawn(8, 48, 160)})


def embedder() -> Head:
    """Unit vectors, at each position and of the whole."""
    steps = [
        HeadStep("concatenate", ("luma", "chroma"), "both"),
        HeadStep("linear", ("both",), "few", ("few",)),
        HeadStep("normalise", ("few",), "directions"),
        HeadStep("mean", ("directions",), "v"),
        HeadStep("normalise", ("v",), "direction"),
    ]
    return head_of(FACTS, steps, {"few": drawn(6, 32, 256)}, ("directions", "direction"))


def every_operation() -> Head:
    """All operations but `normalise` once at least, with six outputs of different sizes."""
    steps = [
        HeadStep("convolution", ("luma",), "c1", ("c1",), {"groups": 4}),
        HeadStep("relu6", ("c1",), "c2"),
        HeadStep("resau", ("c2",), "c3", ("a", "b")),
        HeadStep("convolution", ("c3",), "down", ("c2",), {"stride": 2}),
        HeadStep("nearest", ("down",), "up"),
        HeadStep("add", ("c3", "up"), "sum"),
        HeadStep("max2", ("sum",), "m1"),
        HeadStep("mean2", ("m1",), "m2"),
        HeadStep("linear", ("chroma",), "k", ("k",)),
        HeadStep("concatenate", ("sum", "k"), "joined"),
        HeadStep("shuffle", ("joined",), "fine", (), {"factor": 2}),
        HeadStep("relu", ("fine",), "mask"),
        HeadStep("scale", ("m2",), "scaled", (), {"multiplier": -300, "shift": 9}),
        HeadStep("logistic", ("scaled",), "boxes"),
        HeadStep("mean", ("joined",), "v"),
        HeadStep("softmax", ("v",), "chances"),
        HeadStep("spread", ("v", "joined"), "everywhere"),
        HeadStep("gate", ("joined", "everywhere"), "gated"),
        HeadStep("transposed", ("k",), "twice", ("t",)),
    ]
    weights = {
        "c1": drawn(1, 32, 40, 3, 3, scale=4),
        "a": drawn(2, 32, 8, 3, 3),
        "b": drawn(3, 32, 32, 1, 1),
        "c2": drawn(4, 32, 32, 3, 3),
        "k": drawn(5, 8, 96),
        "t": (drawn(6, 8, 5, 4, 4)[0], drawn(6, 5, 1)[1]),
    }
    return head_of(FACTS, steps, weights, ("mask", "boxes", "chances", "m1", "gated", "twice"))


def file_of(head: Head) -> bytes:
    target = io.BytesIO()
    write_head(head, target)
    return target.getvalue()


def steps_of(*operations: str) -> Sequence[HeadStep]:
    """Steps without weights, each on what the one before made; the first on luma."""
    names = ["luma", *(f"m{number}" for number in range(len(operations)))]
    return [HeadStep(name, (names[number],), names[number + 1]) for number, name in enumerate(operations)]
