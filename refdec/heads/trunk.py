"""Heads that read what the synthesis makes on its way to luma, and not the latents alone.

In: a head with the input `luma.features`, and BOP's luma decoder of the weights in use.  Out: a head whose first steps
are BOP's own, layer by layer, up to what its last layer reads: 96 channels, one position for 4 x 4 samples (4.5.1).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from refdec.clauses import clause
from refdec.heads.errors import HeadOfOtherSynthesis
from refdec.heads.head import FEATURES, Head, HeadStep
from refdec.weights.pack import Checkpoint

__all__ = ["upon_synthesis"]

KEPT = 4
PREFIX = "trunk."
LAYERS = {
    "block": "first_stage.0.0.conv1",
    "up1": "first_stage.1",
    "act1.conv": "first_stage.2.conv",
    "act1.conv2": "first_stage.2.conv2",
    "up2": "conv2_t",
    "act2.conv": "iact2.conv",
    "act2.conv2": "iact2.conv2",
    "wide": "conv3",
    "act3.conv": "iact3.conv",
    "act3.conv2": "iact3.conv2",
}
"""Layers of the steps, and what they are called in the checkpoint."""
STEPS = (
    ("convolution", ("luma",), "a", ("block",)),
    ("relu", (f"{PREFIX}a",), "b", ()),
    ("add", ("luma", f"{PREFIX}b"), "c", ()),
    ("transposed", (f"{PREFIX}c",), "d", ("up1",)),
    ("resau", (f"{PREFIX}d",), "e", ("act1.conv", "act1.conv2")),
    ("transposed", (f"{PREFIX}e",), "f", ("up2",)),
    ("resau", (f"{PREFIX}f",), "g", ("act2.conv", "act2.conv2")),
    ("convolution", (f"{PREFIX}g",), "h", ("wide",)),
    ("resau", (f"{PREFIX}h",), "features", ("act3.conv", "act3.conv2")),
)
FOUND = f"{PREFIX}features"


@clause("4.5.1", kind="added", reason="a head goes on where the last layer of luma's synthesis begins")
@lru_cache(maxsize=KEPT)
def upon_synthesis(head: Head, decoder: Checkpoint) -> Head:
    """(4.5.1) Return a head that reads the latents alone, and does what `head` does with the features made of them.

    `decoder`: checkpoint VM_bop/decoder_Y.  Raises HeadOfOtherSynthesis.
    """
    if head.facts.synthesis != decoder.fingerprint:
        raise HeadOfOtherSynthesis(head.facts.name, head.facts.synthesis, decoder.fingerprint)
    before = tuple(
        HeadStep(operation, inputs, PREFIX + made, tuple(PREFIX + name for name in layers))
        for operation, inputs, made, layers in STEPS
    )
    own = tuple(
        replace(step, inputs=tuple(FOUND if name == FEATURES else name for name in step.inputs)) for step in head.steps
    )
    layers = {PREFIX + name: decoder.layers[theirs] for name, theirs in LAYERS.items()}
    return Head(head.facts, before + own, {**layers, **head.layers}, head.outputs)
