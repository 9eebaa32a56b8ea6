"""Tiny data for trainings of heads: folders of striped pictures, which latents tell apart at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.twin import HeadTwin

__all__ = ["every_step", "shaken", "striped_classes"]


def striped(seed: int, across: bool, rows: int, columns: int) -> np.ndarray:
    """A picture with stripes down or across it, of places, widths and grays by chance."""
    draw = np.random.default_rng(seed)
    place = np.arange(rows)[:, None] if across else np.arange(columns)[None]
    wave = (np.sin(place * draw.uniform(0.4, 0.5) + draw.uniform(0, 6)) + 1) / 2
    low, high = draw.uniform(40, 60, 3), draw.uniform(190, 210, 3)
    picture = low + wave[..., None] * (high - low) + np.zeros((rows, columns, 1))
    return np.clip(picture + draw.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def striped_classes(folder: Path, count: int = 12) -> Path:
    """Write `across/` and `down/` with so many pictures each, of several sizes."""
    for number, name in enumerate(("across", "down")):
        (folder / name).mkdir(parents=True)
        for seed in range(count):
            size = 64 + 16 * (seed % 3), 64 + 32 * (seed % 2)
            Image.fromarray(striped(seed + 100 * number, not number, *size)).save(folder / name / f"{seed:02}.png")
    return folder


def every_step() -> Design:
    """Every operation that refdec has, and layers of every kind, on maps of odd sizes."""
    sketch = Sketch()
    luma = sketch.convolution("luma", 32, groups=4, normalised=False)
    x = sketch.relu(sketch.unit(sketch.joined(luma, "chroma"), 16))
    gate = sketch.gate(x, groups=4)
    down = sketch.unit(gate, 24, stride=2)
    down = sketch.residual(sketch.step("mean2", down), 8)
    fine = sketch.step("nearest", sketch.linear(down, 24, normalised=True))
    fine = sketch.linear(sketch.step("nearest", fine), 16, normalised=True)
    both = sketch.joined(sketch.step("add", fine, gate), sketch.step("relu6", gate))
    shuffled = sketch.step("shuffle", both, channels=8, factor=2)
    scaled = sketch.step("scale", shuffled, multiplier=-3, shift=2)
    sketch.step("logistic", sketch.step("max2", scaled), name="places")
    vector = sketch.step("mean", sketch.joined(both, gate))
    scores = sketch.linear(vector, 5)
    sketch.step("softmax", scores, name="chances")
    sketch.step("normalise", sketch.linear(vector, 7, normalised=True), name="direction")
    small = sketch.step("scale", gate, multiplier=1, shift=5)
    alike = sketch.step("gate", small, sketch.step("spread", sketch.linear(vector, sketch.channels(gate)), gate))
    larger = sketch.doubled(sketch.doubled(alike, 6, side=3, normalised=True), 5, name="larger")
    return sketch.design("places", "chances", "direction", larger, aside=[scores])


def shaken(twin: HeadTwin) -> HeadTwin:
    """A twin whose gains, biases and running statistics are no longer those that it began with."""
    torch.manual_seed(11)
    with torch.no_grad():
        for name, value in twin.state_dict().items():
            if name.endswith(("bias", "mean")):
                value.normal_(0, 0.2)
            elif name.endswith(("gain", "variance")):
                value.uniform_(0.5, 1.5)
    return twin
