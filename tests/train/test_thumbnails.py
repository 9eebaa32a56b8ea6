"""Heads of thumbnails are fitted in closed form: the same bytes each time, near to what is decoded, or a refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train import thumbnails
from refdec_train.cli import app
from refdec_train.errors import TooFewPictures
from refdec_train.thumbnails import fit_thumbnails
from typer.testing import CliRunner

import refdec
from refdec.api.heads import load_head, run_heads
from tests.train.test_training import waves


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty smooth pictures."""
    folder = tmp_path_factory.mktemp("waves")
    for seed in range(40):
        Image.fromarray(waves(seed, 64 + 16 * (seed % 3))).save(folder / f"{seed:02}.png")
    return folder


def test_the_command_writes_a_head_for_each_model(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "POINTS", (((0, 0),),))
    for name in ("a", "b"):
        command = ["head", "thumbnail", str(folder), "--out", str(tmp_path / name), "--licence", "CC0-1.0"]
        ran = CliRunner().invoke(app, [*command, "--data", "waves"])
        assert ran.exit_code == 0, ran.output
    made = sorted((tmp_path / "a").iterdir())
    assert made and [path.read_bytes() for path in made] == [
        path.read_bytes() for path in sorted((tmp_path / "b").iterdir())
    ]
    picture = waves(99, 128)
    for path in made:
        head = load_head(path)
        assert (head.facts.licence, head.facts.data) == ("CC0-1.0", "waves")
        assert isinstance(head.facts.metrics["luma PSNR"], float)
        model = int(path.stem.removeprefix("model"))
        data = refdec.encode(picture, model=model, displacement=0)
        (planes,) = run_heads(head, refdec.read_latents(data)).values()
        luma = refdec.decode(data, colour="YUV").planes[0].astype(float).reshape(16, 8, 16, 8).mean(axis=(1, 3))
        assert planes.shape == (3, 16, 16)
        assert np.sqrt(np.mean((planes[0] / 2**18 - luma) ** 2)) < 8, "of pictures as smooth as those it was fitted to"


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewPictures, match="39 pictures"):
        fit_thumbnails([waves(1, 64)] * 39, None, tmp_path / "heads")
    assert not (tmp_path / "heads").exists()


def test_places_that_are_not_there_are_named(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["head", "thumbnail", str(tmp_path / "absent"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
