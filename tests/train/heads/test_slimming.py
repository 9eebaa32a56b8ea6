"""A head without some entries of its vector is the same head where these said nothing, and a smaller file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from refdec_train.heads.embed import embed_design
from refdec_train.heads.examples import Example
from refdec_train.heads.slimming import slimmed
from refdec_train.heads.subjects import Coding, Subject
from refdec_train.heads.twin import HeadTwin

from refdec.heads.head import HeadFacts
from refdec.heads.headfile import write_head
from refdec.heads.making import head_of
from tests.train.heads.support import shaken

SILENT = [3, 50, 271]


def test_entries_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    examples = []
    for number in range(4):
        np.save(tmp_path / f"{number}.npy", draw.normal(0, 2, (256, 6, 9)).astype(np.float16))
        subject = Subject(Path(f"{number}"), 0)
        examples.append(Example(subject, Coding((0, 0)), tmp_path / f"{number}.npy", (96, 144), (96, 144)))
    twin = shaken(HeadTwin(embed_design(), torch.linspace(0.5, 2, 256))).eval()
    layers = dict(twin.named_layers())
    readers = [name for name, shape in twin.design.layers.items() if shape.inputs == 272]
    assert len(readers) == 2, "the layer within the block, and the last one"
    with torch.no_grad():
        for name in readers:
            layers[name].weight[:, SILENT] = 0
        for name, shape in twin.design.layers.items():
            if shape.outputs == 272 and shape.inputs == 192:
                layers[name].bias.add_(200)  # no entry is 0 for all examples, which would say nothing, too
    made = slimmed(twin, "numbers", len(SILENT), examples)
    assert {shape.outputs for shape in made.design.layers.values()} == {144, 192, 269, 128}
    given = torch.from_numpy(examples[2].latents().astype(np.float32))[None]
    mask = torch.ones(1, 1, 6, 9)
    with torch.no_grad():
        assert torch.allclose(made(given, mask)["embedding"], twin(given, mask)["embedding"], atol=1e-5)
    sizes = []
    for each in (twin, made):
        head = head_of(HeadFacts("x", "1.0", "embed", ("0" * 64,)), each.design.exported(), each.weights())
        file = io.BytesIO()
        write_head(head, file)
        sizes.append(len(file.getvalue()))
    assert sizes[0] - sizes[1] > 5000
