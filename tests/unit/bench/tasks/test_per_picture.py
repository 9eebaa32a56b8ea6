"""A task that answers one picture at a time: every picture coded once a rate, every way asked."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from refdec.bench.tasks.data_sets import plain_pictures
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS
from refdec.bench.tasks.per_picture import By, OnPixels, PictureTask, picture_rows
from tests.encodable import photograph

from .support import ground


def folder_of(tmp_path: Path) -> Path:
    for seed in range(2):
        Image.fromarray(photograph(64, 80 + 16 * seed, seed=seed)).save(tmp_path / f"{seed}.png")
    return tmp_path


def test_rows_of_a_task(tmp_path: Path) -> None:
    told: list[int] = []

    def size(data: bytes) -> int:
        told.append(len(data))
        return len(data)

    task: PictureTask[None, int] = PictureTask(
        "size",
        "bytes",
        plain_pictures,
        lambda given: By("counting", size),
        lambda answers: sum(answer for answer, _ in answers) / len(answers),
    )
    low, high = picture_rows(task, ground((30, 60), 2), folder_of(tmp_path))
    assert (low.way, low.quality, high.quality, low.count, low.by) == (LATENTS, 30, 60, 2, "counting")
    assert low.value < high.value and low.pixels == 64 * 88
    assert low.cost is not None and low.cost.products == 0
    sizes = [sample.rgb().shape for sample in plain_pictures(tmp_path, 2)]
    rates = [8 * size / (shape[0] * shape[1]) for size, shape in zip(dict.fromkeys(told), sizes, strict=False)]
    assert abs(low.bpp - sum(rates) / 2) < 1e-9


def test_pixels_are_asked_where_somebody_answers(tmp_path: Path) -> None:
    task: PictureTask[None, int] = PictureTask(
        "ways",
        "share",
        plain_pictures,
        lambda given: By("a", lambda data: 1),
        lambda answers: float(len(answers)),
        lambda given, folder: OnPixels("b", lambda rgb: rgb.shape[0], 5_000),
    )
    latents, pixels, original = picture_rows(task, ground((40,), 1), folder_of(tmp_path))
    assert [(row.way, row.by, row.value) for row in (latents, pixels)] == [(LATENTS, "a", 1.0), (PIXELS, "b", 1.0)]
    assert (original.way, original.quality, original.cost) == (ORIGINAL, None, None)
    assert latents.cost is not None and pixels.cost is not None
    assert latents.cost.products == 0 and pixels.cost.products > 5_000, "those of the decode, and those told of"
