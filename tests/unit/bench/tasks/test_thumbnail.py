"""The benchmark of `thumbnail`: from latents nearly as good as from the decoded picture, for less."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from refdec.bench.tasks.per_picture import picture_rows
from refdec.bench.tasks.thumbnail import THUMBNAIL
from tests.encodable import photograph

from .support import ground


def test_thumbnails_are_measured_against_the_original(tmp_path: Path) -> None:
    Image.fromarray(photograph(96, 128)).save(tmp_path / "a.png")
    latents, pixels = picture_rows(THUMBNAIL, ground((80,), 1), tmp_path)
    assert latents.value > 28 and pixels.value > 28
    assert latents.cost is not None and pixels.cost is not None and latents.cost.products < pixels.cost.products
