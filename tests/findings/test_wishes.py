"""What users asked for and got wrong, or not at all: numbers of NumPy, files named twice, options without effect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.errors import UsageError
from refdec.limits import LimitImpossible, Limits

ROOT = Path(__file__).resolve().parents[2]
STREAM = ROOT / "tests" / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"
SOURCE = STREAM.with_name("kodim21_m1_+0_64x64.source.png")


def run(*arguments: object, shell: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refdec.cli", *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint32, np.int64])
def test_numbers_of_numpy_are_numbers(kind: type[np.integer]) -> None:
    picture = refdec.decode(STREAM, bit_depth=kind(10))  # type: ignore[arg-type]
    assert np.array_equal(picture.array, refdec.decode(STREAM, bit_depth=10).array)
    region: Any = tuple(kind(n) for n in (3, 5, 60, 40))
    assert np.array_equal(refdec.decode(STREAM, region=region).array, refdec.decode(STREAM).array[5:45, 3:63])
    few = refdec.decode(STREAM, channels=(kind(100), kind(60)))  # type: ignore[arg-type]
    assert np.array_equal(few.array, refdec.decode(STREAM, channels=(100, 60)).array)


@pytest.mark.parametrize(
    "wish",
    [
        {"bit_depth": 8.0},
        {"bit_depth": "8"},
        {"bit_depth": 0},
        {"bit_depth": 0, "region": (0, 0, 8, 8)},
        {"synthesis": 1},
        {"limits": 3},
        {"colour": ["RGB"]},
        {"channels": 5},
        {"region": 7},
        {"region": (0, 0, 8, 8), "observe": print},
    ],
)
def test_a_wish_that_means_nothing_is_refused_in_words(wish: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        refdec.decode(STREAM, **wish)  # type: ignore[arg-type]


def test_bytes_of_numpy_are_bytes_or_refused_in_words() -> None:
    with pytest.raises(refdec.InputError, match="ndarray"):
        refdec.decode(np.frombuffer(STREAM.read_bytes(), np.uint8))  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [(-1, 1), (1, -1), (1.5, 1), ("1", 1)])
def test_previews_know_their_channels(channels: tuple[int, int]) -> None:  # more than there are means all
    with pytest.raises(UsageError):
        refdec.open_progressive(STREAM).preview(*channels)


@pytest.mark.parametrize(
    "wrong", [{"pixels": -5}, {"pixels": "a"}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"regions": None}]
)
def test_limits_are_numbers(wrong: dict[str, object]) -> None:
    with pytest.raises(LimitImpossible):
        Limits(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
@pytest.mark.parametrize("command", ["decode", "latents", "verify"])
def test_time_limits_of_commands_are_numbers(command: str, seconds: str, tmp_path: Path) -> None:
    target = [] if command == "verify" else [tmp_path / ("o.png" if command == "decode" else "o.npz")]
    done = run(command, STREAM, *target, "--time-limit", seconds)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_no_command_replaces_its_input(tmp_path: Path) -> None:
    for command in (
        "encode {png} {png}",
        "latents {jai} {jai}",
        "view {jai} --html {jai}",
        "verify {jai} --trace {jai}",
        "task statistics {jai} --picture {jai}",
        "decode {named} {named}",
        "decode {jai} {out} --trace {out}",
    ):
        files = {"png": tmp_path / "a.png", "jai": tmp_path / "a.jai", "named": tmp_path / "stream.png"}
        for name, content in (("png", SOURCE), ("jai", STREAM), ("named", STREAM)):
            files[name].write_bytes(content.read_bytes())
        done = run(*command.format(out=tmp_path / "o.png", **files).split())
        assert done.returncode == 2, command
        assert "[RD1009]" in done.stderr, command
        assert files["png"].read_bytes() == SOURCE.read_bytes()
        assert files["jai"].read_bytes() == files["named"].read_bytes() == STREAM.read_bytes()


@pytest.mark.parametrize("option", [("--report", "r.jsonl"), ("--executor", "foo:bar"), ("--timeout", "5")])
def test_options_of_batches_are_not_passed_over_with_one_file(option: tuple[str, str], tmp_path: Path) -> None:
    done = run("decode", STREAM, tmp_path / "o.png", *option)
    assert done.returncode == 2
    assert "[RD1008]" in done.stderr
    assert not (tmp_path / "o.png").exists()


def test_a_picture_from_a_pipe_goes_to_a_pipe(tmp_path: Path) -> None:
    done = run("decode", "-", "--format", "ppm", shell=f'< "{STREAM}" > "{tmp_path}/o.ppm"')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o.ppm").read_bytes().startswith(b"P6")
    assert not (ROOT / "-.png").exists()


def test_standard_streams_may_be_closed(tmp_path: Path) -> None:
    lost = run("info", STREAM, shell=">&-")
    assert lost.returncode == 1 and "standard output cannot be written: it is closed" in lost.stderr
    done = run("decode", "-", tmp_path / "o.png", shell="<&-")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_png_of_few_bits_is_verified_as_it_was_written(tmp_path: Path) -> None:
    picture = tmp_path / "o.png"
    done = run("decode", STREAM, picture, "--bit-depth", 5)
    assert done.returncode == 0
    assert "0..31" in done.stderr
    assert run("verify", STREAM, "--expect", picture, "--bit-depth", 5).returncode == 0
    assert run("verify", STREAM, "--expect", picture, "--bit-depth", 4).returncode == 1
