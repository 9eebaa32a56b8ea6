"""What `refdec-train` says when something is wrong: a sentence, an exit code of refdec, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from PIL import Image
from refdec_train import cli
from typer.testing import CliRunner

Typed = Callable[..., tuple[int, str]]


def unboxed(said: str) -> str:
    """Return what stands in the box of a usage error as one line."""
    return " ".join(said.replace("│", " ").split())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Type a command as a user does; returns the exit code and stderr."""

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["refdec-train", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert isinstance(ended.value.code, int)
        return ended.value.code, said

    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos" / "one"
    folder.mkdir(parents=True)
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(folder / "a.png")
    return folder.parent


@pytest.mark.parametrize("device", ["tpu", "cuda", "cuda:7", "meta"])
def test_a_device_that_cannot_train_is_refused_before_there_is_a_folder(
    photos: Path, tmp_path: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, said = typed("codec", photos, "--out", tmp_path / "run", "--device", device)
    assert code == 2 and device in said and "cpu" in said
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(photos: Path, tmp_path: Path, typed: Typed) -> None:
    file = tmp_path / "file"
    file.write_text("")
    weights = tmp_path / "weights.npz"
    np.savez(weights, x=np.zeros(1))
    start = ("--start", weights)
    for words in (
        ("codec", photos, "--out", file),
        ("codec", photos, "--out", file / "below"),
        ("synthesis", "hop", photos, *start, "--out", file),
        ("export", f"1={weights}", "--pack", tmp_path / "a.pack", "--checkpoints", file),
        ("head", "thumbnail", photos, "--out", file),
        ("head", "classify", photos, "--out", file, "--work", tmp_path / "work"),
        ("head", "classify", photos, "--out", tmp_path / "out", "--work", file),
        ("head", "detect", photos, "--out", tmp_path / "out", "--work", file),
        ("head", "enhance", "denoise", photos, "--out", file, "--work", tmp_path / "work"),
        ("heads", "--all", "--data", photos, "--out", tmp_path / "out", "--work", file),
    ):
        assert typed(*words) == (1, f"refdec-train: Not a directory: {file}\n"), words


def test_other_errors_of_the_system_are_one_sentence(photos: Path, tmp_path: Path, typed: Typed) -> None:
    long = tmp_path / ("x" * 300)
    code, said = typed("codec", photos, "--out", long, "--crop", "64", "--steps", "1")
    assert code == 1 and said.splitlines()[-1].startswith(f"refdec-train: File name too long: {long}")


def test_what_is_missing_or_no_file_of_tensors_is_called_so(photos: Path, tmp_path: Path, typed: Typed) -> None:
    wish = ("--pack", tmp_path / "a.pack", "--checkpoints", tmp_path / "files")
    code, said = typed("export", f"1={tmp_path / 'missing.npz'}", *wish)
    assert code == 2 and "does not exist" in unboxed(said) and "--out" not in said
    photo = photos / "one" / "a.png"
    code, said = typed("export", f"1={photo}", *wish)
    assert code == 1 and f"{photo} is no file of tensors" in said and "weights_only" not in said
    code, _ = typed("export", f"1={photo}", *wish, "--transforms", "bop,other")
    assert code == 2
    code, said = typed("codec", photos, "--out", tmp_path / "run", "--start", tmp_path / "missing.pt")
    assert code == 2 and "does not exist" in unboxed(said)
    code, said = typed("codec", photos, "--out", tmp_path / "run", "--start", photo, "--crop", "64")
    assert code == 1 and "is no file of tensors" in said
    assert not (tmp_path / "run").exists() and not (tmp_path / "files").exists()


def test_errors_of_refdec_come_with_what_helps(photos: Path, tmp_path: Path, typed: Typed) -> None:
    pack = tmp_path / "no.pack"
    pack.write_text("no pack")
    folder = photos / "one"
    for number in range(40):
        Image.fromarray(np.full((64, 64, 3), number, np.uint8)).save(folder / f"{number}.png")
    code, said = typed("head", "thumbnail", folder, "--out", tmp_path / "out", "--weights", pack)
    assert code == 1 and said.startswith("refdec-train: ") and "RD0621" in said and len(said.splitlines()) == 2, said
    assert not (tmp_path / "out").exists()


def test_one_idea_has_one_name_and_both_spellings() -> None:
    app = typer.main.get_command(cli.app)
    heads = app.commands["head"].commands  # type: ignore[attr-defined]
    commands = [app.commands["codec"], app.commands["synthesis"], heads["classify"], heads["embed"]]  # type: ignore[attr-defined]
    options = [option for command in commands for option in command.params if {"--half", "--halves"} & set(option.opts)]
    assert len(options) == len(commands)
    assert {tuple(option.opts) for option in options} == {("--half", "--halves")}
    assert len({option.help for option in options}) == 1
    assert CliRunner().invoke(cli.app, ["codec", "--halves", "--help"]).exit_code == 0
