"""A head of one model reads another's latents after a linear map of the channels, found from the same pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from refdec_train.heads.classify import classify_design
from refdec_train.heads.design import Sketch
from refdec_train.heads.examples import Example
from refdec_train.heads.subjects import Coding, Subject
from refdec_train.heads.translation import latent_map, translated
from refdec_train.heads.twin import HeadTwin

from tests.train.heads.support import shaken

MATRIX = np.linalg.qr(np.random.default_rng(4).normal(size=(256, 256)))[0]
ONES = torch.ones(1, 1, 6, 5)


def kept(folder: Path, latents: npt.NDArray[np.float64], number: int) -> Example[int]:
    folder.mkdir(exist_ok=True)
    file = folder / f"{number}.npy"
    np.save(file, latents.astype(np.float16))
    return Example(Subject(file, 0), Coding((0, 0)), file, (96, 80), (96, 80))


def test_a_translated_head_says_the_same(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    known, other = [], []
    for number in range(60):
        second = draw.normal(0, 2, (256, 6, 5))
        other.append(kept(tmp_path / "other", second, number))
        known.append(kept(tmp_path / "known", np.einsum("ij,jrc->irc", MATRIX, second), number))
    mapping = latent_map(known, other)
    assert np.abs(mapping - MATRIX).max() < 0.02
    twin = shaken(HeadTwin(classify_design(5), torch.linspace(0.5, 2, 256))).eval()
    made = translated(twin, mapping, torch.linspace(3, 1, 256))
    assert made is not None
    with torch.no_grad():
        first = twin(torch.from_numpy(known[3].latents().astype(np.float32))[None], ONES)["scores"]
        second = made.eval()(torch.from_numpy(other[3].latents().astype(np.float32))[None], ONES)["scores"]
    assert torch.allclose(first, second, atol=0.05 * float(first.abs().max()))


def test_a_head_that_reads_some_channels_is_trained_anew() -> None:
    sketch = Sketch()
    design = sketch.design(sketch.linear("luma", 4))
    assert translated(HeadTwin(design), MATRIX, torch.ones(256)) is None
