"""Thumbnails straight from latents: near to the area averages of the decoded picture, in its colours and size."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from refdec_tasks.thumbnail import Thumbnail
from refdec_tasks.thumbnail.reduction import halved, shown_part

import refdec
from refdec.api.task import TaskOrder, run_on_file
from refdec.heads.errors import HeadOfOtherWeights
from refdec.picture.reduced import area_averages
from refdec.plugins.api import OptionValues, PictureResult
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.sample_bundles import sample_bundle

STREAMS = sorted(GOLDEN.glob("kodim*_m1_*.jai"))
REACH_DB = 28
"""What a thumbnail is at least, against the area averages."""


def thumbnail(data: bytes | Path, scale: int = 8) -> npt.NDArray[np.uint8]:
    result = run_on_file(data, TaskOrder("thumbnail", (("scale", str(scale)),)))
    assert isinstance(result, PictureResult)
    return result.array


def psnr(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / np.mean((first.astype(float) - second) ** 2)))


@pytest.mark.parametrize("scale", [8, 16])
@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.stem)
def test_it_is_near_to_the_area_averages(stream: Path, scale: int) -> None:
    whole = refdec.decode(stream, colour="RGB", bit_depth=8).array
    small = thumbnail(stream, scale)
    assert small.shape == (-(-whole.shape[0] // scale), -(-whole.shape[1] // scale), 3), "odd sizes are rounded up"
    assert psnr(small, area_averages(whole, scale)) > REACH_DB


def test_the_numbers_are_the_same_everywhere() -> None:
    """What a head answers is whole numbers; so its picture has a hash."""
    prints = {hashlib.sha256(thumbnail(STREAMS[0]).tobytes()).hexdigest() for _ in range(2)}
    result = run_on_file(STREAMS[0], TaskOrder("thumbnail"))
    assert prints == {result.json()["sha256"]}


def test_gray_stays_gray() -> None:
    gray = photograph(80, 96)[..., 0]
    small = thumbnail(refdec.encode(gray, displacement=-300))
    assert small.shape == (10, 12)
    assert psnr(small, area_averages(gray, 8)) > REACH_DB
    three = refdec.encode(np.stack([gray] * 3, axis=-1), displacement=-300)
    coloured = thumbnail(three)
    assert coloured.shape == (10, 12, 3)
    assert all(np.array_equal(coloured[..., 0], coloured[..., c]) for c in (1, 2))


def test_latents_of_other_weights_are_refused() -> None:
    with pytest.raises(HeadOfOtherWeights, match="thumbnail"):
        Thumbnail().run(sample_bundle(), OptionValues({"scale": 8}), Core(bundled_pack()))


def test_the_task_names_its_heads() -> None:
    heads = Thumbnail().heads()
    assert heads and all(head.facts.task == "thumbnail" and head.facts.licence and head.facts.data for head in heads)
    models = {refdec.read_latents(stream, stage="symbols").headers.weights_fingerprint for stream in STREAMS}
    assert models <= {print_ for head in heads for print_ in head.facts.weights}


def test_cells_count_as_much_as_is_seen_of_them() -> None:
    planes = np.arange(3 * 4 * 4, dtype=np.int32).reshape(3, 4, 4) << 18
    assert shown_part(planes, (17, 9)).shape == (3, 3, 2)
    small = halved(shown_part(planes, (17, 9)), (17, 9))
    assert small.shape == (3, 2, 1)
    first = (8 * 0 + 1 * 1 + 8 * 4 + 1 * 5) / 18
    assert small[0, 0, 0] == round(first * (1 << 18)) and small[0, 1, 0] == round((8 * 8 + 1 * 9) / 9 * (1 << 18))
    whole = np.arange(16 * 16).reshape(16, 16).astype(np.int32)
    assert halved(whole[None], (128, 128))[0, 0, 0] == round((0 + 1 + 16 + 17) / 4 + 1e-9)
