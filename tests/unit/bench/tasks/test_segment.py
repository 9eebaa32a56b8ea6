"""Figures of the benchmark of `segment`: shares of classes, and the reader of masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bench.tasks.data_sets import Sample
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.figures import LATENTS
from refdec.bench.tasks.per_picture import picture_rows
from refdec.bench.tasks.segment import SEGMENT, ClassMap, mean_share
from tests.encodable import photograph

from .support import ground


def mask(file: Path, rows: list[list[int]], times: int = 1) -> Sample[Path]:
    """A picture whose mask has these numbers, each `times` x `times` samples."""
    numbers = np.array(rows, np.uint8).repeat(times, axis=0).repeat(times, axis=1)
    Image.fromarray(numbers).save(file)
    return Sample(file, file)


def said(rows: list[list[int]]) -> ClassMap:
    return ClassMap(np.array(rows, np.uint8), 4)


def test_the_share_is_of_samples_that_are_or_are_said_to_be(tmp_path: Path) -> None:
    first = mask(tmp_path / "a.png", [[0, 0], [1, 1]], 4)
    assert mean_share([(said([[0, 0], [1, 1]]), first)]) == 100
    assert mean_share([(said([[0, 1], [1, 1]]), first)]) == pytest.approx(100 * (1 / 2 + 2 / 3) / 2)
    assert mean_share([(said([[1, 1], [0, 0]]), first)]) == 0
    second = mask(tmp_path / "b.png", [[1, 255], [255, 255]], 4)
    both = [(said([[0, 0], [1, 1]]), first), (said([[1, 0], [0, 7]]), second)]
    assert mean_share(both) == 100, "where nobody knows nothing is wrong, and a class that no mask has does not count"


def test_maps_and_masks_may_end_beyond_one_another(tmp_path: Path) -> None:
    sample = mask(tmp_path / "a.png", [[0] * 6 + [1] * 3] * 5)
    assert mean_share([(said([[0, 1, 1], [0, 1, 1]]), sample)]) == pytest.approx(100 * (4 / 6 + 3 / 5) / 2)


def test_pictures_need_masks_of_their_names(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="pictures and masks"):
        SEGMENT.samples(tmp_path, 5)
    for part in ("pictures", "masks"):
        (tmp_path / part).mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "pictures" / "one.jpg")
    with pytest.raises(NoData, match="name of a picture"):
        SEGMENT.samples(tmp_path, 5)
    (tmp_path / "masks" / "one.png").write_bytes(b"no picture")
    (sample,) = SEGMENT.samples(tmp_path, 5)
    assert sample.path.name == "one.jpg" and sample.truth.name == "one.png"
    with pytest.raises(NoData, match="no mask that can be read"):
        mean_share([(said([[0]]), sample)])


def test_the_bundled_head_is_measured(tmp_path: Path) -> None:
    for part in ("pictures", "masks"):
        (tmp_path / part).mkdir()
    Image.fromarray(photograph(64, 80)).save(tmp_path / "pictures" / "a.png")
    mask(tmp_path / "masks" / "a.png", [[0] * 10] * 8, 8)
    (row,) = picture_rows(SEGMENT, ground((60,), 1), tmp_path)
    assert (row.way, row.figure, row.count) == (LATENTS, "mIoU [%]", 1) and 0 < row.value <= 100
    assert row.cost is not None and row.cost.products > 0
