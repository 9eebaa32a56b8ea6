"""Heads fitted in closed form: the same bytes each time, near to what is decoded, or a refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train import closed_form
from refdec_train.cli import app
from refdec_train.closed_form import fit_heads
from refdec_train.errors import TooFewPictures
from refdec_train.thumbnails import THUMBNAIL
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
    monkeypatch.setattr(closed_form, "POINTS", ((0, 0), (0, 0)))
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


def test_the_heads_of_events_make_squares_of_each_plane(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_form, "POINTS", ((0, 0), (0, 0)))
    ran = CliRunner().invoke(app, ["head", "events", str(folder), "--out", str(tmp_path), "--data", "waves"])
    assert ran.exit_code == 0, ran.output
    picture = waves(99, 128)
    for path in sorted(tmp_path.iterdir()):
        model = int(path.stem.removeprefix("model"))
        data = refdec.encode(picture, model=model, displacement=0)
        (values,) = run_heads(load_head(path), refdec.read_latents(data)).values()
        assert values.shape == (24, 8, 8)
        planes = [plane.astype(float) for plane in refdec.decode(data, colour="YUV").planes]
        for start, side, plane in ((0, 4, planes[0]), (16, 2, planes[1]), (20, 2, planes[2])):
            cell = plane.shape[0] // (8 * side)
            means = plane.reshape(8, side, cell, 8, side, cell).mean(axis=(2, 5)).transpose(1, 3, 0, 2)
            made = values[start : start + side * side].reshape(side, side, 8, 8) / 2**18
            error, turned = (np.sqrt(np.mean((made - other) ** 2)) for other in (means, means.swapaxes(0, 1)))
            assert error < 16 and error < turned, "row by row within a position"


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewPictures, match="39 pictures"):
        fit_heads(THUMBNAIL, [waves(1, 64)] * 39, None, tmp_path / "heads")
    assert not (tmp_path / "heads").exists()


def test_places_that_are_not_there_are_named(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["head", "thumbnail", str(tmp_path / "absent"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
