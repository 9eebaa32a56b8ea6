"""The benchmark of `retrieval`: pictures are found again, by latents and by pixels."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS
from refdec.bench.tasks.near_duplicates import near_duplicate_rows
from tests.encodable import photograph

from .support import ground


def test_pictures_are_found_again(tmp_path: Path) -> None:
    for seed in range(3):
        picture = photograph(128, 144, seed=seed).astype(int)
        picture[:, : 40 * seed, seed % 3] //= 3
        Image.fromarray(picture.astype("uint8")).save(tmp_path / f"{seed}.png")
    latents, pixels, original = near_duplicate_rows(ground((60,), 3), tmp_path)
    assert [row.way for row in (latents, pixels, original)] == [LATENTS, PIXELS, ORIGINAL]
    assert original.value == 100 and pixels.value >= 66 and latents.value >= 66
    assert latents.count == 3 and latents.bpp > 0 and original.quality is None
