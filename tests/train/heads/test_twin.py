"""The trainable twin of a head and the integer network that is exported from it say the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from refdec_train.heads.classify import classify_design
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.embed import embed_design
from refdec_train.heads.twin import TWINS, HeadTwin

from refdec.heads.head import HeadFacts
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from refdec.heads.operations import OPERATIONS
from tests.train.heads.support import every_step, shaken

ONE = 1 << 18
FACTS = HeadFacts("twin", "1.0", "test", ("0" * 64,))
SPREAD = torch.from_numpy(np.random.default_rng(1).uniform(0.3, 8, 256)).float()


def latents(seed: int, rows: int, columns: int) -> torch.Tensor:
    drawn = np.random.default_rng(seed).laplace(0, 1, (256, rows, columns))
    return torch.from_numpy(drawn).float() * SPREAD[:, None, None]


def said_by_integers(design: Design, twin: HeadTwin, given: torch.Tensor) -> dict[str, np.ndarray]:
    head = head_of(FACTS, design.exported(), twin.weights(), design.outputs)
    whole = np.rint(given.double().numpy() * ONE).astype(np.int32)
    return {
        name: made / ONE for name, made in HeadNetwork.of(head)({"luma": whole[:160], "chroma": whole[160:]}).items()
    }


def test_every_operation_has_a_twin() -> None:
    assert set(TWINS) == set(OPERATIONS)
    assert {step.operation for step in every_step().steps} == set(OPERATIONS)


@pytest.mark.parametrize(
    "make", [every_step, lambda: classify_design(7, 9), embed_design], ids=["all", "class", "embed"]
)
@pytest.mark.parametrize("size", [(5, 7), (8, 6), (1, 3)])
def test_the_twin_says_what_the_integers_say(make, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    design = make()
    twin = shaken(HeadTwin(design, SPREAD)).eval()
    given = latents(2, *size)
    with torch.no_grad():
        floats = twin(given[None], torch.ones(1, 1, *size))
    whole = said_by_integers(design, twin, given)
    assert set(whole) == set(design.outputs)
    for output, values in whole.items():
        found = floats[output][0].numpy()
        assert found.shape == values.shape
        assert np.abs(found - values).max() < 2e-3, output


def test_a_picture_gives_the_same_in_any_batch() -> None:
    twin = shaken(HeadTwin(every_step(), SPREAD)).eval()
    sizes = [(5, 7), (8, 3), (9, 9)]
    batch, mask = torch.zeros(3, 256, 9, 9), torch.zeros(3, 1, 9, 9)
    for number, (rows, columns) in enumerate(sizes):
        batch[number, :, :rows, :columns] = latents(number, rows, columns)
        mask[number, :, :rows, :columns] = 1
    with torch.no_grad():
        together = twin(batch, mask)
        for number, size in enumerate(sizes):
            alone = twin(latents(number, *size)[None], torch.ones(1, 1, *size))
            for name, values in alone.items():
                part = together[name][number, :, : values.shape[2], : values.shape[3]]
                assert torch.allclose(part, values[0], atol=1e-4), (number, name)


def test_a_normalised_layer_has_mean_0_and_variance_1_over_what_is_there() -> None:
    sketch = Sketch()
    design = sketch.design(sketch.linear(sketch.both(), 12, normalised=True, name="y"))
    twin = HeadTwin(design, SPREAD).train()
    batch, mask = torch.zeros(2, 256, 6, 6), torch.zeros(2, 1, 6, 6)
    batch[0, :, :6, :4], mask[0, :, :6, :4] = latents(1, 6, 4), 1
    batch[1, :, :3, :6], mask[1, :, :3, :6] = latents(2, 3, 6), 1
    made = twin(batch, mask)["y"].detach()
    inside = made.permute(1, 0, 2, 3)[:, mask[:, 0] == 1]
    assert inside.shape == (12, 42)
    assert inside.mean(dim=1).abs().max() < 1e-4 and (inside.var(dim=1, unbiased=False) - 1).abs().max() < 1e-3
    assert made[:, :, :, :].masked_select(mask == 0).abs().max() == 0


def test_a_twin_takes_over_the_layers_that_it_shares() -> None:
    first, second = shaken(HeadTwin(embed_design(), SPREAD)), shaken(HeadTwin(classify_design(7), SPREAD + 1))
    before = {name: value.clone() for name, value in second.state_dict().items()}
    second.adopt(first)
    known = first.state_dict()
    for name, value in second.state_dict().items():
        assert torch.equal(value, known.get(name, before[name])), name
    assert sum(name in known for name in before) > 0.9 * len(known)


def test_what_lies_beyond_a_picture_has_no_part_in_gradients() -> None:
    """Rows are taken and placed for it; the gradients are those of each picture cut out and taken alone."""
    sketch = Sketch()
    twin = HeadTwin(sketch.design(sketch.linear(sketch.both(), 3, normalised=True, name="y")), SPREAD).train()
    given = latents(1, 4, 5)
    wide, mask = torch.zeros(1, 256, 7, 6), torch.zeros(1, 1, 7, 6)
    wide[0, :, :4, :5], mask[0, :, :4, :5] = given, 1
    found = []
    for batch, inside in ((wide, mask), (given[None], torch.ones(1, 1, 4, 5))):
        twin.zero_grad()
        (twin(batch, inside)["y"] ** 3).sum().backward()
        found.append([p.grad.clone() for p in twin.parameters() if p.grad is not None])
    assert len(found[0]) == 3
    for padded, alone in zip(*found, strict=True):
        assert torch.allclose(padded, alone, rtol=1e-4, atol=1e-4)


def test_steps_that_only_the_training_looks_at_are_not_exported() -> None:
    design = classify_design(7, 9)
    assert {"taught", "chances"} <= {step.output for step in design.steps}
    outputs = [step.output for step in design.exported()]
    assert "taught" not in outputs and outputs[-1] == "chances"
    assert "taught.weight" not in HeadTwin(design).weights()
