"""`-q`, `-v` and `-o`: how much a command says, and where its output goes."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec as library
from refdec.cli import console
from refdec.cli.errors import OutputNotNamed, OutputTwice
from refdec.cli.verbosity import Verbosity, set_up, without_verbosity
from tests.encodable import GOLDEN

from .conftest import Run

Refdec = Callable[..., Run]
PICTURE = GOLDEN / "kodim15_m1_+0_65x79.source.png"
STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    set_up(Verbosity.USUAL)
    logging.getLogger("refdec").setLevel(logging.NOTSET)
    logging.getLogger("refdec").propagate = True


@pytest.mark.parametrize(
    ("typed", "level", "rest"),
    [
        ("decode a b", 0, "decode a b"),
        ("-q decode a b", -1, "decode a b"),
        ("decode a --quiet b", -1, "decode a b"),
        ("-v decode -v", 2, "decode"),
        ("decode -vv a", 2, "decode a"),
        ("-v -q decode", -1, "decode"),
        ("decode -- -q -v", 0, "decode -- -q -v"),
        ("conform run -v suite", 1, "conform run suite"),
        ("-v conform run --verbose", 2, "conform run"),
        ("conform run -q", -1, "conform run"),
        ("", 0, ""),
    ],
)
def test_the_words_are_taken_wherever_they_stand(typed: str, level: int, rest: str) -> None:
    assert without_verbosity(typed.split()) == (Verbosity(level), rest.split())


def test_quiet_leaves_errors_and_results(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("-q", "encode", PICTURE, tmp_path / "a.jai") == Run(0, "", "")
    assert refdec("decode", tmp_path / "a.jai", tmp_path / "a.png", "-q") == Run(0, "", "")
    told = refdec("info", "-q", tmp_path / "a.jai")
    assert told.code == 0 and "width" in told.out and told.err == ""
    wrong = refdec("-q", "decode", tmp_path / "none.jai", tmp_path / "b.png")
    assert wrong.code == 1 and "none.jai" in wrong.err
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.jai").write_bytes(b"no stream")
    (tmp_path / "in" / "good.jai").write_bytes(STREAM.read_bytes())
    several = refdec("decode", tmp_path / "in", tmp_path / "out", "-q")
    assert several.code == 3 and several.out == ""
    assert [line for line in several.err.splitlines() if "bad.jai" not in line] == []
    again = refdec("decode", tmp_path / "in", tmp_path / "out2")
    assert "2 files" in again.err


def test_verbose_says_what_is_done(refdec: Refdec, tmp_path: Path) -> None:
    usual = refdec("encode", PICTURE, tmp_path / "a.jai", "--max-bytes", 900)
    assert usual.err == ""
    told = refdec("encode", PICTURE, tmp_path / "b.jai", "--max-bytes", 900, "-v")
    assert told.out.replace("b.jai", "a.jai") == usual.out
    for word in (
        "weights of the bundled pack",
        "65 x 79",
        "encoder analysis 1.0",
        "MaxBytes(size_bytes=900)",
        "checked",
    ):
        assert word in told.err
    assert "try 1" not in told.err
    assert "refdec: try 2: model " in refdec("-vv", "encode", PICTURE, tmp_path / "c.jai", "--max-bytes", 900).err
    assert (tmp_path / "a.jai").read_bytes() == (tmp_path / "b.jai").read_bytes() == (tmp_path / "c.jai").read_bytes()
    decoded = refdec("decode", tmp_path / "a.jai", tmp_path / "a.png", "-v")
    assert "synthesis BOP, workers: 1" in decoded.err
    assert refdec("decode", tmp_path / "a.jai", "-o", tmp_path / "b.png").err == ""


def test_several_workers_are_named(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(PICTURE.read_bytes())
    told = refdec("encode", tmp_path / "in", tmp_path / "out", "--workers", 1, "-v")
    assert "1 workers" in told.err and "encoder analysis" in told.err


def test_the_library_says_nothing_unless_it_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    code = "import refdec, sys; refdec.encode(sys.argv[1], quality=1)"
    done = subprocess.run([sys.executable, "-c", code, str(PICTURE)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("refdec").handlers)
    with caplog.at_level(logging.DEBUG, "refdec"):
        library.encode(np.zeros((64, 64), np.uint8), max_bytes=2000)
    found = {record.name for record in caplog.records}
    assert {"refdec.api.encode_run", "refdec.plugins.rate_run", "refdec.plugins.calls"} <= found


def test_quiet_is_no_longer_quiet_when_it_is_over(capfd: pytest.CaptureFixture[str]) -> None:
    for level, text in ((Verbosity.QUIET, ""), (Verbosity.USUAL, "hello\n")):
        set_up(level)
        console.say("hello")
        assert capfd.readouterr().err == text
        console.say("an error", always=True)
        assert capfd.readouterr().err == "an error\n"


def outputs(folder: Path) -> dict[str, list[Any]]:
    return {
        "decode": ["decode", STREAM, folder / "x.png"],
        "encode": ["encode", PICTURE, folder / "x.jai"],
        "latents": ["latents", STREAM, folder / "x.npz"],
        "demo": ["demo", folder / "x.png"],
    }


@pytest.mark.parametrize("command", ["decode", "encode", "latents", "demo"])
@pytest.mark.parametrize("option", ["-o", "--out"])
def test_o_names_the_output(refdec: Refdec, tmp_path: Path, command: str, option: str) -> None:
    *arguments, target = outputs(tmp_path)[command]
    ran = refdec(*arguments, option, target)
    assert ran.code == 0, ran.err
    made = target.read_bytes()
    target.unlink()
    assert refdec(*arguments, target).code == 0
    assert target.read_bytes() == made


def test_an_output_is_named_once_and_at_all(refdec: Refdec, tmp_path: Path) -> None:
    twice = refdec("latents", STREAM, tmp_path / "a.npz", "-o", tmp_path / "b.npz")
    assert twice.code == 2 and OutputTwice.code in twice.err
    lacking = refdec("latents", STREAM)
    assert lacking.code == 2 and OutputNotNamed.code in lacking.err
    assert not list(tmp_path.iterdir())
    assert refdec("weights", "import", tmp_path).code == 2
