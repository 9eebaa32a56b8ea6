"""One network, trained twice: a head on latents, and one of the same steps on patches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.api.heads import save_head
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS
from refdec.bench.tasks.pair import pair_rows
from refdec.heads.head import Head, HeadFacts, HeadStep
from refdec.heads.making import head_of
from tests.encodable import photograph

from .support import ground


def head(weights: str) -> Head:
    """A head that says "class0" where the mean of some channels is positive."""
    steps = [
        HeadStep("concatenate", ("luma", "chroma"), "both"),
        HeadStep("mean", ("both",), "mean"),
        HeadStep("linear", ("mean",), "scores", ("scores",)),
        HeadStep("softmax", ("scores",), "chances"),
    ]
    rows = np.zeros((2, 256))
    rows[0, :144], rows[1, :144] = 0.5, -0.5
    facts = HeadFacts("pair", "1", "classify", (weights,), labels=("class0", "class1"))
    return head_of(facts, steps, {"scores": (rows, None)})


def test_both_are_measured_on_the_same_codestreams(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"class{number}").mkdir()
        for seed in range(4):
            picture = photograph(64, 80, seed=seed) // 3 + 150 * (number == 0)
            Image.fromarray(picture.astype(np.uint8)).save(tmp_path / f"class{number}" / f"{seed}.png")
    given = ground((60,), 2)
    with pytest.raises(NoData, match="--pair"):
        list(pair_rows(given, tmp_path))
    with_pair = replace(given, pair=tmp_path / "pair")
    (tmp_path / "pair").mkdir()
    with pytest.raises(NoData, match=r"latents\.head"):
        list(pair_rows(with_pair, tmp_path))
    data = given.coded(photograph(64, 80), 60)
    save_head(head(given.bundle("thumbnail", data).headers.weights_fingerprint), tmp_path / "pair" / "latents.head")
    save_head(head("0" * 64), tmp_path / "pair" / "pixels.head")
    latents, pixels, original = pair_rows(with_pair, tmp_path)
    assert [row.way for row in (latents, pixels, original)] == [LATENTS, PIXELS, ORIGINAL]
    assert pixels.value == original.value == 100, "bright ones and dark ones"
    assert latents.cost is not None and pixels.cost is not None and latents.cost.products < pixels.cost.products
